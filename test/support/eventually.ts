/**
 * Waiting for what another thread will do, turn by turn of the event loop: no sleep, and a bound in turns rather than
 * time. Prefer an event or an ask where there is one.
 * Runs on: main.
 */
import assert from 'node:assert/strict';

const TURNS_MAX = 200_000;

/** Resolves with the first value `look` gives that is not undefined, false or null; fails naming `what`. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    const seen = await look();
    if (seen !== undefined && seen !== false && seen !== null) return seen;
    await nextTurn();
  }
  assert.fail(`expected ${what} within ${TURNS_MAX} turns of the event loop`);
}

/** Resolves in a later turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
