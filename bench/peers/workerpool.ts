/**
 * workerpool with one thread, as a peer.
 * Runs on: main.
 */
import { fileURLToPath } from 'node:url';
import { pool as openWorkerpool } from 'workerpool';
import { askMeasures } from './ask-measures.js';
import type { PeerMeasures } from './peers.js';

export const measures: PeerMeasures = askMeasures(async () => {
  const file = fileURLToPath(new URL('./threads/workerpool-adder.js', import.meta.url));
  const pool = openWorkerpool(file, { workerType: 'thread', minWorkers: 1, maxWorkers: 1 });
  return {
    // Its own promise class lacks parts of the standard type.
    add: (a, b) => pool.exec('add', [a, b]) as unknown as PromiseLike<number>,
    close: async () => {
      await pool.terminate(true);
    },
  };
});
