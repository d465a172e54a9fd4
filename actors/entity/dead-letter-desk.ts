/**
 * Dead letters of all partitions as the main thread lists them and has partitions act on them.
 * Runs on: main.
 */
import {
  type Cause,
  DeadLetterStore,
  decodeEntry,
  EntryLog,
  type Folder,
  type ModelNumbers,
  type Origin,
  placeOf,
} from '../../stores/internal.js';
import {
  type DeadLetterView,
  deadLetterView,
  decodeDeadLetter,
  placeOfDeadLetter,
} from './dead-letters.js';
import type { PlatformLimits } from './kit-init.js';
import type { PartitionRef } from './partition-protocol.js';

/** Letters listed unless told. */
const LISTED = 100;

export class DeadLetterDesk {
  readonly #folder: Folder;
  readonly #numbers: ModelNumbers;
  readonly #partitions: readonly PartitionRef[];
  readonly #limits: PlatformLimits;
  readonly #letters: DeadLetterStore;
  readonly #log: EntryLog;

  constructor(
    folder: Folder,
    numbers: ModelNumbers,
    partitions: readonly PartitionRef[],
    limits: PlatformLimits,
  ) {
    this.#folder = folder;
    this.#numbers = numbers;
    this.#partitions = partitions;
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
    for (let at = behind?.partition ?? 0; at < this.#partitions.length; at++) {
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

  /** Has the partitions do so with those of these that are there; answers how many. */
  async each(
    ids: readonly string[],
    action: 'replayDeadLetters' | 'dropDeadLetters',
  ): Promise<number> {
    const byPartition = new Map<number, number[]>();
    for (const id of ids) {
      const place = placeOfDeadLetter(id);
      if (place === undefined || place.partition >= this.#partitions.length) continue;
      const numbers = byPartition.get(place.partition);
      if (numbers === undefined) byPartition.set(place.partition, [place.number]);
      else numbers.push(place.number);
    }
    let count = 0;
    for (const [partition, numbers] of byPartition) {
      const ref = this.#partitions[partition]!.with({ deadlineMs: this.#limits.engineStepMs });
      const { deadLettersAtOnce } = this.#limits;
      for (let from = 0; from < numbers.length; from += deadLettersAtOnce)
        count += await ref.ask(action, numbers.slice(from, from + deadLettersAtOnce));
    }
    return count;
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
