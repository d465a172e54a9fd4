import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ServedPlatform } from '../../support/served-platform.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const logs = new TemporaryTree();
const goodFile = logs.path('good.log');
const badFile = logs.path('bad.log');
let served: ServedPlatform;

before(async () => {
  served = await ServedPlatform.start({ goodFile, badFile });
});
after(async () => {
  await served.stop();
  logs.remove();
});

function name(id: unknown, v: unknown): object {
  return { type: 'host', id, attr: 'name', v };
}

test('data-points are answered OK when they are durable, with the position where they are', async () => {
  const answer = await served.post('/datapoints', [name('ok', 'a'), name('ok', 'b')]);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, { detail: 'OK' });
  assert.match(answer.headers.get('troupe-position') ?? '', /^[\w-]+$/);
});

test('a read that gives the position of a write sees what was written', async () => {
  for (let at = 0; at < 20; at++) {
    const write = await served.post('/datapoints', [name(`own-${at}`, `v${at}`)]);
    const position = write.headers.get('troupe-position') ?? '';
    const read = await served.get(`/entity/host/own-${at}/get/name`, {
      'troupe-position': position,
    });
    assert.equal((read.json as { current_value: unknown }).current_value, `v${at}`);
  }
});

test('a position that no answer gave is refused', async () => {
  for (const position of ['nonsense!', 'AQ', '_____w']) {
    const { status } = await served.get('/entities', { 'troupe-position': position });
    assert.equal(status, 422, position);
  }
});

test('a position that will not be reached is 503 in the end, and says to come again', async () => {
  const impatient = await ServedPlatform.start({ limits: { positionWaitMs: 1 } });
  try {
    const far = Buffer.from([0, 0xff, 0xff, 0x7f]).toString('base64url');
    const answer = await impatient.get('/entities', { 'troupe-position': far });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '1');
  } finally {
    await impatient.stop();
  }
});

test('with wait=applied the effect is there when the answer is', async () => {
  for (let at = 0; at < 20; at++) {
    await served.write([name('applied', `v${at}`)]);
    const { json } = await served.get('/entity/host/applied/values');
    assert.equal((json as { name: unknown }).name, `v${at}`);
  }
});

test('one fault refuses all, and every fault is listed with its place, kind and input', async () => {
  const answer = await served.post('/datapoints', [
    name('bad', 'fine'),
    name('bad', 7),
    { type: 'host', id: 'bad', attr: 'ip', v: 'x', t1: '2024-01-01T00:00:00' },
    { type: 'nix', id: 'bad', attr: 'ip', v: 'x' },
    'no object',
    { type: 'host' },
  ]);
  assert.equal(answer.status, 422);
  const { detail } = answer.json as { detail: { loc: unknown[]; type: string }[] };
  assert.deepEqual(detail.map(({ loc, type }) => [loc[1], type]).sort(), [
    [1, 'string_type'],
    [2, 'ip_v4_address'],
    [3, 'value_error'],
    [4, 'model_attributes_type'],
    [5, 'missing'],
    [5, 'missing'],
    [5, 'missing'],
  ]);
  assert.deepEqual((await served.get('/entity/host/bad/master')).json, {});
});

test('with partial=true what is fine is stored, and the rest named', async () => {
  const path = '/datapoints?partial=true&wait=applied';
  const answer = await served.post(path, [name('part', 'yes'), name('part', 7), name(5, 'x')]);
  assert.equal(answer.status, 200);
  const { accepted, rejected } = answer.json as {
    accepted: number;
    rejected: { loc: unknown[] }[];
  };
  assert.equal(accepted, 1);
  assert.deepEqual([...new Set(rejected.map(({ loc }) => loc[1]))], [1, 2]);
  const { json } = await served.get('/entity/host/part/values');
  assert.equal((json as { name: unknown }).name, 'yes');
});

const BODIES: readonly [what: string, body: string | undefined, status: number][] = [
  ['an empty list', '[]', 200],
  ['nothing', undefined, 422],
  ['an empty text', '', 422],
  ['an object', '{}', 422],
  ['a member __proto__', '[{"__proto__":0}]', 422],
  ['nothing but __proto__', '{"__proto__":{"a":1}}', 422],
  ['a text', '"x"', 422],
  ['broken JSON', '[{"type":', 422],
  ['NaN', '[{"type":"host","id":"x","attr":"name","v":NaN}]', 422],
  ['no UTF-8', '\u{d800}', 422],
  ['brackets a million deep', '['.repeat(1_000_000), 422],
  ['a number of a million digits', `[${'9'.repeat(1_000_000)}]`, 422],
];

for (const [what, body, status] of BODIES) {
  test(`a body of ${what} is ${status}`, async () => {
    const answer = await served.post('/datapoints', body);
    assert.equal(answer.status, status, answer.text.slice(0, 200));
    assert.ok('detail' in (answer.json as object));
  });
}

test('a body is JSON whatever its Content-Type says', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    ';;;',
    'a/b; c',
    'multipart/form-data',
  ]) {
    const { status } = await served.post('/datapoints', '[]', { 'content-type': type });
    assert.equal(status, 200, type);
  }
});

test('a request that is repeated with its key is answered the same, and stored once', async () => {
  const body = [{ type: 'host', id: 'once', attr: 'ports', v: 1, t1: '2024-01-01T00:00:00Z' }];
  const key = { 'idempotency-key': 'key-1' };
  const first = await served.post('/datapoints?wait=applied', body, key);
  const second = await served.post('/datapoints?wait=applied', body, key);
  assert.deepEqual([first.status, second.status], [200, 200]);
  assert.equal(first.text, second.text);
  const { json } = await served.get('/entity/host/once/get/ports');
  assert.equal((json as { history: unknown[] }).history.length, 1);
  const other = await served.post('/datapoints', [name('once', 'x')], key);
  assert.equal(other.status, 409);
});

test('a key that is empty, too long or not ASCII is refused', async () => {
  for (const key of ['a b', 'x'.repeat(256)]) {
    const { status } = await served.post('/datapoints', '[]', { 'idempotency-key': key });
    assert.equal(status, 422, key.slice(0, 10));
  }
});

test('int64 values travel in and out without loss', async () => {
  const body = '[{"type":"host","id":"big","attr":"size","v":9223372036854775807}]';
  assert.equal((await served.post('/datapoints?wait=applied', body)).status, 200);
  const { text } = await served.get('/entity/host/big/values');
  assert.equal(text, '{"eid":"big","size":9223372036854775807}');
});

test('accepted data-points are in the good log and faults with their sender in the bad one', async () => {
  const lines = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const own = await ServedPlatform.start({ goodFile, badFile });
  await own.post('/datapoints?partial=true', [name('log-1', 'a'), name('log-2', 7)]);
  await own.stop();
  assert.deepEqual(lines(goodFile).at(-1), name('log-1', 'a'));
  const last = lines(badFile).at(-1);
  assert.equal(last.client, '127.0.0.1');
  assert.deepEqual([last.loc[1], last.type, last.input], [1, 'string_type', 7]);
  assert.equal(
    lines(goodFile).some((point) => point.id === 'log-2'),
    false,
  );
});
