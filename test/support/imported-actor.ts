/**
 * An actor whose module counts the pool threads that have imported it.
 * Runs on: any.
 */
import { isMainThread } from 'node:worker_threads';
import { defineActor } from '../../core/index.js';
import { flags, newFlag } from './shared-flags.js';

/** Where pool threads count; the same word in all, as it is the first of the process. */
export const IMPORTS = isMainThread ? newFlag() : 0;
if (!isMainThread) Atomics.add(flags, 0, 1);

export const imported = defineActor(import.meta.url, 'test-imported', () => ({
  thread: () => 'here',
}));
