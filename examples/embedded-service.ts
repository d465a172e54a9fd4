/**
 * Actors inside an HTTP service: a request asks an actor with a deadline, the client going away aborts the ask, an
 * error's code becomes a status, a full mailbox becomes 503. The service starts, is used, and stops in order.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSystem, defineActor, refuse } from '../core/index.js';

const words = defineActor(import.meta.url, 'words', () => {
  const seen = new Map<string, number>();
  return {
    learn(text: string) {
      for (const word of text.toLowerCase().split(/\W+/).filter(Boolean))
        seen.set(word, (seen.get(word) ?? 0) + 1);
      return { words: seen.size };
    },
    count(word: string) {
      const count = seen.get(word);
      if (count === undefined)
        throw refuse('NOT_FOUND', `expected a word seen before, got "${word}"`);
      return { word, count };
    },
  };
});

const STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  MAILBOX_FULL: 503,
  ASK_TIMEOUT: 504,
};

const system = await createSystem({ threads: 1 });
const book = system.spawn(words(), { name: 'words', mailbox: { capacity: 1_000 } });

async function answer(request: IncomingMessage, gone: AbortSignal): Promise<unknown> {
  const asking = book.with({ deadlineMs: 10_000, signal: gone });
  const path = new URL(request.url ?? '/', 'http://service').pathname;
  if (request.method === 'GET') return asking.ask('count', path.slice(1));
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return asking.ask('learn', text);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const [status, body] = await answer(request, gone.signal).then(
    (reply) => [200, reply],
    (error: Error & { code?: string }) => [
      STATUS[error.code ?? ''] ?? 500,
      { error: error.message },
    ],
  );
  response
    .writeHead(Number(status), { 'content-type': 'application/json' })
    .end(JSON.stringify(body));
}

const server = createServer((request, response) => void serve(request, response));
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

// The service is its own client here.
const learned = await fetch(url, { method: 'POST', body: 'All the world, all the men' });
assert.deepEqual(await learned.json(), { words: 4 });
const all = await fetch(`${url}/all`);
assert.deepEqual([all.status, await all.json()], [200, { word: 'all', count: 2 }]);
const missing = await fetch(`${url}/exit`);
assert.equal(missing.status, 404);

// First no new requests, then the actors.
server.close();
server.closeAllConnections();
assert.deepEqual(await system.stop(), { drained: true, left: 0 });
console.log(`served on ${url}, stopped`);
