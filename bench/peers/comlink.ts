/**
 * Comlink with one thread, as a peer. The proxy's method is looked up once, as its fast users do.
 * Runs on: main.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import { askMeasures } from './ask-measures.js';
import { nodeEndpoint } from './comlink-endpoint.js';
import type { PeerMeasures } from './peers.js';
import type { Adder } from './threads/comlink-adder.js';

export const measures: PeerMeasures = askMeasures(async () => {
  const worker = new Worker(new URL('./threads/comlink-adder.js', import.meta.url));
  await once(worker, 'message');
  const remote = wrap<Adder>(nodeEndpoint(worker));
  const { add } = remote;
  return { add: (a, b) => add(a, b), close: () => worker.terminate() };
});
