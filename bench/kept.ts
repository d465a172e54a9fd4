/**
 * What a measure keeps between its rounds: a pool, a thread, an actor system, a child process.
 * Opened when first used, closed by the harness after the row (or after the run), so that warm code
 * stays warm and nothing of one row works while the next is measured.
 *
 * const pool = kept(() => openPool(), (pool) => pool.destroy()); const measure = async () => {
 * const p = await pool(); ... };
 *
 * Runs on: main.
 */

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
          await close(thing);
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
 * all.
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
