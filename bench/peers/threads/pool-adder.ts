/**
 * The function that Piscina's thread runs: adds two numbers.
 * Runs on: thread.
 */

export function add([a, b]: readonly [number, number]): number {
  return a + b;
}
