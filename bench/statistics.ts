/**
 * The arithmetic of the benchmarks: what several rounds say together. Pure.
 * Runs on: any.
 */
import { BenchError } from './bench-error.js';
import type { Better } from './row.js';

/** Smallest and largest of the kept rounds. */
export interface Spread {
  readonly min: number;
  readonly max: number;
}

/**
 * The middle value; of an even number the mean of the two in the middle. Throws on an empty list.
 */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest value that at least `share` (0 < share <= 1) of all values do not exceed: nearest
 * rank, so the result is a value that occurred. Throws on an empty list.
 */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = ascending(values);
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1]!;
}

/** Smallest and largest value. Throws on an empty list. */
export function spread(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * How many times better `ours` is than `theirs`: above 1 = we are better, whichever way better
 * goes.
 */
export function ratio(ours: number, theirs: number, better: Better): number {
  return better === 'higher' ? ours / theirs : theirs / ours;
}

function ascending(values: ArrayLike<number>): Float64Array {
  if (values.length === 0) {
    throw new BenchError('ROW_INVALID', 'expected at least one measured value, got none');
  }
  return Float64Array.from(values).sort();
}
