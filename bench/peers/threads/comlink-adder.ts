/**
 * The thread of the Comlink benchmark.
 * Runs on: thread.
 */
import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import { nodeEndpoint } from '../comlink-endpoint.js';

export interface Adder {
  add(a: number, b: number): number;
}

const adder: Adder = { add: (a, b) => a + b };
expose(adder, nodeEndpoint(parentPort!));
parentPort!.postMessage('ready');
