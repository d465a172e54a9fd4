/**
 * Waits for something that another thread will do: looks again after every turn of the event loop.
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when `condition` holds; fails with `what` when it has not for `deadlineMs` (default 5 s). */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = 5_000,
): Promise<void> {
  const untilMs = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > untilMs) throw new Error(`expected ${what} within ${deadlineMs} ms, got nothing of it`);
    await pause(1);
  }
}

/** What a promise has come to; 'pending' when it has not settled within `deadlineMs`. For what must not hang. */
export async function outcome<T>(promise: Promise<T>, deadlineMs = 5_000): Promise<Outcome<T>> {
  const given = new AbortController();
  const late = pause(deadlineMs, { is: 'pending' } as const, { signal: given.signal });
  const settled = promise.then(
    (value): Outcome<T> => ({ is: 'resolved', value }),
    (error: unknown): Outcome<T> => ({ is: 'rejected', error }),
  );
  late.catch(() => {});
  const first = await Promise.race([settled, late]);
  given.abort();
  return first;
}

export type Outcome<T> =
  | { readonly is: 'resolved'; readonly value: T }
  | { readonly is: 'rejected'; readonly error: unknown }
  | { readonly is: 'pending' };
