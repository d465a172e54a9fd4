/**
 * Dead letters as the main thread reads them: of a folder in which partitions work, or at rest.
 * Runs on: main.
 */
import {
  type Cause,
  DeadLetterStore,
  decodeDeadLetter,
  decodeEntry,
  EntryLog,
  type Folder,
  type ModelNumbers,
  type Origin,
  placeOf,
} from '../../stores/internal.js';
import { type DeadLetterView, deadLetterView, placeOfDeadLetter } from './dead-letters.js';
import type { PlatformLimits } from './kit-init.js';

/** Letters listed unless told. */
const LISTED = 100;

export class DeadLetterReader {
  readonly #folder: Folder;
  readonly #numbers: ModelNumbers;
  readonly #limits: Pick<PlatformLimits, 'deadLettersBytes' | 'derivedDepthMax'>;
  readonly #letters: DeadLetterStore;
  readonly #log: EntryLog;

  constructor(
    folder: Folder,
    numbers: ModelNumbers,
    limits: Pick<PlatformLimits, 'deadLettersBytes' | 'derivedDepthMax'>,
  ) {
    this.#folder = folder;
    this.#numbers = numbers;
    this.#limits = limits;
    this.#letters = new DeadLetterStore(folder.environments);
    this.#log = new EntryLog(folder.environments);
  }

  /**
   * In order of partition and number, from behind `after` on: at most `countMax` of them, and fewer where they are large.
   * None means that there are no more.
   */
  list({ countMax = LISTED, after }: { countMax?: number; after?: string }): DeadLetterView[] {
    this.#folder.environments.refresh();
    const behind = after === undefined ? undefined : placeOfDeadLetter(after);
    const views: DeadLetterView[] = [];
    let bytesLeft = this.#limits.deadLettersBytes;
    for (let at = behind?.partition ?? 0; at < this.#folder.partitions; at++) {
      const from = at === behind?.partition ? behind.number + 1 : 0;
      const bounds = { countMax: countMax - views.length, bytesMax: bytesLeft };
      for (const row of this.#letters.read(at, from, bounds)) {
        bytesLeft -= row.bytes.length;
        const letter = decodeDeadLetter(row.bytes);
        views.push(deadLetterView(row, letter, this.#numbers, this.#chainOf(letter.entry.cause)));
      }
      if (views.length >= countMax || bytesLeft <= 0) break;
    }
    return views;
  }

  /** How many are stored now. */
  stored(): number {
    this.#folder.environments.refresh();
    return this.#letters.size();
  }

  /** From the nearest cause to the task from outside, or as far as the logs reach. */
  #chainOf(cause: Cause | undefined): (Cause & { readonly origin: Origin })[] {
    const chain: (Cause & { readonly origin: Origin })[] = [];
    let next = cause;
    while (next !== undefined && chain.length <= this.#limits.derivedDepthMax) {
      const { number, lane } = placeOf(next.seq);
      const [row] = this.#log.read(next.partition, lane, number, { countMax: 1 });
      if (row === undefined || row.number > number) return chain;
      const entry = decodeEntry(row.bytes);
      if (number >= row.number + entry.tasks.length) return chain;
      chain.push({ ...next, origin: entry.origin });
      next = entry.cause;
    }
    return chain;
  }
}
