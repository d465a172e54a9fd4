/**
 * What changes, for whoever reads along: partitions tell it after a commit has flushed, and only while somebody reads.
 * A reader has a bounded buffer; what it is too slow for is counted and stands in its stream as one gap.
 *
 *   partition ── batch ──> feed actor (main) ──> hub ──> buffer of reader 1 ──> for await
 *                                                 └───> buffer of reader 2 ──> …
 *
 * Runs on: main (the hub and its actor); any (the types).
 */
import { type ActorRef, defineActor, type ProtocolOf } from '../../core/index.js';
import type { EntityId } from '../../stores/internal.js';
import { PLATFORM_LIMITS } from '../limits.js';
import type { Position } from './position.js';

/** One task that had an effect on an entity. */
export interface Change {
  readonly type: 'created' | 'changed' | 'deleted';
  readonly etype: string;
  readonly eid: EntityId;
  /** Attributes it brought data for, each once. */
  readonly attrs: readonly string[];
  readonly position: Position;
}

/** In place of changes that the reader, or the way to it, had no room for. */
export interface ChangeGap {
  readonly type: 'gap';
  readonly missed: number;
}

export interface SubscribeOptions {
  /** Entity types; default all. */
  readonly etypes?: readonly string[];
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Changes kept for a reader that is slow. Default {@link PLATFORM_LIMITS.changesBuffered}. */
  readonly bufferMax?: number;
}

/** What a partition tells: changes in the order of its commits, and how many it could not tell before them. */
export interface ChangeBatch {
  readonly changes: readonly Change[];
  readonly missed: number;
}

/** Receives the batches of all partitions; on main, where the readers are. */
export const changeFeed = defineActor(
  import.meta.url,
  'troupe.entity-change-feed',
  (_ctx, runId: number) => {
    const hub = ChangeHub.of(runId);
    return {
      changes(batch: ChangeBatch) {
        hub.publish(batch);
      },
    };
  },
);

export type ChangeFeedProtocol = ProtocolOf<typeof changeFeed>;
export type ChangeFeed = ActorRef<ChangeFeedProtocol>;

/** The name it is spawned by. */
export function feedName(runId: number): string {
  return `entities-${runId}-feed`;
}

/** The readers of one run. */
export class ChangeHub {
  static readonly #hubs = new Map<number, ChangeHub>();
  readonly #readers = new Set<ChangeReader>();
  readonly #runId: number;
  #isEnded = false;
  /** Told the number of readers that came or went. */
  onReaders: (change: 1 | -1) => void = () => {};

  private constructor(runId: number) {
    this.#runId = runId;
  }

  static of(runId: number): ChangeHub {
    let hub = ChangeHub.#hubs.get(runId);
    if (hub === undefined) {
      hub = new ChangeHub(runId);
      ChangeHub.#hubs.set(runId, hub);
    }
    return hub;
  }

  publish({ changes, missed }: ChangeBatch): void {
    for (const reader of this.#readers) {
      if (missed > 0) reader.miss(missed);
      for (const change of changes) reader.offer(change);
    }
  }

  /** Reads from now on, not from the first `next()` on. */
  subscribe(options: SubscribeOptions): AsyncIterableIterator<Change | ChangeGap> {
    const reader = new ChangeReader(options, () => {
      if (this.#readers.delete(reader)) this.onReaders(-1);
    });
    if (this.#isEnded || options.signal?.aborted) {
      reader.end();
      return reader;
    }
    this.#readers.add(reader);
    this.onReaders(1);
    options.signal?.addEventListener('abort', () => reader.end(), { once: true });
    return reader;
  }

  /** All readers get what is buffered, then their end. */
  end(): void {
    this.#isEnded = true;
    ChangeHub.#hubs.delete(this.#runId);
    for (const reader of [...this.#readers]) reader.end();
  }
}

class ChangeReader implements AsyncIterableIterator<Change | ChangeGap> {
  readonly #etypes: ReadonlySet<string> | undefined;
  readonly #bufferMax: number;
  readonly #onEnd: () => void;
  readonly #waiting: ((result: IteratorResult<Change | ChangeGap>) => void)[] = [];
  #buffer: (Change | ChangeGap)[] = [];
  #from = 0;
  #missed = 0;
  #isEnded = false;

  constructor(options: SubscribeOptions, onEnd: () => void) {
    this.#etypes = options.etypes === undefined ? undefined : new Set(options.etypes);
    this.#bufferMax = options.bufferMax ?? PLATFORM_LIMITS.changesBuffered;
    this.#onEnd = onEnd;
  }

  offer(change: Change): void {
    if (this.#isEnded || this.#etypes?.has(change.etype) === false) return;
    if (this.#buffer.length - this.#from >= this.#bufferMax) {
      this.#missed++;
      return;
    }
    this.#put(change);
  }

  /** Changes that did not even come this far; of which types is not known. */
  miss(count: number): void {
    if (!this.#isEnded) this.#missed += count;
  }

  next(): Promise<IteratorResult<Change | ChangeGap>> {
    if (this.#from < this.#buffer.length) {
      const value = this.#buffer[this.#from++]!;
      if (this.#from === this.#buffer.length || this.#from >= this.#bufferMax) this.#compact();
      return Promise.resolve({ done: false, value });
    }
    const gap = this.#takeGap();
    if (gap !== undefined) return Promise.resolve({ done: false, value: gap });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<Change | ChangeGap>> {
    this.#buffer = [];
    this.#from = 0;
    this.#missed = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd();
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** What was missed stands before what comes after it. */
  #put(change: Change): void {
    const gap = this.#takeGap();
    for (const item of gap === undefined ? [change] : [gap, change]) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#buffer.push(item);
      else waiting({ done: false, value: item });
    }
  }

  #takeGap(): ChangeGap | undefined {
    if (this.#missed === 0) return undefined;
    const missed = this.#missed;
    this.#missed = 0;
    return { type: 'gap', missed };
  }

  #compact(): void {
    this.#buffer = this.#buffer.slice(this.#from);
    this.#from = 0;
  }
}
