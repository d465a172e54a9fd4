/**
 * A check for assert.throws and assert.rejects: the error is a BenchError of that code.
 * Runs on: any.
 */
import { BenchError, type BenchErrorCode } from '../../bench/bench-error.js';

export function hasBenchCode(code: BenchErrorCode): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof BenchError && thrown.code === code;
}
