import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../../support/eventually.js';
import { ServedPlatform } from '../../support/served-platform.js';

const COUNT = 45;
let served: ServedPlatform;

interface Page {
  readonly time_created: string | null;
  readonly count: number;
  readonly data: readonly Record<string, unknown>[];
  readonly cursor: string | null;
}

before(async () => {
  served = await ServedPlatform.start({ limits: { listRowsAtOnceMax: 30 } });
  await served.write(
    Array.from({ length: COUNT }, (_, id) => ({
      type: 'user',
      id,
      attr: 'login',
      v: `u${id % 3}`,
      src: id % 2 === 0 ? 'even' : 'odd',
    })),
  );
  await served.write([
    { type: 'host', id: 'a', attr: 'owner', v: { eid: 3 } },
    { type: 'host', id: 'b', attr: 'owner', v: { eid: 3 } },
    { type: 'host', id: 'b', attr: 'notes', v: { x: 1 } },
    {
      type: 'host',
      id: 'b',
      attr: 'ports',
      v: 22,
      t1: '2024-01-01',
      t2: '2024-01-02',
      src: 'scan',
    },
    {
      type: 'host',
      id: 'b',
      attr: 'ports',
      v: 80,
      t1: '2024-01-05',
      t2: '2024-01-06',
      src: 'scan',
    },
  ]);
  // Links arrive at the other end after the task that made them.
  await eventually('both links at their target', async () => {
    const { json } = await served.get('/entity/user/3/get/hosts');
    return (json as { current_value: unknown[] | null }).current_value?.length === 2;
  });
});
after(() => served.stop());

async function page(query: string): Promise<Page> {
  const { status, json, text } = await served.get(`/entity/user/get?${query}`);
  assert.equal(status, 200, text);
  return json as Page;
}

test('a page has twenty entities unless told, with the time of its values and a cursor', async () => {
  const { count, data, cursor, time_created } = await page('');
  assert.deepEqual([count, data.length], [20, 20]);
  assert.deepEqual(data[3], { eid: 3, login: 'u0', hosts: [{ eid: 'a' }, { eid: 'b' }] });
  assert.equal(typeof cursor, 'string');
  assert.ok(Math.abs(Date.parse(time_created!) - Date.now()) < 60_000);
});

test('cursors lead through all entities in order of ids, and so do skip and limit', async () => {
  const byCursor: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const one: Page = await page(`limit=7&cursor=${cursor}`);
    byCursor.push(...one.data.map(({ eid }) => eid));
    cursor = one.cursor;
  }
  const bySkip: unknown[] = [];
  for (let skip = 0; skip < COUNT; skip += 7) {
    bySkip.push(...(await page(`limit=7&skip=${skip}`)).data.map(({ eid }) => eid));
  }
  const ids = [...Array(COUNT).keys()];
  assert.deepEqual([byCursor, bySkip], [ids, ids]);
});

test('a limit of 0 is all, streamed, and so is any limit beyond what is answered at once', async () => {
  for (const query of ['limit=0', 'limit=40', 'limit=0&skip=40', 'limit=0&skip=100']) {
    const { count, data, time_created, cursor } = await page(query);
    const expected = { 'limit=0': 45, 'limit=40': 40, 'limit=0&skip=40': 5 }[query] ?? 0;
    assert.deepEqual([count, data.length], [expected, expected], query);
    assert.equal(time_created === null, expected === 0);
    assert.equal(cursor === null, query !== 'limit=40', query);
  }
});

test('of a type without entities a page is empty, and has no time', async () => {
  const own = await ServedPlatform.start();
  try {
    const { json } = await own.get('/v2/entity/host/get');
    assert.deepEqual(json, { time_created: null, count: 0, data: [], cursor: null });
    assert.deepEqual((await own.get('/entity/host/count')).json, { total_count: 0 });
  } finally {
    await own.stop();
  }
});

test('entities are counted, and named with their types', async () => {
  assert.deepEqual((await served.get('/entity/user/count')).json, { total_count: COUNT });
  const { json } = await served.get('/entities');
  const types = json as Record<
    string,
    { eid_estimate_count: number; attribs: Record<string, { t: number; data_type?: string }> }
  >;
  assert.deepEqual([types.user!.eid_estimate_count, types.host!.eid_estimate_count], [COUNT, 2]);
  const { attribs } = types.host!;
  assert.deepEqual([attribs.name!.t, attribs.ip!.t, attribs.load!.t], [1, 2, 4]);
  assert.equal(attribs.ip!.data_type, 'ipv4');
});

const REFUSED: readonly [query: string, status: number][] = [
  ['generic_filter={"a":1}', 501],
  ['fulltext_filters={"login":"u"}', 501],
  ['sort=login:1', 501],
  ['generic_filter={', 400],
  ['fulltext_filters=[]', 400],
  ['generic_filter={}&fulltext_filters=', 200],
  ['skip=-1', 422],
  ['limit=x', 422],
  ['cursor=nonsense!', 422],
];

for (const [query, status] of REFUSED) {
  test(`a list with ${query} is ${status}`, async () => {
    assert.equal((await served.get(`/entity/user/get?${encodeURI(query)}`)).status, status);
  });
}

test('a cursor of one type is none of another', async () => {
  const { cursor } = await page('limit=1');
  assert.equal((await served.get(`/entity/host/get?cursor=${cursor}`)).status, 200);
  const { cursor: textual } = (await served.get('/entity/host/get?limit=1')).json as Page;
  assert.equal((await served.get(`/entity/user/get?cursor=${textual}`)).status, 422);
});

test('raw data-points are filtered by entity, attribute and source, newest first', async () => {
  const raw = async (query: string) =>
    (await served.get(`/entity/host/raw/get?${query}`)).json as {
      count: number;
      data: Record<string, unknown>[];
    };
  const ports = await raw('eid=b&attr=ports');
  assert.equal(ports.count, 2);
  assert.deepEqual(ports.data[0], {
    type: 'host',
    id: 'b',
    attr: 'ports',
    v: 80,
    src: 'scan',
    t1: '2024-01-05T00:00:00Z',
    t2: '2024-01-06T00:00:00Z',
    c: 1,
  });
  assert.deepEqual(
    (await raw('src=scan&limit=1')).data.map(({ v }) => v),
    [80],
  );
  assert.deepEqual((await raw('src=nobody')).data, []);
  const users = await served.get('/v2/entity/user/raw/get?src=odd&limit=0');
  assert.equal((users.json as { count: number }).count, 22);
  assert.equal((await served.get('/entity/user/raw/get?eid=x')).status, 422);
  assert.equal((await served.get('/entity/user/raw/get?attr=nix')).status, 422);
});

test('distinct values are counted, and what cannot be told apart is 400', async () => {
  const distinct = (path: string) => served.get(`/entity/${path}`);
  assert.deepEqual((await distinct('user/_/distinct/login')).json, { u0: 15, u1: 15, u2: 15 });
  assert.deepEqual((await distinct('host/_/distinct/owner')).json, { 3: 2 });
  for (const attr of ['notes', 'load', 'nix']) {
    assert.equal((await distinct(`host/_/distinct/${attr}`)).status, 400, attr);
  }
});
