/**
 * The thread of the poolifier benchmark.
 * Runs on: thread.
 */
import { ThreadWorker } from 'poolifier';

/** poolifier finds its function in the object that the module makes. */
export const adder = new ThreadWorker<readonly [number, number], number>((numbers) => {
  const [a, b] = numbers ?? [0, 0];
  return a + b;
});
