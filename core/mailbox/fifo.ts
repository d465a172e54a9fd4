/**
 * A first-in first-out queue of messages, three words each, in linked segments:
 *
 *   head ─▶ [ name payload meta | name payload meta | …32 ] ─▶ [ … ] ◀─ tail
 *              ▲ headIndex                                        ▲ tailIndex
 *
 * Nothing is copied when it grows, and drained segments go back to a small pool of the thread, so a steady
 * queue allocates nothing and an empty one holds a single segment.
 * Runs on: any.
 */
import type { Meta } from '../message/envelope.js';

const WORDS = 3;
const SEGMENT_WORDS = 32 * WORDS;
const POOLED_MAX = 256;

class Segment {
  readonly words: unknown[] = new Array(SEGMENT_WORDS).fill(undefined);
  next: Segment | undefined = undefined;
}

const pool: Segment[] = [];

function takeSegment(): Segment {
  return pool.pop() ?? new Segment();
}

function giveSegment(segment: Segment): void {
  segment.next = undefined;
  if (pool.length < POOLED_MAX) pool.push(segment);
}

/** Where `shift` puts a message: one register a thread, so that taking one allocates nothing. */
export interface Taken {
  name: unknown;
  payload: unknown;
  meta: Meta;
}

export class Fifo {
  size = 0;
  #head: Segment = takeSegment();
  #tail: Segment = this.#head;
  #headIndex = 0;
  #tailIndex = 0;
  /** Messages put back at the front, next one last. */
  #front: unknown[] | undefined = undefined;

  push(name: unknown, payload: unknown, meta: Meta): void {
    let index = this.#tailIndex;
    if (index === SEGMENT_WORDS) {
      const segment = takeSegment();
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
    } else if (this.#headIndex === SEGMENT_WORDS) {
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

  #shiftFront(front: unknown[], into: Taken): boolean {
    into.name = front.pop();
    into.payload = front.pop();
    into.meta = front.pop() as Meta;
    if (front.length === 0) this.#front = undefined;
    return true;
  }
}
