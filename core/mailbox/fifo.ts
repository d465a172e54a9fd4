/**
 * A first-in first-out queue of messages, three words each, in linked segments:
 *
 *   head ─▶ [ name payload meta | name payload meta | … ] ─▶ [ … ] ◀─ tail
 *              ▲ headIndex                                        ▲ tailIndex
 *
 * Nothing is copied when it grows, and drained segments go back to a small pool of the thread, so a steady
 * queue allocates nothing and an empty one holds a single segment.
 * Runs on: any.
 */
import type { Meta } from '../message/envelope.js';

const WORDS = 3;
const SMALL_WORDS = 32 * WORDS;
/** Large enough for the heap's large-object space: a deep queue is never copied by the collector. */
const LARGE_WORDS = 8_192 * WORDS;
/** A queue this deep grows by large segments. */
const DEEP_MESSAGES = 2_048;
const SMALL_POOLED_MAX = 256;
const LARGE_POOLED_MAX = 32;

class Segment {
  readonly words: unknown[];
  next: Segment | undefined = undefined;

  constructor(size: number) {
    this.words = new Array(size);
  }
}

const smallPool: Segment[] = [];
const largePool: Segment[] = [];

function takeSegment(isLarge: boolean): Segment {
  if (isLarge) return largePool.pop() ?? new Segment(LARGE_WORDS);
  return smallPool.pop() ?? new Segment(SMALL_WORDS);
}

function giveSegment(segment: Segment): void {
  segment.next = undefined;
  if (segment.words.length === SMALL_WORDS) {
    if (smallPool.length < SMALL_POOLED_MAX) smallPool.push(segment);
  } else if (largePool.length < LARGE_POOLED_MAX) largePool.push(segment);
}

/** Where `shift` puts a message: one register a thread, so that taking one allocates nothing. */
export interface Taken {
  name: unknown;
  payload: unknown;
  meta: Meta;
}

/** A register of one's own, where that of the thread is in use. */
export function emptyTaken(): Taken {
  return { name: undefined, payload: undefined, meta: 0 };
}

export class Fifo {
  size = 0;
  #head: Segment = takeSegment(false);
  #tail: Segment = this.#head;
  #headIndex = 0;
  #tailIndex = 0;
  /** Messages put back at the front, next one last. */
  #front: unknown[] | undefined = undefined;

  push(name: unknown, payload: unknown, meta: Meta): void {
    let index = this.#tailIndex;
    if (index === this.#tail.words.length) {
      const segment = takeSegment(this.size > DEEP_MESSAGES);
      this.#tail.next = segment;
      this.#tail = segment;
      index = 0;
    }
    const words = this.#tail.words;
    words[index] = name;
    words[index + 1] = payload;
    words[index + 2] = meta;
    this.#tailIndex = index + WORDS;
    this.size++;
  }

  /** Puts a message before all others. */
  unshift(name: unknown, payload: unknown, meta: Meta): void {
    this.#front ??= [];
    this.#front.push(meta, payload, name);
    this.size++;
  }

  /** The oldest, as {@link shift}: all are of one priority. */
  shiftLeast(into: Taken): boolean {
    return this.shift(into);
  }

  /** Takes the oldest message into `into`; false when there is none. */
  shift(into: Taken): boolean {
    if (this.size === 0) return false;
    this.size--;
    if (this.#front !== undefined) return this.#shiftFront(this.#front, into);
    const index = this.#headIndex;
    const words = this.#head.words;
    into.name = words[index];
    into.payload = words[index + 1];
    into.meta = words[index + 2] as Meta;
    words[index] = undefined;
    words[index + 1] = undefined;
    words[index + 2] = undefined;
    this.#headIndex = index + WORDS;
    if (this.size === 0) {
      this.#headIndex = 0;
      this.#tailIndex = 0;
      if (words.length !== SMALL_WORDS) this.#shrink();
    } else if (this.#headIndex === words.length) {
      const drained = this.#head;
      this.#head = drained.next as Segment;
      this.#headIndex = 0;
      giveSegment(drained);
    }
    return true;
  }

  /** Gives the segment of an empty queue back to the thread; the queue must not be used again. */
  release(): void {
    giveSegment(this.#head);
  }

  /** An empty queue does not keep a large segment. */
  #shrink(): void {
    giveSegment(this.#head);
    this.#head = takeSegment(false);
    this.#tail = this.#head;
  }

  #shiftFront(front: unknown[], into: Taken): boolean {
    into.name = front.pop();
    into.payload = front.pop();
    into.meta = front.pop() as Meta;
    if (front.length === 0) this.#front = undefined;
    return true;
  }
}
