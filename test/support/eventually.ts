/**
 * Waiting for what another thread will do, turn by turn of the event loop. The bound is in time, and generous: turns are
 * quick here while a loaded machine lets the other thread wait. Prefer an event or an ask where there is one.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

/** What a thread in a hurry needs; from then on this one leaves the processor to the others between its looks. */
const TURNS_BUSY = 1_000;
/** A test that meets it has hung. */
const WAIT_MS_MAX = 60_000;

/** Resolves with the first value `look` gives that is not undefined, false or null; fails naming `what` after 60 s. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> {
  const untilMs = performance.now() + WAIT_MS_MAX;
  for (let turn = 0; performance.now() < untilMs; turn++) {
    const seen = await look();
    if (seen !== undefined && seen !== false && seen !== null) return seen;
    await (turn < TURNS_BUSY ? nextTurn() : pause(1));
  }
  assert.fail(`expected ${what} within ${WAIT_MS_MAX} ms, got nothing of it`);
}

/** Resolves in a later turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
