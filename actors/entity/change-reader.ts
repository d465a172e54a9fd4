/**
 * One reading of changes: goes through the stored chunks of all partitions, one chunk of each in turn, and holds one of them
 * at a time; so it may be as slow as it likes. What was removed before it came there stands in its stream as one gap.
 *
 *   next of p ──> chunk that holds it ──> its changes, without types that were not asked for ──> next of p beyond
 *                 └ removed: gap up to the oldest kept
 *
 * Runs on: main.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CodedError } from '../../core/index.js';
import { folderDigest, printChangeCursor, readChangeCursor } from '../../stores/internal.js';
import type { PlatformErrorCode } from '../errors.js';
import type { Change, ChangeGap, ChangeReading, SubscribeOptions } from './change-feed.js';
import { type ChangeNames, changeNames } from './change-names.js';
import type { ChangeSource } from './change-source.js';

type Item = Change | ChangeGap;
type Result = IteratorResult<Item, undefined>;

/** An item, and where its partition's reading is once it has been given. */
interface Held {
  readonly item: Item;
  readonly partition: number;
  readonly next: number;
}

interface Waiting {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** How long one look keeps the thread, in ms: changes that nobody asked for are passed over at a million a second. */
const SLICE_MS = 5;
const DONE: Result = { done: true, value: undefined };

export class ChangeReader implements ChangeReading {
  readonly #source: ChangeSource;
  readonly #names: ChangeNames;
  readonly #etypes: ReadonlySet<string> | undefined;
  readonly #onEnd: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.end();
  /** By partition: the number of the first change that was not given. */
  readonly #next: number[];
  readonly #waiting: Waiting[] = [];
  /** Of the chunks that were read last, at most one of a partition. */
  #held: Held[] = [];
  #heldFrom = 0;
  /** Partition that is looked at first. */
  #turn = 0;
  #wake: (() => void) | undefined;
  #isPumping = false;
  #isEnded = false;

  /** Throws CHANGE_CURSOR_INVALID for an `after` that is none of this folder's. */
  constructor(source: ChangeSource, options: SubscribeOptions, onEnd: () => void = () => {}) {
    this.#source = source;
    this.#names = changeNames(source.folder.numbers);
    this.#etypes = options.etypes === undefined ? undefined : new Set(options.etypes);
    this.#next = placesOf(source, options.after ?? 'now');
    this.#onEnd = onEnd;
    this.#signal = options.signal;
    this.#isEnded = this.#signal?.aborted === true;
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Nothing more is read. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  get cursor(): string {
    return printChangeCursor(this.#source.folder.id, this.#next);
  }

  next(): Promise<Result> {
    const item = this.#waiting.length === 0 ? this.#give() : undefined;
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    if (this.#isEnded) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      void this.#pump();
    });
  }

  async take(countMax: number): Promise<readonly Item[]> {
    const items: Item[] = [];
    let until = performance.now() + SLICE_MS;
    while (items.length < countMax) {
      const item = this.#give();
      if (item !== undefined) {
        items.push(item);
        continue;
      }
      const found = this.#isEnded ? 'none' : this.#look();
      if (found === 'none') break;
      if (found === 'items' && performance.now() < until) continue;
      await nextTurn();
      until = performance.now() + SLICE_MS;
    }
    return items;
  }

  return(): Promise<Result> {
    this.#held = [];
    this.#heldFrom = 0;
    this.end();
    return Promise.resolve(DONE);
  }

  /** There may be more to read. */
  wake(): void {
    this.#wake?.();
  }

  /** Who waits is given what is stored now, up to a chunk of each partition; then the reading ends. */
  finish(): void {
    if (this.#waiting.length > 0) {
      try {
        for (let partition = 0; partition < this.#next.length; partition++)
          this.#load(partition, this.#source.end(partition));
        this.#serve();
      } catch (error) {
        this.#fail(error);
      }
    }
    this.end();
  }

  /** What is held is still given; nothing more is read. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#onEnd();
    for (const { resolve } of this.#waiting.splice(0)) resolve(DONE);
    this.#wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Goes on while somebody waits. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#waiting.length > 0 && !this.#isEnded) {
        const found = this.#look();
        if (found === 'items') this.#serve();
        else if (found === 'more') await nextTurn();
        else await this.#more();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isPumping = false;
    }
  }

  /** Resolves when there may be more. What comes after the second look is told. */
  async #more(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#source.awaitMore(() => this.wake());
    if (this.#look() === 'none') await woken;
    this.#wake = undefined;
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const item = this.#give();
      if (item === undefined) return;
      this.#waiting.shift()!.resolve({ done: false, value: item });
    }
  }

  #give(): Item | undefined {
    const held = this.#held[this.#heldFrom];
    if (held === undefined) return undefined;
    this.#heldFrom++;
    this.#next[held.partition] = held.next;
    return held.item;
  }

  /** Holds what the next partition has. `more`: only what was not asked for so far, and the slice is over. */
  #look(): 'items' | 'more' | 'none' {
    if (this.#heldFrom < this.#held.length) return 'items';
    this.#held = [];
    this.#heldFrom = 0;
    const until = performance.now() + SLICE_MS;
    let hasPassed = false;
    for (let looks = 0; looks < this.#next.length; looks++) {
      const partition = this.#turn;
      this.#turn = (partition + 1) % this.#next.length;
      const end = this.#source.end(partition);
      if (this.#next[partition]! >= end) continue;
      this.#load(partition, end);
      if (this.#held.length > 0) return 'items';
      hasPassed = true;
      if (performance.now() >= until) break;
    }
    return hasPassed ? 'more' : 'none';
  }

  /** Nothing of the partition is held. What is before `end` and not there has been removed. */
  #load(partition: number, end: number): void {
    const from = this.#next[partition]!;
    if (from >= end) return;
    const row = this.#source.read(partition, from);
    const first = Math.min(row?.first ?? end, end);
    if (first > from) {
      const item = { type: 'gap', partition, missed: first - from } as const;
      this.#held.push({ item, partition, next: first });
    }
    if (row === undefined || first === end) return;
    let last: { -readonly [K in keyof Held]: Held[K] } | undefined;
    for (let at = Math.max(0, from - first); at < row.changes.length; at++) {
      const change = row.changes[at];
      const names = change && this.#names(change.etype);
      if (names === undefined || this.#etypes?.has(names.id) === false) continue;
      const { type, eid, attrs, lane, number } = change!;
      last = {
        item: {
          type,
          etype: names.id,
          eid,
          attrs: attrs.map(names.attr),
          position: [partition, lane, number],
          at: row.at,
        },
        partition,
        next: first + at + 1,
      };
      this.#held.push(last);
    }
    const beyond = first + row.changes.length;
    if (last !== undefined) last.next = beyond;
    else if (first <= from) this.#next[partition] = beyond;
  }

  #fail(error: unknown): void {
    this.#waiting.shift()?.reject(error);
    this.end();
  }
}

/** By partition, the number to begin with. */
function placesOf(source: ChangeSource, after: unknown): number[] {
  const { id, partitions } = source.folder;
  const each = (of: (partition: number) => number): number[] =>
    Array.from({ length: partitions }, (_, partition) => of(partition));
  if (after === 'now') return each((partition) => source.end(partition));
  if (after === 'start')
    return each((partition) => Math.min(source.oldest(partition), source.end(partition)));
  const places = readChangeCursor(after);
  if (places === undefined)
    throw refused("expected 'start', 'now' or the cursor of a reading, got something else");
  if (places.folder !== folderDigest(id) || places.next.length !== partitions)
    throw refused(`expected a cursor of folder ${id}, got one of another`);
  const ahead = places.next.findIndex((next, partition) => next > source.end(partition));
  if (ahead >= 0) {
    const got = `partition ${ahead} at ${places.next[ahead]}, which is at ${source.end(ahead)}`;
    throw refused(`expected a cursor of what the folder has been through, got ${got}`);
  }
  return [...places.next];
}

function refused(text: string): CodedError<PlatformErrorCode> {
  return new CodedError('CHANGE_CURSOR_INVALID', text);
}
