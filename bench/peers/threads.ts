/**
 * The package `threads` with one thread, as a peer. Its calls go straight to the thread, without
 * its pool.
 * Runs on: main.
 */
import { spawn, Thread, Worker } from 'threads';
import { askMeasures } from './ask-measures.js';
import type { PeerMeasures } from './peers.js';
import type { add as addInThread } from './threads/threads-adder.js';

export const measures: PeerMeasures = askMeasures(async () => {
  const worker = new Worker('./threads/threads-adder.js');
  // It adds a listener per call in flight, of which Node would warn.
  worker.setMaxListeners(0);
  const add = await spawn<typeof addInThread>(worker);
  return { add, close: () => Thread.terminate(add) };
});
