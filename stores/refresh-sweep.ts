/**
 * A task of a partition rather than of an entity: run the creation hooks again of all it has of a type. It is stored when
 * it is asked for, and goes on piece by piece, each committed with the task that goes on behind it:
 *
 *   asked ──► from the first id on ──► behind id 256 ──► behind id 512 ──► … ──► no ids left
 *   links []        [unlink]             [remove 256]       [remove 512]
 *
 * How far it is stands where other tasks have changes of links. Pure.
 * Runs on: any.
 */
import type { LinkChange, Task } from './entry-codec.js';
import type { EntityId } from './schema/entity-id.js';

/** Where a sweep is: only asked for, or to go on behind that id; undefined is before the first. */
export type SweepPlace = 'asked' | { readonly after: EntityId | undefined };

/** It is of no entity, and in its place stands no id. */
const NO_ID = '';

/** The sweep of a type (its number), to go on at that place. */
export function sweepTask(etype: number, place: SweepPlace): Task {
  return { etype, eid: NO_ID, points: [], refresh: true, links: placeLinks(etype, place) };
}

export function isSweep({ refresh, links }: Task): boolean {
  return refresh === true && links !== undefined;
}

/** Where a sweep is to go on. */
export function sweepPlace({ links = [] }: Task): SweepPlace {
  const [place] = links;
  if (place === undefined) return 'asked';
  return { after: place.op === 'remove' ? place.eid : undefined };
}

function placeLinks(etype: number, place: SweepPlace): readonly LinkChange[] {
  if (place === 'asked') return [];
  if (place.after === undefined) return [{ op: 'unlink', etype, eid: NO_ID, attr: 0 }];
  return [{ op: 'remove', etype, eid: place.after, attr: 0 }];
}
