/**
 * Where an actor is, as plain data: what events, logs and dead letters carry instead of a reference. The slot
 * and its generation tell one tenant of a slot from the next; the path is for people.
 * Runs on: any.
 *
 *   troupe://2/517.3 /shop/visits
 *            |  |  |  path: names from the root, as its parents gave them
 *            |  |  generation: the how-many-eth tenant of the slot
 *            |  slot: the row in the slot table
 *            logical thread, 0 is main
 */

import type { ActorAddress } from '../system-events.js';

export type { ActorAddress } from '../system-events.js';

const ADDRESS =
  /^troupe:\/\/(?<thread>0|[1-9]\d*)\/(?<slot>0|[1-9]\d*)\.(?<generation>0|[1-9]\d*)(?: (?<path>.+))?$/s;

/** The printable form: `troupe://thread/slot.generation path`; without a path it ends at the generation. */
export function formatAddress(address: ActorAddress): string {
  const place = `troupe://${address.thread}/${address.slot}.${address.generation}`;
  return address.path === '' ? place : `${place} ${address.path}`;
}

/** Reads what {@link formatAddress} wrote, exactly; undefined for any other text. */
export function parseAddress(text: string): ActorAddress | undefined {
  const groups = ADDRESS.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const thread = Number(groups.thread);
  const slot = Number(groups.slot);
  const generation = Number(groups.generation);
  if (![thread, slot, generation].every(Number.isSafeInteger)) return undefined;
  return { path: groups.path ?? '', slot, generation, thread };
}

/** True when both mean the same tenant of the same slot, wherever it was seen and whatever it was called. */
export function isSameActor(one: ActorAddress, other: ActorAddress): boolean {
  return one.slot === other.slot && one.generation === other.generation;
}
