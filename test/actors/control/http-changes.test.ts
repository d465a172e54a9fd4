/**
 * Changes over HTTP: streams and pages that go on where they were, whoever is slow, gone or hostile.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { EventClient } from '../../support/event-client.js';
import { ServedPlatform } from '../../support/served-platform.js';
import { until } from '../../support/until.js';

let served: ServedPlatform;
afterEach(() => served.stop());

const user = (id: number, login = 'x') => ({ type: 'user', id, attr: 'login', v: login });
const named = (id: string) => ({ type: 'host', id, attr: 'name', v: 'x' });
const users = (count: number, from = 0) => Array.from({ length: count }, (_, n) => user(from + n));
const ids = (events: readonly { data: { eid?: unknown } }[]): unknown[] =>
  events.map(({ data }) => data.eid).sort((a, b) => Number(a) - Number(b));
const range = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const at = (path: string): string => served.server.url + path;

interface Page {
  readonly changes: readonly Readonly<Record<string, unknown>>[];
  readonly cursor: string;
}

async function page(query: string): Promise<Page> {
  const { status, json, text } = await served.get(`/changes?format=json&${query}`);
  assert.equal(status, 200, text);
  return json as Page;
}

test('a stream tells what changes from now on, and begins with its cursor', async () => {
  served = await ServedPlatform.start();
  await served.write(users(3));
  const client = await EventClient.open(at('/changes'));
  await client.quiet();
  assert.match(client.lastId, /^[\w-]{20,}$/);
  assert.match(client.response.headers.get('cache-control') ?? '', /no-cache/);
  await served.write([user(7, 'ann')]);
  const event = await client.next();
  const { at: when, ...data } = event!.data;
  assert.deepEqual(data, { type: 'created', etype: 'user', eid: 7, attrs: ['login'] });
  assert.ok(Math.abs(Date.parse(String(when)) - Date.now()) < 60_000);
  client.leave();
});

test('a client that connects again goes on behind its last event, whatever its address said', async () => {
  served = await ServedPlatform.start();
  const first = await EventClient.open(at('/changes?after=start'));
  await first.quiet();
  await served.write(users(10));
  const told = await first.take(10);
  first.leave();
  await served.write(users(10, 10));
  const headers = { 'last-event-id': first.lastId };
  const second = await EventClient.open(at('/api/changes?after=start'), headers);
  told.push(...(await second.take(10)));
  assert.deepEqual(ids(told), range(20));
  second.leave();
  const middle = await EventClient.open(at(`/changes?after=${first.lastId}`));
  assert.deepEqual(ids(await middle.take(10)), range(10, 10));
  middle.leave();
});

test('a stream and a page have only the types that are asked for', async () => {
  served = await ServedPlatform.start();
  await served.write([...users(5), named('a'), named('b')]);
  const hosts = await page('after=start&etypes=host');
  assert.deepEqual(hosts.changes.map(({ eid }) => eid).sort(), ['a', 'b']);
  for (const query of ['etypes=host,user', 'etypes=host&etypes=user', 'etypes=', ''])
    assert.equal((await page(`after=start&${query}`)).changes.length, 7, query);
  const client = await EventClient.open(at('/changes?after=start&etypes=host'));
  assert.deepEqual((await client.take(2)).map(({ data }) => data.eid).sort(), ['a', 'b']);
  client.leave();
});

test('pages lead through all that is kept, each with the cursor of the next', async () => {
  served = await ServedPlatform.start();
  await served.write(users(25));
  const told: unknown[] = [];
  let cursor = 'start';
  for (let pages = 1; ; pages++) {
    const one = await page(`after=${cursor}&limit=10`);
    told.push(...one.changes.map(({ eid }) => eid));
    ({ cursor } = one);
    if (one.changes.length === 0) break;
    assert.ok(pages <= 3 && one.changes.length <= 10);
  }
  assert.deepEqual(
    told.sort((a, b) => Number(a) - Number(b)),
    range(25),
  );
  assert.equal((await page(`after=start&limit=0`)).changes.length, 25);
  assert.deepEqual((await page('')).changes, []);
});

test('a page may wait for the first change, but not for ever', async () => {
  served = await ServedPlatform.start();
  const { cursor } = await page('');
  const waiting = page(`after=${cursor}&wait=60`);
  await served.write([user(1)]);
  assert.deepEqual(
    (await waiting).changes.map(({ eid }) => eid),
    [1],
  );
  const empty = await page('wait=1');
  assert.deepEqual(empty.changes, []);
  assert.deepEqual((await page(`after=${empty.cursor}`)).changes, []);
});

test('what is no cursor, no type or no number is told with its place', async () => {
  served = await ServedPlatform.start();
  const refuse = async (path: string, loc: string[], headers: Record<string, string> = {}) => {
    const { status, json } = await served.get(path, headers);
    assert.equal(status, 422, path);
    assert.deepEqual((json as { detail: { loc: string[] }[] }).detail[0]?.loc, loc);
  };
  const { cursor } = await page('');
  for (const kind of ['', 'format=json&']) {
    for (const after of ['soon', cursor.slice(1), '%00', 'A'.repeat(9_000)])
      await refuse(`/changes?${kind}after=${after}`, ['query', 'after']);
    const headers = { 'last-event-id': 'soon' };
    await refuse(`/changes?${kind}after=start`, ['header', 'last-event-id'], headers);
    await refuse(`/changes?${kind}etypes=user,nothing`, ['query', 'etypes']);
  }
  await refuse('/changes?format=xml', ['query', 'format']);
  await refuse('/changes?format=json&limit=1000000', ['query', 'limit']);
  await refuse('/changes?format=json&wait=3600', ['query', 'wait']);
});

test('a platform that keeps no changes says so', async () => {
  served = await ServedPlatform.start({}, { changes: { keptMax: 0 } });
  for (const path of ['/changes', '/changes?format=json']) {
    const { status, json } = await served.get(path);
    assert.equal(status, 501);
    assert.equal((json as { code: string }).code, 'CHANGES_NOT_KEPT');
  }
});

test('a guarded platform tells changes only to who has the token', async () => {
  served = await ServedPlatform.start({ token: 'secret', isReadGuarded: true });
  assert.equal((await served.get('/changes')).status, 401);
  const client = await EventClient.open(at('/changes'), { authorization: 'Bearer secret' });
  client.leave();
});

test('so many streams and no more are open; one whose client has gone makes room', async () => {
  served = await ServedPlatform.start({ limits: { feedsMax: 2 } });
  const [one, other] = [
    await EventClient.open(at('/changes')),
    await EventClient.open(at('/changes')),
  ];
  const { status, json, headers } = await served.get('/changes');
  assert.deepEqual([status, (json as { code: string }).code], [503, 'FEEDS_FULL']);
  assert.equal(headers.get('retry-after'), '1');
  assert.equal((await served.get('/changes?after=soon')).status, 503);
  await page('');
  one.leave();
  for (let visits = 0; visits < 20; visits++) {
    let next: EventClient | undefined;
    await until(async () => {
      next = await EventClient.open(at('/changes')).catch(() => undefined);
      return next !== undefined;
    }, 'room for a stream');
    next?.leave();
  }
  const { port } = served.server;
  for (let visits = 0; visits < 50; visits++) {
    const hasty = connect(port, '127.0.0.1');
    hasty.on('error', () => {});
    hasty.write(`GET /changes HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`, () => {
      if (visits % 2 === 0) hasty.destroy();
      else hasty.resetAndDestroy();
    });
    await once(hasty, 'close');
  }
  await until(async () => {
    const last = await EventClient.open(at('/changes')).catch(() => undefined);
    last?.leave();
    return last !== undefined;
  }, 'room for a stream');
  await served.write([user(1)]);
  assert.deepEqual(ids(await other.take(1)), [1]);
  other.leave();
});

test('where nothing changes a heartbeat comes, with the cursor when others were passed over', async () => {
  served = await ServedPlatform.start({ limits: { feedHeartbeatMs: 5 } });
  const client = await EventClient.open(at('/changes?etypes=host'));
  await client.quiet();
  const first = client.lastId;
  await served.write(users(5));
  while (client.lastId === first) await client.quiet();
  const { changes } = await page(`after=${first}`);
  assert.equal(changes.length, 5);
  const behind = client.lastId;
  await until(async () => (await page(`after=${behind}`)).changes.length <= 5, 'a page');
  await served.write([named('a')]);
  assert.deepEqual(
    (await client.take(1)).map(({ data }) => data.eid),
    ['a'],
  );
  client.leave();
});

test('a client that takes nothing holds nothing up: it finds a gap, and the rest', async () => {
  const count = 24_000;
  served = await ServedPlatform.start({}, { changes: { keptMax: 512 } });
  const { port } = served.server;
  const socket = connect(port, '127.0.0.1').pause();
  await once(socket, 'connect');
  socket.write(`GET /changes?after=start HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  await once(socket, 'readable');
  const long = 'x'.repeat(700);
  for (let from = 0; from < count; from += 2_000) {
    const body = range(2_000, from).map((n) => named(`${n}-${long}`));
    await served.write(body);
  }
  let changes = 0;
  let missed = 0;
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const gap = /^data: \{"type":"gap".*"missed":(\d+)/.exec(line);
      if (gap !== null) missed += Number(gap[1]);
      else if (line.startsWith('data: ')) changes++;
    }
    if (changes + missed >= count) break;
  }
  assert.equal(changes + missed, count);
  assert.ok(missed > 0, 'what nobody takes is not gathered');
});

test('a stop ends streams and waiting pages in order, and does not wait for them', async () => {
  served = await ServedPlatform.start({ limits: { clientRequestsMax: 2 } });
  await served.write(users(3));
  const client = await EventClient.open(at('/changes?after=start'));
  await client.take(3);
  const waiting = page('wait=60');
  const end = client.next();
  await until(async () => (await served.get('/entities')).status === 429, 'both to be in hand');
  await served.server.stop({ deadlineMs: 60_000 });
  assert.equal(await end, undefined);
  assert.deepEqual((await waiting).changes, []);
});

test('the document describes the route with its parameters', async () => {
  served = await ServedPlatform.start();
  const { json } = await served.get('/openapi.json');
  const { get } = (json as { paths: Record<string, { get: { parameters: { name: string }[] } }> })
    .paths['/changes']!;
  const names = get.parameters.map(({ name }) => name).sort();
  const headers = ['Last-Event-ID', 'Troupe-Position'];
  assert.deepEqual(names, [...headers, 'after', 'etypes', 'format', 'limit', 'wait']);
});
