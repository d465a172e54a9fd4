/**
 * Waiting for what other threads will do, for faults: a thread that is started or replaced takes as long as the
 * machine takes, so the bound is in time and generous; a test that meets it has hung.
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when `condition` holds; fails with `what` when it has not for `deadlineMs` (default 30 s). */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = 30_000,
): Promise<void> {
  const untilMs = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > untilMs)
      throw new Error(`expected ${what} within ${deadlineMs} ms, got nothing of it`);
    await pause(1);
  }
}

/** What a promise has come to; 'pending' when it has not settled within `deadlineMs`: it hangs. */
export async function outcome<T>(promise: Promise<T>, deadlineMs = 30_000): Promise<Outcome<T>> {
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
