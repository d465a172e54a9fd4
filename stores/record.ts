/**
 * What is known of one entity, in memory: plain values, newest items of its histories, and what has spilled into
 * chunks beside the record. Keys are attribute numbers of the folder, so that a retyped attribute (a new number) never
 * reads old bytes.
 *
 *   record ── plain    number -> PlainValue
 *          ├─ items    number -> Item[]    inline: what ends last, in order of (t1, seq, t2)
 *          ├─ spilled  number -> Spilled   what the chunks under (entity, attribute, t1, no) hold
 *          └─ createdAt, revision, incarnation, ttl, tasks
 *
 * Values, items and their arrays are never changed in place: a change is a `set` of a new one. So a copy is shallow, and
 * an attribute nobody set is stored again as the bytes it came from.
 * Runs on: any.
 */

/**
 * One stretch of time with a value: a data-point of an observations attribute, or several merged; of a timeseries, a
 * chunk, and then `v` is {@link SeriesValue}.
 */
export interface Item {
  /** Both ends belong to it; epoch ms, t1 <= t2. */
  readonly t1: number;
  readonly t2: number;
  /** As its value type stores it. */
  readonly v: unknown;
  /** 0 to 1; of merged data-points their mean. 1 for a timeseries. */
  readonly c: number;
  /** Task of its partition that brought it, the first one if merged: log number * 2 + lane. */
  readonly seq: number;
  /** Data-points merged in it, 1 or more. */
  readonly weight: number;
  readonly src?: string | undefined;
  /** `module.hook` that derived it; absent for what came from outside. */
  readonly hook?: string | undefined;
}

/** Value of a timeseries item: one array of equal length per series, implicit time series included. */
export interface SeriesValue {
  readonly series: Readonly<Record<string, readonly unknown[]>>;
}

/** The value of a plain attribute: the last that arrived. */
export interface PlainValue {
  readonly v: unknown;
  /** When it was received, epoch ms. */
  readonly at: number;
  /** Task of its partition that brought it, as in {@link Item}. */
  readonly seq: number;
  readonly src?: string | undefined;
  readonly hook?: string | undefined;
}

/**
 * What the chunks of one attribute hold, as bounds that may be wider than the truth (never narrower), so that a read
 * knows without looking whether it needs them, and which.
 */
export interface Spilled {
  /** Number of the next chunk: one more than ever were, so that no two have the same key. */
  readonly next: number;
  readonly chunks: number;
  readonly items: number;
  /** Least and greatest t1 of an item, epoch ms. */
  readonly t1Min: number;
  readonly t1Max: number;
  /** Greatest t2 of an item. */
  readonly t2Max: number;
  /** Longest chunk: its greatest t2 less its least t1. A chunk that reaches an instant begins at most this before. */
  readonly spanMaxMs: number;
}

/** Older items of one attribute that are stored as one row beside the record. */
export interface Chunk {
  /** At most the least t1 of its items, epoch ms; with `no` its key, which it keeps when items are taken out. */
  readonly t1: number;
  /** See {@link Spilled.next}. */
  readonly no: number;
  /** In stored order, at least one. */
  readonly items: readonly Item[];
}

/** The part of Map that a record's columns have. Iterates in order of first insertion. */
export interface AttributeMap<T> {
  readonly size: number;
  get(attribute: number): T | undefined;
  has(attribute: number): boolean;
  set(attribute: number, value: T): unknown;
  delete(attribute: number): boolean;
  keys(): IterableIterator<number>;
}

/** One entity. `set` and `delete` of its maps, and its scalar fields, are the only things that change in it. */
export interface EntityRecord {
  /** When the entity was first stored, epoch ms. */
  createdAt: number;
  /** +1 with every task that was applied to it. */
  revision: number;
  /** How often an entity of this id has been created; 1 the first time, +1 after each deletion. */
  incarnation: number;
  /** Token -> epoch ms; the entity lives until all are past. Replaced, never changed in place. */
  ttl: Readonly<Record<string, number>> | undefined;
  readonly plain: AttributeMap<PlainValue>;
  readonly items: AttributeMap<readonly Item[]>;
  readonly spilled: AttributeMap<Spilled>;
  /** The tasks that touched it, newest last, at most STORE_LIMITS.recordTasks. Replaced, never changed in place. */
  tasks: readonly number[];
}

/** An entity nobody has told anything about yet. */
export function newRecord(createdAt: number, incarnation = 1): EntityRecord {
  return {
    createdAt,
    revision: 0,
    incarnation,
    ttl: undefined,
    plain: new Map(),
    items: new Map(),
    spilled: new Map(),
    tasks: [],
  };
}
