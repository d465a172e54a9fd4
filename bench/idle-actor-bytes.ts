/**
 * Bytes of an idle actor: heap and external memory before and after 100 000 of them, collected
 * before each look. Done in a process of its own, since nothing else may live in that heap. Ours
 * and every peer's go through here.
 * Runs on: main.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BenchError, expectEqual } from './bench-error.js';
import { SIZES } from './benchmarks.js';

const CHILD_MS_MAX = 120_000;

/** What a measuring program hands over. All three may be asynchronous. */
export interface IdleActors {
  /**
   * Whatever must exist before the first look and is not an actor's own: a system, one actor of
   * each kind.
   */
  readonly prepare: () => unknown;
  /** Spawns actor number `index` (0 to 99 999). It has two handlers: `add` and `total`. */
  readonly spawn: (index: number) => unknown;
  /**
   * Bytes an actor takes of shared memory made in `prepare`, which no look can see: its row.
   * Default 0.
   */
  readonly rowBytes?: number;
  /** Asks one of the actors for its total, 0: it lives. */
  readonly total: (index: number) => PromiseLike<number>;
}

/** Runs that program with node and resolves to the bytes it printed. */
export async function idleActorBytes(program: URL): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', fileURLToPath(program)],
    { timeout: CHILD_MS_MAX },
  );
  const bytes = Number(stdout.trim().split('\n').at(-1));
  if (Number.isFinite(bytes) && bytes > 0) return bytes;
  throw new BenchError('PEER_FAILED', `${program.pathname}: expected a number, got ${stdout}`);
}

/**
 * The whole of a measuring program: spawns, looks, checks that some actors live, prints bytes per
 * actor.
 */
export async function measureIdleActors(idle: IdleActors): Promise<void> {
  await idle.prepare();
  const before = await usedBytes();
  for (let index = 0; index < SIZES.idleActors; index++) await idle.spawn(index);
  const after = await usedBytes();
  for (let index = 0; index < SIZES.idleActors; index += 9_973) {
    expectEqual(`total of idle actor ${index}`, await idle.total(index), 0);
  }
  const heapBytes = (after - before) / SIZES.idleActors;
  process.stdout.write(`${heapBytes + (idle.rowBytes ?? 0)}\n`);
}

/** Heap and memory outside it (array buffers included), when nothing is left to collect. */
async function usedBytes(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
