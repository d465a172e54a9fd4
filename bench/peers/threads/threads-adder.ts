/**
 * The thread of the benchmark of the package `threads`.
 * Runs on: thread.
 */
import { expose } from 'threads/worker';

export function add(a: number, b: number): number {
  return a + b;
}

expose(add);
