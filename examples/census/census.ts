/**
 * The census of a directory: three kinds of actors and the program around them.
 *
 *   program ──walk──▶ walker ──digest, a bounded number──▶ digester × threads
 *                        └─────────counted──────────▶ tally ◀──progress, totals── program
 *
 * Runs on: main.
 */
import { availableParallelism } from 'node:os';
import { createSystem } from '../../core/index.js';
import { diskPathOf } from './disk-path.js';
import { type Totals, tally } from './tally-actor.js';
import type { Walked } from './walk-files.js';
import { walker } from './walker-actor.js';

/** The whole result. Plain data. */
export interface Census extends Totals, Readonly<Walked> {
  readonly directory: string;
  readonly tookMs: number;
  /** False if it was ended before the last file. */
  readonly isWhole: boolean;
}

/** How far it is. */
export interface Progress {
  readonly files: number;
  readonly bytes: number;
  readonly failures: number;
  readonly elapsedMs: number;
}

export interface CensusOptions {
  /** Pool threads; 0: all on main. Default: the cores there are. */
  readonly threads?: number | undefined;
  /** How many slowest files and largest duplicates to name. */
  readonly top: number;
  /** Ends the walk; what was begun is still counted. */
  readonly signal?: AbortSignal;
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

const PROGRESS_MS = 100;

/**
 * Rejects CONFIG_INVALID for a number of threads the runtime does not take. A directory that cannot be read is a
 * failure in the result, the root too.
 */
export async function takeCensus(directory: string, options: CensusOptions): Promise<Census> {
  const { threads = availableParallelism(), top, signal, onProgress = () => {} } = options;
  await using system = await createSystem({ name: 'census', threads });
  const startMs = performance.now();
  const counter = system.spawn(tally(top), { name: 'tally', thread: 'main' });
  const walking = system.spawn(walker(Math.max(threads, 1), counter), {
    name: 'walker',
    thread: 'main',
  });

  const halt = (): void => void walking.tell('halt');
  signal?.addEventListener('abort', halt);
  if (signal?.aborted) halt();
  const elapsedMs = (): number => performance.now() - startMs;
  const telling = setInterval(() => {
    void counter
      .ask('progress')
      .then((progress) => onProgress({ ...progress, elapsedMs: elapsedMs() }));
  }, PROGRESS_MS);
  try {
    const walked = await walking.with({ deadlineMs: Infinity }).ask('walk', diskPathOf(directory));
    const totals = await counter.ask('totals');
    return { directory, ...totals, ...walked, tookMs: elapsedMs() };
  } finally {
    clearInterval(telling);
    signal?.removeEventListener('abort', halt);
  }
}
