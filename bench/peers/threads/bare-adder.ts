/**
 * A thread that adds two numbers, called by bare postMessage: what any ask over threads has to be
 * compared with. Its first message says that it runs.
 * Runs on: thread.
 */
import { parentPort } from 'node:worker_threads';

export interface AddRequest {
  readonly id: number;
  readonly a: number;
  readonly b: number;
}

export interface AddReply {
  readonly id: number;
  readonly sum: number;
}

const port = parentPort!;
port.on('message', ({ id, a, b }: AddRequest) => {
  const reply: AddReply = { id, sum: a + b };
  port.postMessage(reply);
});
port.postMessage('ready');
