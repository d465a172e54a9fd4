/**
 * The thread of HttpLoad: some connections that are kept, each with one request at a time.
 * Runs on: thread.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { LoadAnswer, LoadOrder } from './http-load.js';

const CONNECTIONS = 16;
const AGAIN_MS = 100;

const url = new URL(workerData as string);
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

async function sendAll({ bodies }: LoadOrder): Promise<LoadAnswer> {
  let next = 0;
  let answeredBytes = 0;
  let refused = 0;
  let fault: string | undefined;
  const sender = async (): Promise<void> => {
    while (next < bodies.length && fault === undefined) {
      const body = bodies[next++]!;
      let answer = await post(body);
      for (; answer.status === 503; answer = await post(body)) {
        refused++;
        await pause(AGAIN_MS);
      }
      if (answer.status !== 200) fault ??= String(answer.status);
      answeredBytes += answer.bytes;
    }
  };
  const start = performance.now();
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  } catch (error) {
    fault ??= String(error);
  }
  return { ms: performance.now() - start, answeredBytes, refused, fault };
}

async function post(
  body: Uint8Array,
): Promise<{ readonly status: number; readonly bytes: number }> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body);
  });
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Uint8Array).length;
  return { status: answer.statusCode ?? 0, bytes };
}

parentPort!.on('message', (order: LoadOrder) => {
  void sendAll(order).then((answer) => parentPort!.postMessage(answer));
});
parentPort!.postMessage('ready');
