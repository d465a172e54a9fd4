/**
 * Notices read with `for await`: a bounded buffer between the one who emits, who never waits, and one who reads
 * at a pace of their own. A slow reader loses the oldest and can see how many.
 * Runs on: any.
 *
 *   push --> [ oldest ... newest ] --> next()      full: the oldest goes, dropped + 1
 */
import { assert } from './errors.js';

/**
 * An iterator over what is pushed. `return()`, which leaving a `for await` calls, and `end()` finish it; what was
 * buffered is let go and every pending `next()` is answered `done`. Never rejects.
 */
export class EventReader<T> implements AsyncIterableIterator<T> {
  readonly #bufferMax: number;
  readonly #onEnd: () => void;
  /** A circle of at most bufferMax places. */
  #buffer: (T | undefined)[] = [];
  #oldest = 0;
  #count = 0;
  #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #isEnded = false;
  #dropped = 0;

  /** `onEnd` is called once, when the reader has finished from either side. */
  constructor(bufferMax: number, onEnd: () => void) {
    assert(Number.isSafeInteger(bufferMax) && bufferMax >= 1, 'a buffer of at least one event');
    this.#bufferMax = bufferMax;
    this.#onEnd = onEnd;
  }

  /** Events lost because the reader was slower than they came. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Hands one event to the reader. Ignored after the end. */
  push(value: T): void {
    if (this.#isEnded) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting({ value, done: false });
      return;
    }
    this.#buffer[(this.#oldest + this.#count) % this.#bufferMax] = value;
    if (this.#count < this.#bufferMax) this.#count++;
    else {
      this.#oldest = (this.#oldest + 1) % this.#bufferMax;
      this.#dropped++;
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#count > 0) {
      const value = this.#buffer[this.#oldest] as T;
      this.#buffer[this.#oldest] = undefined; // do not keep alive what was read
      this.#oldest = (this.#oldest + 1) % this.#bufferMax;
      this.#count--;
      return Promise.resolve({ value, done: false });
    }
    if (this.#isEnded) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Finishes the reader. A second call does nothing. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#buffer = [];
    this.#count = 0;
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
    this.#onEnd();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
