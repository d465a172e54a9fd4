/**
 * Randomness with a seed: whoever draws from it replays exactly when given the same seed again. Jitter, random
 * routing and the testkit's interleaving all draw from a `Random`, never from Math.random itself.
 * Runs on: any.
 */
import { assert } from './errors.js';
import { hashString } from './hash.js';

/** A source of random draws. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1), in steps of 2^-32. */
  next(): number;
  /** Uniform whole number in [0, n); `n` is a whole number from 1 to 2^32. */
  int(n: number): number;
  /** One of the items, each as likely. Fails on none. */
  pick<T>(items: readonly T[]): T;
  /** Reorders `items` in place, each order as likely, and returns them. */
  shuffle<T>(items: T[]): T[];
  /** A source of its own: what is drawn from it later changes nothing here, and the reverse. */
  fork(): Random;
}

/**
 * A source whose draws are a function of `seed`. A number and its decimal text are the same seed, so what a
 * failure printed can be given back as it stands.
 */
export function seededRandom(seed: number | string): Random {
  const text = String(seed);
  return new SmallFastRandom(
    hashString(text, 1),
    hashString(text, 2),
    hashString(text, 3),
    hashString(text, 4),
  );
}

abstract class DerivedRandom implements Random {
  abstract next(): number;
  abstract fork(): Random;

  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'at least one item to pick from');
    return items[this.int(items.length)] as T;
  }

  shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const item = items[last] as T;
      items[last] = items[other] as T;
      items[other] = item;
    }
    return items;
  }
}

/**
 * The "small fast counting" generator on 32-bit words: chaotic mixing of three words, with a counter as the
 * fourth so that no cycle is shorter than 2^32. State stays in signed 32-bit integers, which V8 does not box.
 */
class SmallFastRandom extends DerivedRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(a: number, b: number, c: number, counter: number) {
    super();
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#counter = counter | 0;
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.#word();
  }

  next(): number {
    return (this.#word() >>> 0) * 2 ** -32;
  }

  override int(n: number): number {
    return Math.floor((this.#word() >>> 0) * 2 ** -32 * n);
  }

  fork(): Random {
    return new SmallFastRandom(this.#word(), this.#word(), this.#word(), this.#word());
  }

  #word(): number {
    const b = this.#b;
    const c = this.#c;
    const word = (this.#a + b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word;
  }
}

const WARM_UP_ROUNDS = 12;

class SystemRandom extends DerivedRandom {
  next(): number {
    return Math.random();
  }

  fork(): Random {
    return this;
  }
}

/** The machine's randomness: it cannot be replayed. */
export const systemRandom: Random = new SystemRandom();
