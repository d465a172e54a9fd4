/**
 * Savina's generator, number for number: 16 bits of state, each value the state itself. Poor as
 * randomness, but equal in every language, which is what matters here.
 * Runs on: any.
 */

/** The seed that Savina uses where it names none. */
export const DEFAULT_SEED = 74_755;

/** The value after `value`: 0 to 65 535. */
export function nextRandom(value: number): number {
  return (value * 1_309 + 13_849) & 65_535;
}

/** A generator with its state. */
export class SavinaRandom {
  #value: number;

  constructor(seed: number = DEFAULT_SEED) {
    this.#value = seed;
  }

  /** The next value, 0 to 65 535. */
  next(): number {
    this.#value = nextRandom(this.#value);
    return this.#value;
  }

  /** The next value modulo `bound`. */
  below(bound: number): number {
    return this.next() % bound;
  }
}
