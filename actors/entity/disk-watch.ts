/**
 * Whether the disk takes what a run writes, told once when it stops and once when it goes on: partitions meet a full disk by
 * the dozen, and again and again.
 * Runs on: main.
 */
import type { Logger } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import { roomFault } from '../../stores/internal.js';
import type { SharedWords } from './shared-words.js';

/** How often it is looked at for the log. */
const LOOK_MS = 1_000;

/** What is known of a disk. Times in epoch ms. */
export interface DiskSigns {
  /** When it last refused a write; 0 for never. */
  readonly refusedAt: number;
  /** Whether the file system says that there is room. */
  readonly hasRoom: boolean;
}

/** True from a refusal on, until there is room and nothing was refused for `quietMs`: room alone is no promise. */
export function isDiskFull(
  { refusedAt, hasRoom }: DiskSigns,
  now: number,
  quietMs: number,
): boolean {
  if (refusedAt === 0) return false;
  return !hasRoom || now - refusedAt < quietMs;
}

export interface DiskWatchOptions {
  readonly words: SharedWords;
  /** The data folder. */
  readonly dir: string;
  readonly quietMs: number;
  readonly logger: Logger;
}

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #looking: NodeJS.Timeout;
  #isFull = false;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Now. */
  get isFull(): boolean {
    this.#look();
    return this.#isFull;
  }

  end(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    const { words, dir, quietMs, logger } = this.#options;
    const refusedAt = words.lastFullAt;
    if (refusedAt === 0) return;
    const hasRoom = roomFault(dir, { rows: 1, bytes: 0 }) === undefined;
    const isFull = isDiskFull({ refusedAt, hasRoom }, systemClock.wallNow(), quietMs);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    if (isFull)
      logger.warn('the disk takes nothing: what is new is refused, what is stored waits', { dir });
    else logger.warn('the disk takes again', { dir });
  }
}
