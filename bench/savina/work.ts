/**
 * The computing inside Savina's messages, the same in every implementation (Erlang's is in
 * peers/erlang/savina.erl).
 * Runs on: any.
 */
import { BenchError } from '../bench-error.js';
import { DEFAULT_SEED, nextRandom } from './savina-random.js';

/** One sine, squared. The index keeps a compiler from computing it once for all messages. */
export function sine(index: number): number {
  const value = Math.sin(37.2 + (index & 7));
  const result = value * value;
  if (result <= 0)
    throw new BenchError('ANSWER_WRONG', `expected a positive square, got ${result}`);
  return result;
}

/**
 * Steps the generator `limit` times from its default seed; answers the last value, to be added up.
 */
export function busyWait(limit: number): number {
  let value = DEFAULT_SEED;
  for (let step = 0; step < limit; step++) value = nextRandom(value);
  return value;
}

/** `term` plus `cost` * 100 logarithms of random numbers; the generator is seeded with `cost`. */
export function processItem(term: number, cost: number): number {
  let result = term;
  let value: number = cost;
  for (let step = 0; step < cost * 100; step++) {
    value = nextRandom(value);
    result += Math.log(Math.abs(1 / (value + 1)) + 0.01);
  }
  return result;
}
