/**
 * The accounts of a system, read from shared memory: no thread is asked.
 * Runs on: main.
 */
import { type Counters, Word } from '../thread-table.js';
import type { ActorHost } from '../threads/actor-host.js';

/** A snapshot of the accounts. attempted = accepted + refused + stopped. */
export interface SystemStats extends Counters {
  /** accepted = handled + deadLetters + queued + stashed, once all is quiet; queued counts what is on its way too. */
  readonly queued: number;
  readonly stashed: number;
  readonly actors: number;
  readonly threads: readonly ({ readonly thread: number; readonly actors: number } & Counters)[];
}

/** Of all threads together, and of those `serving`. */
export function statsOf({ table, threads }: ActorHost, serving: readonly number[]): SystemStats {
  const used = Math.min(table.slotsUsed, table.slotsMax);
  let queued = 0;
  let stashed = 0;
  for (let slot = 0; slot < used; slot++) {
    queued += table.depth(slot);
    stashed += table.stashed(slot);
  }
  const each = serving.map((thread) => ({
    thread,
    actors: threads.load(thread, Word.actors),
    ...threads.read(thread),
  }));
  const actors = each.reduce((sum, one) => sum + one.actors, 0);
  return { ...threads.read(), queued, stashed, actors, threads: each };
}
