/**
 * poolifier with one thread and no queue of its own (its fastest setting here), as a peer.
 * Runs on: main.
 */
import { fileURLToPath } from 'node:url';
import { FixedThreadPool } from 'poolifier';
import { askMeasures } from './ask-measures.js';
import type { PeerMeasures } from './peers.js';

export const measures: PeerMeasures = askMeasures(async () => {
  const file = fileURLToPath(new URL('./threads/poolifier-adder.js', import.meta.url));
  const pool = new FixedThreadPool<readonly [number, number], number>(1, file, {
    enableTasksQueue: false,
  });
  return { add: (a, b) => pool.execute([a, b]), close: () => pool.destroy() };
});
