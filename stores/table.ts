/**
 * One database of an environment, read. Keys are bytes, values are copies: they stay what they are. Rows come in the order
 * of their keys, from one view, and must be read to the end (or left) in the same turn: a view held longer keeps the
 * file from reusing room.
 * Runs on: any.
 */
import type { KeyRange } from './keys.js';
import { readFault } from './write-fault.js';

export interface Row {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * What we use of an lmdb database; only environment.ts makes one. Written out, since our declarations reach users' compilers
 * and lmdb's own are refused by one that checks them strictly.
 */
export interface LmdbTable {
  get(key: Uint8Array): Uint8Array | undefined;
  getEntry(key: Uint8Array): { readonly version?: number } | undefined;
  getRange(bounds: LmdbBounds): Iterable<Row>;
  getKeys(bounds: LmdbBounds): Iterable<Uint8Array>;
  getKeysCount(bounds: LmdbBounds): number;
  getStats(): object;
  put(key: Uint8Array, value: Uint8Array, version?: number): Promise<boolean>;
  remove(key: Uint8Array): Promise<boolean>;
  ifVersion(key: Uint8Array, version: number, action: () => void): Promise<boolean>;
}

interface LmdbBounds {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly reverse?: boolean;
  readonly exclusiveStart?: boolean;
  readonly inclusiveEnd?: boolean;
  readonly limit?: number;
}

export interface RowOptions {
  /** Rows at most. */
  readonly countMax?: number;
  /** From the last key to the first. */
  readonly isReversed?: boolean;
}

/** A table that is not there, for who only reads. */
export const NO_ROWS: LmdbTable = {
  get: () => undefined,
  getEntry: () => undefined,
  getRange: () => [],
  getKeys: () => [],
  getKeysCount: () => 0,
  getStats: () => ({ entryCount: 0 }),
  put: () => Promise.resolve(false),
  remove: () => Promise.resolve(false),
  ifVersion: () => Promise.resolve(false),
};

export class Table {
  readonly name: string;
  /** For environment.ts alone. */
  readonly rows: LmdbTable;

  constructor(name: string, rows: LmdbTable) {
    this.name = name;
    this.rows = rows;
  }

  /** The value under `key`, or undefined. */
  get(key: Uint8Array): Uint8Array | undefined {
    try {
      return this.rows.get(key);
    } catch (thrown) {
      throw readFault(this.name, thrown);
    }
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined;
  }

  /** The version of the row under `key`, or undefined. For tables whose rows carry one. */
  version(key: Uint8Array): number | undefined {
    return this.rows.getEntry(key)?.version;
  }

  /** The rows of a range, in order. */
  *read(range: KeyRange, options: RowOptions = {}): Generator<Row, void, undefined> {
    try {
      yield* this.rows.getRange(this.#bounds(range, options));
    } catch (thrown) {
      throw readFault(this.name, thrown);
    }
  }

  /** Their keys alone. */
  *keys(range: KeyRange, options: RowOptions = {}): Generator<Uint8Array, void, undefined> {
    try {
      yield* this.rows.getKeys(this.#bounds(range, options));
    } catch (thrown) {
      throw readFault(this.name, thrown);
    }
  }

  /** The last row of a range, or undefined. */
  last(range: KeyRange): Row | undefined {
    for (const row of this.read(range, { countMax: 1, isReversed: true })) return row;
    return undefined;
  }

  /** How many rows a range has: it walks them. */
  count(range: KeyRange): number {
    return this.rows.getKeysCount({ start: range.from, end: range.below });
  }

  /** How many rows the database has in all: it knows without walking them. */
  size(): number {
    const { entryCount } = this.rows.getStats() as { readonly entryCount: number };
    return entryCount;
  }

  #bounds(range: KeyRange, options: RowOptions) {
    const limit = options.countMax ?? Number.POSITIVE_INFINITY;
    return options.isReversed === true
      ? {
          start: range.below,
          end: range.from,
          reverse: true,
          exclusiveStart: true,
          inclusiveEnd: true,
          limit,
        }
      : { start: range.from, end: range.below, limit };
  }
}
