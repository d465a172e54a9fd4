/**
 * Several sorted sequences as one: a heap of their heads.
 * Runs on: any.
 */

/** Smallest first; of equals in no promised order. Leaving early ends every source. */
export function* merged<T>(
  sources: readonly Iterable<T>[],
  compare: (a: T, b: T) => number,
): Generator<T, void, undefined> {
  const heap = new Heap<T>(compare);
  try {
    for (const source of sources) heap.add(source[Symbol.iterator]());
    for (let least = heap.take(); least !== undefined; least = heap.take()) yield least.value;
  } finally {
    heap.end();
  }
}

interface Head<T> {
  value: T;
  readonly rest: Iterator<T>;
}

class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #heads: Head<T>[] = [];

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  add(rest: Iterator<T>): void {
    const first = rest.next();
    if (first.done === true) return;
    this.#heads.push({ value: first.value, rest });
    for (let at = this.#heads.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  /** The least head's value; its source moves on. In a box, since a value may be undefined. */
  take(): { readonly value: T } | undefined {
    const top = this.#heads[0];
    if (top === undefined) return undefined;
    const { value } = top;
    const next = top.rest.next();
    if (next.done === true) {
      const last = this.#heads.pop() as Head<T>;
      if (this.#heads.length > 0) this.#heads[0] = last;
    } else top.value = next.value;
    this.#sink();
    return { value };
  }

  end(): void {
    for (const { rest } of this.#heads) rest.return?.();
    this.#heads.length = 0;
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= this.#heads.length) return;
      const right = left + 1;
      const least = right < this.#heads.length && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(least, at)) return;
      this.#swap(least, at);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const heads = this.#heads as readonly Head<T>[];
    return this.#compare((heads[a] as Head<T>).value, (heads[b] as Head<T>).value) < 0;
  }

  #swap(a: number, b: number): void {
    const moved = this.#heads[a] as Head<T>;
    this.#heads[a] = this.#heads[b] as Head<T>;
    this.#heads[b] = moved;
  }
}
