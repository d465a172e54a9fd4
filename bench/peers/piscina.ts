/**
 * Piscina with one thread, at its best, as a peer: its default of one task a thread is slower, so
 * each measurement tries 64 and 256 concurrent tasks with its FixedQueue and takes the better.
 * Runs on: main.
 */
import { FixedQueue, Piscina } from 'piscina';
import { type AddPool, askMeasures } from './ask-measures.js';
import type { PeerMeasures } from './peers.js';

const by64 = askMeasures(() => openPool(64));
const by256 = askMeasures(() => openPool(256));

export const measures: PeerMeasures = {
  'ask/in-flight-256': async () =>
    Math.max(await by64['ask/in-flight-256'](), await by256['ask/in-flight-256']()),
  'ask/lone': by64['ask/lone'],
};

async function openPool(concurrentTasksPerWorker: number): Promise<AddPool> {
  const pool = new Piscina({
    filename: new URL('./threads/pool-adder.js', import.meta.url).href,
    name: 'add',
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker,
    idleTimeout: Number.POSITIVE_INFINITY,
    taskQueue: new FixedQueue(),
    recordTiming: false,
  });
  return { add: (a, b) => pool.run([a, b]) as Promise<number>, close: () => pool.destroy() };
}
