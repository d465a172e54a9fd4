/**
 * What has changed, kept for readers that come back: per partition and commit one chunk, in order. Chunks are put by the
 * commits they tell of and removed by later ones (change-writer.ts); this reads them.
 *
 *   partition p    ┌ removed ┐ 17..20 │ 21 │ 22..80 │ 81..85 │        next number: 86, in the cursor of p
 *                              └ oldest kept
 *
 * Runs on: any.
 */
import { type ChangeChunk, decodeChangeChunk } from './change-codec.js';
import { decodeCursor } from './cursor-codec.js';
import type { Environments, StateEnvironment } from './environment.js';
import * as keys from './keys.js';

/** A chunk where it stands: its changes have the numbers `first`, `first + 1`, … */
export interface ChangeRow extends ChangeChunk {
  readonly first: number;
}

/** One per thread. */
export class ChangeLog {
  readonly #environment: StateEnvironment;

  constructor(environments: Environments) {
    this.#environment = environments.state;
  }

  /** From here on reads see all that was committed before. */
  refresh(): void {
    this.#environment.refresh();
  }

  /** The number that the partition's next change will have; numbers begin with 1. */
  end(partition: number): number {
    const row = this.#environment.tables.cursors.get(keys.partitionKey(partition));
    return row === undefined ? 1 : decodeCursor(row).changeNext;
  }

  /** The number of the oldest change that is kept; {@link end} when there is none. */
  oldest(partition: number): number {
    return this.#firstFrom(partition, 0) ?? this.end(partition);
  }

  /** The chunk that holds the change `number` or, when that is not kept, the first one after it; undefined if none is. */
  read(partition: number, number: number): ChangeRow | undefined {
    const { changes } = this.#environment.tables;
    const here = changes.get(keys.changeKey(partition, number));
    if (here !== undefined) return { first: number, ...decodeChangeChunk(here) };
    const before = changes.last({
      from: keys.changeKey(partition, 0),
      below: keys.changeKey(partition, number),
    });
    if (before !== undefined) {
      const chunk = decodeChangeChunk(before.value);
      const first = keys.numberOfChangeKey(before.key);
      if (first + chunk.changes.length > number) return { first, ...chunk };
    }
    const first = this.#firstFrom(partition, number);
    return first === undefined ? undefined : this.read(partition, first);
  }

  #firstFrom(partition: number, number: number): number | undefined {
    const range = {
      from: keys.changeKey(partition, number),
      below: keys.rangeOf(keys.partitionKey(partition)).below,
    };
    for (const key of this.#environment.tables.changes.keys(range, { countMax: 1 }))
      return keys.numberOfChangeKey(key);
    return undefined;
  }
}
