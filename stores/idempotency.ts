/**
 * Requests that were taken, by the digest of their key, so that a repetition has no second effect. A partition remembers
 * the last hour or the last hundred thousand, whichever is less, and forgets a few old ones with each new one.
 *
 *     requests      partition key          -> at, number, tasks, digest of the body
 *     requestTimes  partition at key       -> nothing          (the oldest first)
 *
 * Rows are written with the entry they came with. Between its append and its flush a request is known from memory.
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

const DIGEST_BYTES = 32;
const ROW_BYTES = 8 + 8 + 8 + DIGEST_BYTES;

export class IdempotencyIndex {
  readonly #environment: LogEnvironment;
  /** Partition -> digest as text -> what is on its way to the disk. */
  readonly #onTheWay = new Map<number, Map<string, SeenRequest>>();
  /** Partition -> rows it has, once counted. */
  readonly #counts = new Map<number, number>();

  constructor(environment: LogEnvironment) {
    this.#environment = environment;
  }

  /** The request of that key, or undefined: never seen, or forgotten. `now` in epoch ms. */
  find(partition: number, key: Uint8Array, now: number): SeenRequest | undefined {
    const coming = this.#onTheWay.get(partition)?.get(textOf(key));
    if (coming !== undefined) return coming;
    const row = this.#environment.tables.requests.get(keys.requestKey(partition, key));
    if (row === undefined) return undefined;
    const seen = readRow(row);
    return now - seen.at > STORE_LIMITS.requestKeptMs ? undefined : seen;
  }

  /** The rows that remember `request` and forget some old ones. `flushed` settles when they are written or are not. */
  remember(partition: number, request: RequestKey, seen: SeenRequest): Put[] {
    assert(request.key.length === DIGEST_BYTES, `a digest of ${DIGEST_BYTES} bytes as key`);
    assert(request.body.length === DIGEST_BYTES, `a digest of ${DIGEST_BYTES} bytes of the body`);
    this.#hold(partition, request.key, seen);
    const { requests, requestTimes } = this.#environment.tables;
    return [
      ...this.#forget(partition, seen.at),
      { table: requests, key: keys.requestKey(partition, request.key), value: writeRow(seen) },
      {
        table: requestTimes,
        key: keys.requestTimeKey(partition, seen.at, request.key),
        value: NOTHING,
      },
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
    seen.flushed?.then(letGo, letGo);
  }

  /** Removes what is too old, and what is too much, oldest first, a few rows at a time. */
  #forget(partition: number, now: number): Put[] {
    const { requests, requestTimes } = this.#environment.tables;
    const range = keys.rangeOf(keys.partitionKey(partition));
    let count = this.#counts.get(partition) ?? requestTimes.count(range);
    count++;
    const puts: Put[] = [];
    const countMax = STORE_LIMITS.requestsForgotten;
    for (const key of requestTimes.keys(range, { countMax })) {
      const { at, digest } = keys.readRequestTimeKey(key);
      if (count <= STORE_LIMITS.requestsKept && now - at <= STORE_LIMITS.requestKeptMs) break;
      count--;
      puts.push({ table: requestTimes, key, value: undefined });
      const requestKey = keys.requestKey(partition, digest);
      const row = requests.get(requestKey);
      // A key that was used again after it had been forgotten has a younger row of its own.
      if (row !== undefined && readRow(row).at === at)
        puts.push({ table: requests, key: requestKey, value: undefined });
    }
    this.#counts.set(partition, count);
    return puts;
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
