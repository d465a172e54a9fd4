/**
 * What a measure keeps between its rounds: a pool, a thread, an actor system, a child process.
 * Opened when first used, closed by the harness after the row (or after the run), so that warm code
 * stays warm and nothing of one row works while the next is measured.
 *
 *   const pool = kept(() => openPool(), (pool) => pool.destroy());
 *   const measure = async () => { const p = await pool(); ... };
 *
 * Runs on: main.
 */
import { BenchError } from './bench-error.js';

/** How long one thing may take to close. Some peers lose the answer to their own stop message. */
const CLOSE_MS_MAX = 10_000;

/** `row`: closed after each row. `run`: closed once, at the end. */
export type KeptScope = 'row' | 'run';

const closers: Record<KeptScope, Array<() => Promise<void>>> = { row: [], run: [] };

/**
 * Returns a function that opens the thing at its first call and gives the same one until it is
 * closed; the next call after that opens another. If opening rejects, the call rejects and the next
 * one tries again.
 */
export function kept<T>(
  open: () => Promise<T>,
  close: (thing: T) => Promise<unknown>,
  scope: KeptScope = 'row',
): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    if (opened !== undefined) return opened;
    const opening = open();
    opened = opening;
    opening.then(
      (thing) => {
        closers[scope].push(async () => {
          opened = undefined;
          await withinMs(CLOSE_MS_MAX, close(thing));
        });
      },
      () => {
        opened = undefined;
      },
    );
    return opening;
  };
}

/**
 * Closes everything of that scope, last opened first. Rejects with the first failure, after trying
 * all; what does not close within ten seconds is a failure.
 */
export async function closeKept(scope: KeptScope): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closers[scope].pop(); close !== undefined; close = closers[scope].pop()) {
    try {
      await close();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function withinMs(ms: number, closing: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new BenchError('PEER_FAILED', `expected it to close within ${ms} ms`);
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    await Promise.race([closing, late]);
  } finally {
    clearTimeout(timer);
  }
}
