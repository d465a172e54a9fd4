/**
 * What partitions have derived for others and is not known to have arrived: rows of the source, in order per target. They
 * are put by the commit of their cause and removed by a later one (partition-state.ts); this reads them.
 * Runs on: any.
 */
import type { Environments, StateEnvironment } from './environment.js';
import * as keys from './keys.js';

/** One row: its number among those of the source, which rises for ever, and the entry. */
export interface OutboxRow {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** The name that what comes from a partition's outbox is marked by, in the log of who takes it. */
export function outboxSource(partition: number): string {
  return `outbox/${partition}`;
}

/** One per thread. */
export class Outbox {
  readonly #environment: StateEnvironment;

  constructor(environments: Environments) {
    this.#environment = environments.state;
  }

  /** Rows for one target from `from` on, in order, until they are `countMax` or have `bytesMax`; at least one if any. */
  read(
    partition: number,
    target: number,
    from: number,
    { countMax, bytesMax }: { readonly countMax: number; readonly bytesMax: number },
  ): OutboxRow[] {
    const { below } = keys.rangeOf(keys.outboxPrefix(partition, target));
    const range = { from: keys.outboxKey(partition, target, from), below };
    const rows: OutboxRow[] = [];
    let bytes = 0;
    for (const { key, value } of this.#environment.tables.outbox.read(range, { countMax })) {
      if (rows.length > 0 && bytes + value.length > bytesMax) break;
      rows.push({ number: keys.readOutboxKey(key).number, bytes: value });
      bytes += value.length;
    }
    return rows;
  }

  /** The targets a partition has rows for. */
  targets(partition: number): number[] {
    const whole = keys.rangeOf(keys.partitionKey(partition));
    const targets: number[] = [];
    let from = whole.from;
    for (;;) {
      const range = { from, below: whole.below };
      const [first] = this.#environment.tables.outbox.keys(range, { countMax: 1 });
      if (first === undefined) return targets;
      const { target } = keys.readOutboxKey(first);
      targets.push(target);
      from = keys.rangeOf(keys.outboxPrefix(partition, target)).below;
    }
  }

  /** The least number of a row that a partition has; undefined when it has none. */
  oldest(partition: number): number | undefined {
    const bounds = { countMax: 1, bytesMax: 0 };
    const firsts = this.targets(partition).map(
      (target) => this.read(partition, target, 0, bounds)[0]?.number ?? Infinity,
    );
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }

  /** How many rows a partition has: it walks them. */
  count(partition: number): number {
    return this.#environment.tables.outbox.count(keys.rangeOf(keys.partitionKey(partition)));
  }
}
