/**
 * How much the platform's rows store. The budgets are meant for a million entities and as many data-points; that takes
 * minutes a row, so a run of all benchmarks takes a tenth, unless the environment says otherwise:
 *
 *   TROUPE_BENCH_ENTITIES=1000000 npm run bench -- --only platform
 *
 * Runs on: any.
 */
import { BenchError } from '../bench-error.js';

/** Entities preloaded, and data-points of one round, where nothing else is said. */
const ENTITIES = 100_000;
const ENTITIES_MIN = 1_000;

/** Data-points of one visit: one for each attribute of a host. */
export const VISIT_POINTS = 5;
/** Data-points of one request. */
export const REQUEST_POINTS = 500;
/** Requests that a sender has under way. */
export const REQUESTS_IN_FLIGHT = 32;
/** Entities that are compared with the naive model after a round. */
export const SAMPLED = 1_000;

/** Entities preloaded, which is also the data-points of a round. Throws ARGUMENT_INVALID. */
export function entitiesAsked(environment: NodeJS.ProcessEnv = process.env): number {
  const text = environment.TROUPE_BENCH_ENTITIES;
  if (text === undefined || text === '') return ENTITIES;
  const entities = Number(text);
  if (/^\d+$/.test(text) && entities >= ENTITIES_MIN && entities % REQUEST_POINTS === 0) {
    return entities;
  }
  throw new BenchError(
    'ARGUMENT_INVALID',
    `TROUPE_BENCH_ENTITIES: expected a multiple of ${REQUEST_POINTS} from ${ENTITIES_MIN} on, got ${text}`,
  );
}
