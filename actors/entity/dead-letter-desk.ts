/**
 * What partitions are asked to do with their dead letters: take them into the log again, or forget them.
 * Runs on: main.
 */
import { placeOfDeadLetter } from './dead-letters.js';
import type { PlatformLimits } from './kit-init.js';
import type { PartitionRef } from './partition-protocol.js';

export class DeadLetterDesk {
  readonly #partitions: readonly PartitionRef[];
  readonly #limits: PlatformLimits;

  constructor(partitions: readonly PartitionRef[], limits: PlatformLimits) {
    this.#partitions = partitions;
    this.#limits = limits;
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
}
