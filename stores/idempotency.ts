/**
 * Requests that were taken, by the digest of their key, so that a repetition has no second effect. They are remembered
 * for an hour, and for less when the folder has more rows of them than it may; each new one forgets a few old ones.
 *
 *     requests      partition key          -> at, number, tasks, digest of the body
 *     requestTimes  partition at key       -> nothing          (the oldest first)
 *
 *     rows of the folder   │ even share of each partition, its own │ beyond: whoever comes first, while there is room │
 *
 * Rows are written with the entry they came with. Between its append and its flush a request is known from memory. Only
 * the owner of a partition removes rows there, so a folder that is full shrinks where something comes in: a partition
 * within its share may still add, and there are never more than twice as many as the bound says.
 * Runs on: any.
 */
import { assert } from '../core/internal.js';
import type { LogEnvironment, Put } from './environment.js';
import * as keys from './keys.js';
import { STORE_LIMITS } from './limits.js';

/** A request that may be repeated: its key and its body, both as digests. */
export interface RequestKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 32 bytes. */
  readonly body: Uint8Array;
}

/** A request that was taken. */
export interface SeenRequest {
  /** Digest of the body it came with. */
  readonly body: Uint8Array;
  /** First number its entry took, and how many; 0 of 0 when it brought none. */
  readonly number: number;
  readonly tasks: number;
  /** When, epoch ms. */
  readonly at: number;
  /** Set while it is not durable yet: settles with its append. */
  readonly flushed?: Promise<void> | undefined;
}

/** What is remembered at most. */
export interface IdempotencyBounds {
  /** Rows of the whole folder, see STORE_LIMITS.requestRowsKept. */
  readonly rowsMax: number;
  /** In ms. */
  readonly keptMs: number;
}

/** What is known of the rows of a partition. */
interface OwnRows {
  count: number;
  /** Rows before it are removed, though a read may still find them. */
  from: Uint8Array;
}

const DIGEST_BYTES = 32;
const ROW_BYTES = 8 + 8 + 8 + DIGEST_BYTES;
const BOUNDS: IdempotencyBounds = {
  rowsMax: STORE_LIMITS.requestRowsKept,
  keptMs: STORE_LIMITS.requestKeptMs,
};

export class IdempotencyIndex {
  readonly #environment: LogEnvironment;
  readonly #bounds: IdempotencyBounds;
  /** Partition -> digest as text -> what is on its way to the disk. */
  readonly #onTheWay = new Map<number, Map<string, SeenRequest>>();
  /** By partition, once counted. */
  readonly #own = new Map<number, OwnRows>();
  #shareRows: number | undefined;

  constructor(environment: LogEnvironment, bounds: IdempotencyBounds = BOUNDS) {
    this.#environment = environment;
    this.#bounds = bounds;
  }

  /** Forgets what it knows of a partition's rows: they are counted again. */
  reopen(partition: number): void {
    this.#own.delete(partition);
  }

  /** The request of that key, or undefined: never seen, or forgotten. `now` in epoch ms. */
  find(partition: number, key: Uint8Array, now: number): SeenRequest | undefined {
    const coming = this.#onTheWay.get(partition)?.get(textOf(key));
    if (coming !== undefined) return coming;
    const row = this.#environment.tables.requests.get(keys.requestKey(partition, key));
    if (row === undefined) return undefined;
    const seen = readRow(row);
    return now - seen.at > this.#bounds.keptMs ? undefined : seen;
  }

  /** The rows that remember `request` and forget some old ones. `flushed` settles when they are written or are not. */
  remember(partition: number, request: RequestKey, seen: SeenRequest): Put[] {
    assert(request.key.length === DIGEST_BYTES, `a digest of ${DIGEST_BYTES} bytes as key`);
    assert(request.body.length === DIGEST_BYTES, `a digest of ${DIGEST_BYTES} bytes of the body`);
    this.#hold(partition, request.key, seen);
    const { requests, requestTimes } = this.#environment.tables;
    const timeKey = keys.requestTimeKey(partition, seen.at, request.key);
    return [
      ...this.#forget(partition, seen.at, timeKey),
      { table: requests, key: keys.requestKey(partition, request.key), value: writeRow(seen) },
      { table: requestTimes, key: timeKey, value: NOTHING },
    ];
  }

  #hold(partition: number, key: Uint8Array, seen: SeenRequest): void {
    let held = this.#onTheWay.get(partition);
    if (held === undefined) {
      held = new Map();
      this.#onTheWay.set(partition, held);
    }
    const text = textOf(key);
    held.set(text, seen);
    const letGo = () => {
      if (held.get(text) === seen) held.delete(text);
    };
    seen.flushed?.then(letGo, () => {
      letGo();
      this.reopen(partition);
    });
  }

  /** Removes what is too old, and what is too much, oldest first, a few rows at a time. `added` is the key of one more. */
  #forget(partition: number, now: number, added: Uint8Array): Put[] {
    const { requests, requestTimes } = this.#environment.tables;
    const range = keys.rangeOf(keys.partitionKey(partition));
    const own = this.#ownRows(partition);
    own.count++;
    // After the clock was set back the row would stand among those that are passed over.
    if (Buffer.compare(added, own.from) < 0) own.from = range.from;
    let excess = own.count > this.#share() ? requestTimes.size() + 1 - this.#bounds.rowsMax : 0;
    const puts: Put[] = [];
    const left = { from: own.from, below: range.below };
    for (const key of requestTimes.keys(left, { countMax: STORE_LIMITS.requestsForgotten })) {
      const { at, digest } = keys.readRequestTimeKey(key);
      const isTooMuch = excess > 0 && own.count > this.#share();
      if (!isTooMuch && now - at <= this.#bounds.keptMs) break;
      excess--;
      own.count--;
      own.from = keys.keyBehind(key);
      puts.push({ table: requestTimes, key, value: undefined });
      const requestKey = keys.requestKey(partition, digest);
      const row = requests.get(requestKey);
      // A key that was used again after it had been forgotten has a younger row of its own.
      if (row !== undefined && readRow(row).at === at)
        puts.push({ table: requests, key: requestKey, value: undefined });
    }
    return puts;
  }

  #ownRows(partition: number): OwnRows {
    let own = this.#own.get(partition);
    if (own === undefined) {
      const range = keys.rangeOf(keys.partitionKey(partition));
      own = { count: this.#environment.tables.requestTimes.count(range), from: range.from };
      this.#own.set(partition, own);
    }
    return own;
  }

  /** Rows that a partition may have whatever the others have. Each partition has a tail in both lanes. */
  #share(): number {
    const { tails } = this.#environment.tables;
    this.#shareRows ??= Math.max(1, Math.floor((2 * this.#bounds.rowsMax) / tails.size()));
    return this.#shareRows;
  }
}

const NOTHING = new Uint8Array([0]);

function writeRow(seen: SeenRequest): Uint8Array {
  const row = new Uint8Array(ROW_BYTES);
  const view = new DataView(row.buffer);
  view.setFloat64(0, seen.at);
  view.setFloat64(8, seen.number);
  view.setFloat64(16, seen.tasks);
  row.set(seen.body, 24);
  return row;
}

function readRow(row: Uint8Array): SeenRequest {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  return {
    at: view.getFloat64(0),
    number: view.getFloat64(8),
    tasks: view.getFloat64(16),
    body: row.slice(24),
  };
}

function textOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('latin1');
}
