/** `troupe import`: files of DP³ into a data folder, twice, with faults, and against a server that is busy. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DP3_FOLDER } from '../../support/dp3-folder.js';
import { TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
after(() => troupe.remove());

const ARCHIVE = 'dp-log-20240101T000000--20240102T000000.jsonl.gz';
const LINES = [
  { type: 'service', id: 'web', attr: 'port', v: 80, src: 's', t1: null, t2: null, c: null },
  ...[1, 2].map((hour) => ({
    ...{ type: 'service', id: 'web', attr: 'score', v: hour, src: null, c: 0.5 },
    ...{ t1: `2024-01-01T0${hour}:00:00.250`, t2: `2024-01-01T0${hour}:10:00.000` },
  })),
  { type: 'service', id: 'web', attr: 'gone', v: 1 },
];
const LONG = '{"type":"service","id":"web","attr":"request_count","v":9223372036854775807}\n';
const TTL = '2099-01-01T00:00:00Z';
const DOCUMENT = {
  _id: { $binary: { base64: 'wAACAg==', subType: '80' } },
  '#revision': { $numberInt: '3' },
  '#ttl': { data: { $date: { $numberLong: String(Date.parse(TTL)) } } },
  hostname: { v: 'b', ts_last_update: { $date: '2024-01-01T00:00:00Z' } },
  alive: [
    {
      ...{ t1: { $date: '2024-01-01T00:00:00.5Z' }, t2: { $date: '2024-01-02T00:00:00Z' } },
      ...{ v: true, c: { $numberDouble: '0.25' } },
    },
  ],
  dual_stack: { v: [{ eid: { $binary: 'IAENuAAAAAAAAAAAAAAAAQ==', $type: '80' } }] },
};

interface Outcome {
  readonly code: number | undefined;
  readonly last: Record<string, unknown>;
  readonly rejected: readonly Record<string, unknown>[];
  readonly stderr: string;
}

function linesOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(troupe.path(name), content);
  return name;
}

async function imported(...words: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await troupe.run(['import', ...words, '--json']);
  const lines = stdout.split('\n').filter((line) => line !== '');
  const values = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const rejected = values.flatMap(({ rejected }) =>
    typeof rejected === 'object' ? [rejected as Record<string, unknown>] : [],
  );
  return { code, last: values.at(-1) ?? {}, rejected, stderr };
}

async function query(...words: string[]): Promise<{ stdout: string }> {
  const { code, stdout, stderr } = await troupe.run([
    'query',
    ...words,
    '--data',
    'data',
    '--json',
  ]);
  assert.equal(code, 0, stderr);
  return { stdout };
}

describe('into a data folder', () => {
  const PLACE = ['--data', 'data', '--config', 'dp3/config'];
  before(() => {
    cpSync(DP3_FOLDER, troupe.path('dp3', 'config'), { recursive: true });
    const modules = join(DP3_FOLDER, '..', 'dp3-modules');
    cpSync(modules, troupe.path('dp3', 'dp3-modules'), { recursive: true });
    write(ARCHIVE, gzipSync(linesOf(LINES) + LONG));
    write('ip#master.json', linesOf([DOCUMENT]));
  });

  test('an archive keeps its times; what no longer fits is named with its line; a repetition counts once', async () => {
    for (const turn of ['the first', 'the same again']) {
      const { code, last, rejected, stderr } = await imported(ARCHIVE, ...PLACE, '--partial');
      assert.equal(code, 1, `${turn}: ${stderr}`);
      assert.deepEqual([last.accepted, last.rejected, last.isWhole], [4, 1, false], turn);
      assert.deepEqual(
        rejected.map(({ file, line }) => [file, line]),
        [[ARCHIVE, 4]],
      );
      assert.match(String(rejected[0]?.reason), /attr 'gone' doesn't exist/);
    }
    const { stdout } = await query('record', 'service', 'web');
    assert.match(stdout, /9223372036854775807\b/);
    const { port, score } = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal((port as { v: unknown }).v, 80);
    assert.deepEqual(score, [
      { t1: '2024-01-01T01:00:00.250Z', t2: '2024-01-01T01:10:00Z', v: 1, c: 0.5 },
      { t1: '2024-01-01T02:00:00.250Z', t2: '2024-01-01T02:10:00Z', v: 2, c: 0.5 },
    ]);
  });

  test('documents of a master collection become what they say, their tokens included', async () => {
    const { code, last, stderr } = await imported('ip#master.json', ...PLACE);
    assert.equal(code, 0, stderr);
    assert.deepEqual([last.accepted, last.rejected, last.tokens], [3, 0, 1]);
    const { stdout } = await query('record', 'ip', '192.0.2.2');
    const record = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal((record.hostname as { v: unknown }).v, 'b');
    assert.equal((record['#ttl'] as { data: unknown }).data, TTL);
    assert.deepEqual((record.dual_stack as { v: unknown }).v, [{ eid: '2001:db8::1' }]);
    assert.deepEqual(record.alive, [
      { t1: '2024-01-01T00:00:00.500Z', t2: '2024-01-02T00:00:00Z', v: true, c: 0.25 },
    ]);
  });
});

describe('against a server', () => {
  interface Seen {
    readonly key: string | string[] | undefined;
    readonly path: string | undefined;
    readonly body: unknown;
  }
  type Answer = (response: ServerResponse) => void;
  const taken: Answer = (response) => void response.end('{"detail":"OK"}');
  let seen: Seen[] = [];
  let answers: Answer[] = [];
  let place: string[] = [];

  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const key = request.headers['idempotency-key'];
    seen.push({ key, path: request.url, body: JSON.parse(text) });
    (answers.shift() ?? taken)(response);
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    place = ['--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  });
  after(() => {
    server.close().closeAllConnections();
  });
  beforeEach(() => {
    seen = [];
    answers = [];
  });

  test('what was taken in part is sent again whole, under the same key', async () => {
    const part = JSON.stringify({ detail: 'OK', accepted: 1, rejected: [], retry: [1] });
    const all = JSON.stringify({ detail: 'OK', accepted: 2, rejected: [], retry: [] });
    answers = [
      (response) => void response.writeHead(503, { 'retry-after': '0' }).end('{}'),
      (response) => void response.writeHead(200, { 'retry-after': '0' }).end(part),
      (response) => void response.end(all),
    ];
    const { code, last } = await imported(
      write('a.jsonl', '{"v":1}\n{"v":2}\n'),
      '--partial',
      ...place,
    );
    assert.equal(code, 0);
    assert.deepEqual([last.accepted, last.retries], [2, 2]);
    assert.deepEqual(
      seen.map(({ body }) => body),
      [1, 2, 3].map(() => [{ v: 1 }, { v: 2 }]),
    );
    assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
  });

  test('a body has the same key each time the file is imported, and another in another place or file', async () => {
    const line = '{"v":1}\n';
    write('same.jsonl', line.repeat(10_000));
    write('other.jsonl', line);
    await imported('same.jsonl', ...place);
    await imported('same.jsonl', 'other.jsonl', ...place);
    const keys = seen.map(({ key }) => key);
    assert.deepEqual(keys.slice(0, 2), keys.slice(2, 4));
    assert.equal(new Set(keys).size, 3);
    assert.deepEqual(
      seen.map(({ body }) => (body as unknown[]).length),
      [5_000, 5_000, 5_000, 5_000, 1],
    );
  });

  test('tokens go after the data-points of their entity, to its type and id', async () => {
    const document = { _id: 'a/b', '#ttl': { x: { $date: TTL } }, a: { v: 1 } };
    const file = write('some.json', JSON.stringify([document]));
    const { code, last } = await imported(file, '--type', 'dev ice', ...place);
    assert.equal(code, 0);
    assert.deepEqual([last.accepted, last.tokens, last.requests], [1, 1, 2]);
    assert.deepEqual(
      seen.map(({ path, body }) => [path, body]),
      [
        ['/datapoints', [{ type: 'dev ice', id: 'a/b', attr: 'a', v: 1 }]],
        ['/v2/entity/dev%20ice/ttl?eid=a%2Fb', { x: TTL }],
      ],
    );
  });

  test('without --partial the first line at fault ends it; with it the line is named and the rest goes on', async () => {
    const file = write('bad.jsonl', '{"v":1}\nnot json\n{"v":2}\n');
    const whole = await imported(file, ...place);
    assert.equal(whole.code, 1);
    assert.deepEqual(seen, []);
    const part = await imported(file, '--partial', ...place);
    assert.equal(part.code, 1);
    assert.deepEqual([part.last.accepted, part.last.rejected], [2, 1]);
    assert.deepEqual(
      part.rejected.map((fault) => [fault.file, fault.line]),
      [['bad.jsonl', 2]],
    );
  });

  test('a fault of a document is named with its place in it', async () => {
    const detail = [{ loc: ['body', 1, 'v'], msg: 'no', type: 'value_error' }];
    answers = [(response) => void response.writeHead(422).end(JSON.stringify({ detail }))];
    const document = {
      _id: 1,
      a: { v: 1 },
      b: [{ t1: { $date: TTL }, v: 1 }],
      '#ttl': { x: { $date: TTL } },
    };
    const file = write('dev#master.json', linesOf([document]));
    const { code, rejected } = await imported(file, ...place);
    assert.equal(code, 1);
    assert.deepEqual(rejected, [{ file, line: 1, loc: 'b.0.v', reason: 'no' }]);
    assert.equal(seen.length, 1);
  });

  test('an entity whose tokens are refused is named', async () => {
    const detail = [{ loc: ['path', 'etype'], msg: 'no such type', type: 'value_error' }];
    answers = [(response) => void response.writeHead(422).end(JSON.stringify({ detail }))];
    const file = write(
      'no#master.json',
      linesOf([{ _id: 1, '#ttl': { x: { $date: TTL } } }, { _id: 2 }]),
    );
    const { code, rejected, last } = await imported(file, '--partial', ...place);
    assert.equal(code, 1);
    assert.deepEqual(rejected, [
      { file, line: 1, loc: '#ttl', reason: 'path.etype: no such type' },
    ]);
    assert.deepEqual([last.tokens, last.empty], [0, 1]);
  });

  test('a name that does not say what the file holds ends it with 2, before anything is sent', async () => {
    write('good.jsonl', '{"v":1}\n');
    const { code, stderr } = await imported('good.jsonl', 'data.json', ...place);
    assert.equal(code, 2);
    assert.match(stderr, /TYPE#master\.json or --type TYPE.*got data\.json/);
    assert.deepEqual(seen, []);
  });

  test('a file that is not there, is cut off or not packed ends it with 1 and its name', async () => {
    write('cut.jsonl.gz', gzipSync('{"v":1}\n'.repeat(100)).subarray(0, 30));
    write('unpacked.jsonl.gz', '{"v":1}\n');
    for (const file of ['absent.jsonl', 'cut.jsonl.gz', 'unpacked.jsonl.gz']) {
      const { code, stderr } = await imported(file, ...place);
      assert.equal(code, 1, file);
      assert.match(stderr, new RegExp(`${file}: expected to read .*, got [A-Z_]+`));
    }
  });
});
