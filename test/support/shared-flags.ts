/**
 * A few words of memory that the test and every pool thread share, threads that replace dead ones included: the
 * one way to hold a handler until the test has seen it, or to count what outlives its thread.
 * Runs on: any.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

const KEY = 'test.sharedFlags';
const WORDS = 4_096;

/** All zero at the start of the test process. Import it before a system is made. */
export const flags = new Int32Array(memory());

let next = 0;

/** A word that no other test of this process uses. Main only. */
export function newFlag(): number {
  if (next === WORDS) throw new Error(`expected at most ${WORDS} flags, got one more`);
  return next++;
}

/** Keeps this thread busy, as an endless loop does, until another one has stored `value` there. */
export function spinUntil(flag: number, value: number): void {
  while (Atomics.load(flags, flag) !== value)
    Atomics.wait(flags, flag, Atomics.load(flags, flag), 1);
}

function memory(): SharedArrayBuffer {
  if (!isMainThread) return getEnvironmentData(KEY) as unknown as SharedArrayBuffer;
  const made = new SharedArrayBuffer(WORDS * 4);
  setEnvironmentData(KEY, made as never);
  return made;
}
