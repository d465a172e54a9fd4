/** How `troupe ingest` insists: against a server that is busy, loses answers, or takes a part. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { TroupeCommand } from '../../support/troupe-command.js';

interface Seen {
  readonly key: string | string[] | undefined;
  readonly items: readonly unknown[];
  readonly path: string | undefined;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const troupe = new TroupeCommand();
let seen: Seen[] = [];
let answers: Answer[] = [];

const taken: Answer = (response) => void response.end('{"detail":"OK"}');
const busy: Answer = (response) => void response.writeHead(503, { 'retry-after': '0' }).end('{}');
const cut: Answer = (_response, request) => void request.socket.destroy();

const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const key = request.headers['idempotency-key'];
  seen.push({ key, path: request.url, items: JSON.parse(text) as unknown[] });
  (answers.shift() ?? taken)(response, request);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const URL_OF = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

after(() => {
  server.close().closeAllConnections();
  troupe.remove();
});

beforeEach(() => {
  seen = [];
  answers = [];
});

async function ingest(
  items: readonly unknown[],
  ...words: string[]
): Promise<{ code: number | undefined; last: Record<string, unknown>; stderr: string }> {
  const input = JSON.stringify(items);
  const all = ['ingest', '-', '--url', URL_OF, '--json', ...words];
  const { code, stdout, stderr } = await troupe.run(all, input);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return { code, last: JSON.parse(last === '' ? '{}' : last) as Record<string, unknown>, stderr };
}

test('a file goes in bodies of --batch items, in order, each with a key of its own', async () => {
  const { code, last } = await ingest([1, 2, 3, 4, 5], '--batch', '2');
  assert.equal(code, 0);
  assert.deepEqual(
    seen.map(({ items }) => items),
    [[1, 2], [3, 4], [5]],
  );
  assert.equal(new Set(seen.map(({ key }) => key)).size, 3);
  assert.deepEqual([last.accepted, last.requests, last.retries], [5, 3, 0]);
});

test('a file whose name ends in .gz is unpacked on the way; one that is cut off is named', async () => {
  const packed = gzipSync('[1,2,\n3]');
  writeFileSync(troupe.path('x.json.gz'), packed);
  writeFileSync(troupe.path('cut.json.gz'), packed.subarray(0, -12));
  const words = ['--url', URL_OF, '--json', '--batch', '2'];
  const { code, stdout } = await troupe.run(['ingest', 'x.json.gz', ...words]);
  assert.equal(code, 0);
  assert.deepEqual(
    seen.map(({ items }) => items),
    [[1, 2], [3]],
  );
  assert.equal((JSON.parse(stdout) as { accepted: unknown }).accepted, 3);
  const cutOff = await troupe.run(['ingest', 'cut.json.gz', ...words]);
  assert.equal(cutOff.code, 1);
  assert.match(cutOff.stderr, /expected to read cut\.json\.gz, got Z_BUF_ERROR/);
});

test('a body that was refused for load, or whose answer was lost, is sent again under the same key', async () => {
  answers = [busy, cut, taken];
  const { code, last } = await ingest([1, 2]);
  assert.equal(code, 0);
  assert.deepEqual(
    seen.map(({ items }) => items),
    [
      [1, 2],
      [1, 2],
      [1, 2],
    ],
  );
  assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
  assert.deepEqual([last.accepted, last.retries], [2, 2]);
});

test('a server that stays busy ends it with 4', async () => {
  answers = Array.from({ length: 100 }, () => busy);
  const { code, stderr } = await ingest([1], '--retry', '0');
  assert.equal(code, 4);
  assert.match(stderr, /503/);
});

test('of a body that was taken in part, only what had no room is sent again, under another key', async () => {
  answers = [
    (response) =>
      void response.writeHead(200, { 'retry-after': '0' }).end(
        JSON.stringify({
          detail: 'OK',
          accepted: 1,
          rejected: [{ loc: ['body', 1, 'v'], msg: 'no', type: 'value_error' }],
          rejected_indexes: [1],
          retry: [2, 3],
        }),
      ),
    (response) =>
      void response.end(JSON.stringify({ detail: 'OK', accepted: 2, rejected: [], retry: [] })),
  ];
  const { code, last } = await ingest(['a', 'b', 'c', 'd'], '--partial');
  assert.equal(code, 1);
  assert.deepEqual(
    seen.map(({ items }) => items),
    [
      ['a', 'b', 'c', 'd'],
      ['c', 'd'],
    ],
  );
  assert.equal(new Set(seen.map(({ key }) => key)).size, 2);
  assert.deepEqual([last.accepted, last.rejected], [3, 1]);
  assert.match(seen[0]?.path ?? '', /partial=true/);
});

test('without --partial the first body with a fault is the last', async () => {
  const detail = [{ loc: ['body', 0, 'v'], msg: 'no', type: 'value_error' }];
  answers = [(response) => void response.writeHead(422).end(JSON.stringify({ detail }))];
  const { code, last } = await ingest([1, 2, 3], '--batch', '1');
  assert.equal(code, 1);
  assert.equal(seen.length, 1);
  assert.deepEqual([last.accepted, last.rejected, last.isWhole], [0, 1, false]);
});

test('a refusal of the whole request ends it with 1 and its reason', async () => {
  answers = [(response) => void response.writeHead(401).end('{"detail":"Not authenticated"}')];
  const { code, stderr } = await ingest([1]);
  assert.equal(code, 1);
  assert.match(stderr, /401: Not authenticated/);
});

test('a file that is not there, or is cut off, ends with 1', async () => {
  const absent = await troupe.run(['ingest', 'absent.json', '--url', URL_OF]);
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /absent\.json, got ENOENT/);
  const cutOff = await troupe.run(['ingest', '-', '--url', URL_OF], '[{"a":1},');
  assert.equal(cutOff.code, 1);
});

test('Ctrl-C ends it with 130, though its input goes on', async () => {
  const started = troupe.start(['ingest', '-', '--url', URL_OF, '--batch', '1', '--json']);
  answers = [
    (response, request) => {
      started.child.kill('SIGINT');
      taken(response, request);
    },
  ];
  started.child.stdin?.write('{"a":1}\n{"a":2}\n');
  assert.equal((await started.ended).code, 130);
  assert.equal(seen.length, 1);
});

const full: Answer = (response) =>
  void response
    .writeHead(503, { 'retry-after': '0' })
    .end('{"detail":"The disk takes nothing: it is full","code":"STORE_FULL","stored":"none"}');

test('a server whose disk stays full ends it with 3, one that stays busy with 4, and the reason is said', async () => {
  answers = Array.from({ length: 100 }, () => full);
  const ended = await ingest([1], '--retry', '0');
  assert.equal(ended.code, 3);
  assert.match(ended.stderr, /got 503 for as long as was tried: The disk takes nothing/);
  const tired: Answer = (response) =>
    void response.writeHead(503, { 'retry-after': '0' }).end('{"detail":"Too many"}');
  answers = Array.from({ length: 100 }, () => tired);
  const other = await ingest([1], '--retry', '0');
  assert.equal(other.code, 4);
  assert.match(other.stderr, /got 503 for as long as was tried: Too many/);
});

test('one request is not "requests"', async () => {
  const words = ['ingest', '-', '--url', URL_OF];
  const one = await troupe.run(words, '[1]');
  assert.match(one.stdout + one.stderr, /1 accepted in 1 request, /);
  const two = await troupe.run([...words, '--batch', '1'], '[1,2]');
  assert.match(two.stdout + two.stderr, /2 accepted in 2 requests, /);
});
