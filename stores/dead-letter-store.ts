/**
 * Tasks that could not be done, kept by their partition until someone replays or drops them. They are put and removed by
 * commits of the partition (partition-state.ts); this reads them.
 * Runs on: any.
 */
import type { Environments, StateEnvironment } from './environment.js';
import * as keys from './keys.js';

/** One dead letter: its number in its partition, and what the partition wrote. */
export interface DeadLetterRow {
  readonly partition: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** One per thread. */
export class DeadLetterStore {
  readonly #environment: StateEnvironment;

  constructor(environments: Environments) {
    this.#environment = environments.state;
  }

  /** Undefined when it was replayed or dropped, or never was. */
  get(partition: number, number: number): Uint8Array | undefined {
    return this.#environment.tables.deadLetters.get(keys.deadLetterKey(partition, number));
  }

  /** Those of a partition, oldest first, from `from` on; none after that with which `bytesMax` is reached. */
  read(
    partition: number,
    from: number,
    { countMax, bytesMax }: { readonly countMax: number; readonly bytesMax: number },
  ): DeadLetterRow[] {
    const { below } = keys.rangeOf(keys.partitionKey(partition));
    const range = { from: keys.deadLetterKey(partition, from), below };
    const rows: DeadLetterRow[] = [];
    let bytes = 0;
    for (const { key, value } of this.#environment.tables.deadLetters.read(range, { countMax })) {
      rows.push({ partition, number: keys.numberOfDeadLetterKey(key), bytes: value });
      bytes += value.length;
      if (bytes >= bytesMax) break;
    }
    return rows;
  }

  /** How many all partitions have: known without walking them. */
  size(): number {
    return this.#environment.tables.deadLetters.size();
  }

  /** How many a partition has: it walks them. */
  count(partition: number): number {
    return this.#environment.tables.deadLetters.count(keys.rangeOf(keys.partitionKey(partition)));
  }
}
