/**
 * poolifier with one thread and no queue of its own (its fastest setting here), as a peer.
 * Runs on: main.
 */
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FixedThreadPool } from 'poolifier';
import { askMeasures } from './ask-measures.js';
import type { PeerMeasures } from './peers.js';

const DESTROY_MS_MAX = 1_000;

export const measures: PeerMeasures = askMeasures(async () => {
  const file = fileURLToPath(new URL('./threads/poolifier-adder.js', import.meta.url));
  const pool = new FixedThreadPool<readonly [number, number], number>(1, file, {
    enableTasksQueue: false,
  });
  const close = async () => {
    // Its destroy() waits for an answer that its thread sometimes does not give before it ends.
    await Promise.race([pool.destroy(), setTimeout(DESTROY_MS_MAX)]);
    await Promise.all(pool.workerNodes.map(({ worker }) => worker.terminate()));
  };
  return { add: (a, b) => pool.execute([a, b]), close };
});
