/**
 * What only snapshots can answer. There are none in this version, and a route that does not do what it says would be
 * taken for an answer: each is refused with 501 and a code, none with an empty list.
 * Runs on: main.
 */
import { failed, type HttpAnswer } from '../route.js';

/** 501: the route needs snapshots. */
export function noSnapshots(): HttpAnswer {
  return failed(501, 'Snapshots are not part of this version', { code: 'SNAPSHOTS_MISSING' });
}

/** 501: lists are of live values, in order of ids, and not filtered or sorted. */
export function noFilters(): HttpAnswer {
  return failed(501, 'Filters and sorting are not part of this version', {
    code: 'FILTERS_MISSING',
  });
}
