/**
 * Comlink's own adapter for Node, typed: its module is CommonJS with a default, which TypeScript
 * sees twice.
 * Runs on: any.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import type { Endpoint } from 'comlink';
import adapter from 'comlink/dist/umd/node-adapter.js';

const adapt = adapter as unknown as (port: MessagePort | Worker) => Endpoint;

/** The endpoint that Comlink's wrap() and expose() take. */
export function nodeEndpoint(port: MessagePort | Worker): Endpoint {
  return adapt(port);
}
