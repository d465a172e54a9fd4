import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../../support/eventually.js';
import { ServedPlatform } from '../../support/served-platform.js';

const T1 = '2024-01-01T00:00:00Z';
const T2 = '2024-01-01T00:10:00Z';
let served: ServedPlatform;

before(async () => {
  served = await ServedPlatform.start();
  const host = (attr: string, v: unknown, more: object = {}) => ({
    type: 'host',
    id: 'h/1',
    attr,
    v,
    ...more,
  });
  await served.write([
    host('name', 'edge-01', { src: 'dhcp' }),
    host('owner', { eid: '7' }),
    host('tags', ['a', 'b', 'a']),
    host('ip', '192.0.2.10', { t1: T1, t2: T2, c: 0.8 }),
    host('load', { cpu: [1, 2, 3] }, { t1: T1 }),
    host('pings', { time: [T1, T2], ms: [5, 6] }, { t1: T1, t2: T2 }),
    { type: 'user', id: 7, attr: 'login', v: 'ann' },
    { type: 'host', id: 'get', attr: 'name', v: 'a clash' },
  ]);
  // A link arrives at the other end after the task that made it.
  await eventually('the link at its target', async () => {
    const { json } = await served.get('/entity/user/7/get/hosts');
    return (json as { current_value: unknown }).current_value !== null;
  });
});
after(() => served.stop());

async function both(rest: string, query = ''): Promise<unknown> {
  const [attr, v2] = /^\/(?:get|explain|set)\/(\w+)$/.exec(rest)
    ? [`&attr=${rest.split('/')[2]}`, rest.startsWith('/get') ? '/attr' : '/explain']
    : ['', rest];
  const first = await served.get(`/entity/host/h%2F1${rest}?${query}`);
  const second = await served.get(`/v2/entity/host${v2}?eid=h/1${attr}&${query}`);
  assert.equal(first.status, 200, first.text);
  assert.equal(second.status, 200, second.text);
  assert.deepEqual(first.json, second.json);
  return first.json;
}

test('an entity is its master record and no snapshots, by path and by query alike', async () => {
  const all = (await both('')) as { empty: boolean; master_record: object; snapshots: unknown[] };
  assert.equal(all.empty, false);
  assert.deepEqual(all.snapshots, []);
  assert.deepEqual(all.master_record, await both('/master'));
});

test('a master record has times in RFC 3339, samples of timeseries and no fields of the store', async () => {
  const master = (await both('/master')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(master).sort(), [
    '#time_created',
    '#ttl',
    'ip',
    'load',
    'name',
    'owner',
    'pings',
    'tags',
  ]);
  assert.deepEqual(master.ip, [{ t1: T1, t2: T2, v: '192.0.2.10', c: 0.8 }]);
  assert.deepEqual((master.load as unknown[])[2], {
    t1: '2024-01-01T00:02:00Z',
    t2: '2024-01-01T00:03:00Z',
    v: { cpu: 3 },
  });
  const cut = (await both('/master', 'date_from=2024-01-01T00:05:00')) as Record<string, unknown>;
  assert.deepEqual(cut.pings, [{ t1: T2, t2: T2, v: { ms: 6 } }]);
});

test('values are of now, or of any instant', async () => {
  const now = (await both('/values')) as Record<string, unknown>;
  assert.deepEqual(now, { eid: 'h/1', name: 'edge-01', tags: ['a', 'b'], owner: { eid: 7 } });
  const then = (await both('/values', 'at=2024-01-01T00:15:00')) as Record<string, unknown>;
  assert.deepEqual([then.ip, then['ip#c']], ['192.0.2.10', 0.4]);
});

test('an attribute is its kind, current value and history', async () => {
  assert.deepEqual(await both('/get/name'), {
    attr_type: 1,
    current_value: 'edge-01',
    history: [],
  });
  assert.deepEqual(await both('/get/ip', `at=${T1}`), {
    attr_type: 2,
    current_value: '192.0.2.10',
    history: [{ t1: T1, t2: T2, v: '192.0.2.10', c: 0.8 }],
  });
  assert.deepEqual(await both('/get/pings', `date_to=${T1}`), {
    attr_type: 4,
    current_value: null,
    history: [{ t1: T1, t2: T1, v: { ms: 5 } }],
  });
});

test('a mirror shows who links, in values and as an attribute', async () => {
  const values = (await served.get('/entity/user/7/values')).json as Record<string, unknown>;
  assert.deepEqual(values.hosts, [{ eid: 'h/1' }]);
  const mirror = (await served.get('/entity/user/7/get/hosts')).json;
  assert.deepEqual(mirror, { attr_type: 1, current_value: [{ eid: 'h/1' }], history: [] });
});

test('a value is explained by what made it', async () => {
  const { items, value } = (await both('/explain/name', 'at=2030-01-01')) as {
    items: Record<string, unknown>[];
    value: unknown;
  };
  assert.equal(value, 'edge-01');
  assert.deepEqual(
    items.map(({ v, src, origin, is_value }) => ({ v, src, origin, is_value })),
    [{ v: 'edge-01', src: 'dhcp', origin: 'api', is_value: true }],
  );
});

const ABSENT: readonly [path: string, empty: unknown][] = [
  ['', { empty: true, master_record: {}, snapshots: [] }],
  ['/master', {}],
  ['/values', { eid: 'nobody' }],
  ['/get/size', { attr_type: 1, current_value: null, history: [] }],
];

for (const [path, empty] of ABSENT) {
  test(`of an entity that is not there ${path || 'all'} is 200 and empty, with strict=true 404`, async () => {
    const loose = await served.get(`/entity/host/nobody${path}`);
    assert.deepEqual([loose.status, loose.json], [200, empty]);
    assert.equal((await served.get(`/entity/host/nobody${path}?strict=true`)).status, 404);
    assert.equal((await served.get(`/entity/host/nobody${path}?strict=false`)).status, 200);
  });
}

const FAULTS: readonly [
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body: unknown,
  status: number,
  loc: unknown,
][] = [
  ['GET', '/entity/nix/1', undefined, 422, ['path', 'etype']],
  ['GET', '/entity/user/x', undefined, 422, ['path', 'eid']],
  ['GET', '/v2/entity/user?eid=x', undefined, 422, ['query', 'eid']],
  ['GET', '/v2/entity/user/', undefined, 422, ['query', 'eid']],
  ['GET', '/v2/entity/host/attr?eid=x', undefined, 422, ['query', 'attr']],
  ['GET', '/entity/host/x/get/nix', undefined, 422, ['path', 'attr']],
  ['GET', '/entity/host/x/master?date_from=soon', undefined, 422, ['query', 'date_from']],
  ['GET', '/entity/host/x/values?at=soon', undefined, 422, ['query', 'at']],
  ['POST', '/entity/host/x/set/name', undefined, 422, ['body']],
  ['POST', '/entity/host/x/set/name', [], 422, ['body']],
  ['POST', '/entity/host/x/set/name', {}, 422, ['body', 'value']],
  ['POST', '/entity/host/x/set/name', { value: 1 }, 422, ['body', 'value']],
  ['POST', '/entity/host/x/set/tags', { value: ['a', 1] }, 422, ['body', 'value', 1]],
  ['POST', '/entity/host/x/set/load', { value: 1 }, 422, ['path', 'attr']],
  ['POST', '/v2/entity/host/attr?eid=x&attr=load', { value: 1 }, 422, ['query', 'attr']],
  ['POST', '/entity/user/1/set/hosts', { value: [] }, 422, ['path', 'attr']],
  ['POST', '/entity/host/x/ttl', {}, 422, ['body']],
  ['POST', '/entity/host/x/ttl', { a: 'soon', b: T1 }, 422, ['body', 'a']],
  ['POST', '/entity/host/x/ttl', 'x', 422, ['body']],
  ['DELETE', '/entity/user/x', undefined, 422, ['path', 'eid']],
];

for (const [method, path, body, status, loc] of FAULTS) {
  test(`${method} ${path} with ${JSON.stringify(body) ?? 'nothing'} is ${status}`, async () => {
    const sent =
      body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await served.send(method, path, sent);
    assert.equal(answer.status, status, answer.text);
    const { detail } = answer.json as { detail: { loc: unknown; msg: unknown; type: unknown }[] };
    if (loc !== undefined) assert.deepEqual(detail[0]!.loc, loc);
    assert.ok(detail.every(({ msg, type }) => typeof msg === 'string' && typeof type === 'string'));
  });
}

test('a fault shows what came, and is called alike wherever a time stands', async () => {
  const firstOf = ({ json }: { json: unknown }): Record<string, unknown> =>
    (json as { detail: Record<string, unknown>[] }).detail[0]!;
  const mirror = firstOf(await served.post('/entity/user/1/set/hosts', { value: [] }));
  assert.equal(mirror.input, 'hosts');
  const point = { type: 'host', id: 'x', attr: 'load', v: { cpu: [1] }, t1: T1 };
  const late = firstOf(await served.post('/datapoints', [{ ...point, t2: '2040-01-01' }]));
  assert.deepEqual([late.loc, late.input], [['body', 0, 't2'], '2040-01-01']);
  for (const answer of [
    await served.post('/datapoints', [{ ...point, t1: 'soon' }]),
    await served.post('/entity/host/x/ttl', { a: 'soon' }),
    await served.get('/entity/host/x/values?at=soon'),
  ]) {
    const { type, input } = firstOf(answer);
    assert.deepEqual([type, input], ['datetime_from_date_parsing', 'soon']);
  }
});

test('a value that is set holds from now on, with its sender as source', async () => {
  const settled = async (path: string, value: unknown) => {
    const { status, headers, json } = await served.post(path, { value });
    assert.deepEqual([status, json], [200, { detail: 'OK' }]);
    return { 'troupe-position': headers.get('troupe-position') ?? '' };
  };
  const position = await settled('/entity/host/set-1/set/ip', '192.0.2.77');
  const { json } = await served
    .get('/entity/host/set-1/raw/get', position)
    .then(() => served.get('/entity/host/raw/get?eid=set-1', position));
  const [row] = (json as { data: Record<string, unknown>[] }).data;
  assert.deepEqual([row!.attr, row!.v, row!.src], ['ip', '192.0.2.77', '127.0.0.1 via API']);
  assert.equal(row!.t1, row!.t2);
  const again = await settled('/v2/entity/host/attr?eid=set-1&attr=name', 'by query');
  const values = (await served.get('/entity/host/set-1/values', again)).json as Record<
    string,
    unknown
  >;
  assert.equal(values.name, 'by query');
});

test('lifetime tokens are extended, never shortened', async () => {
  const extend = async (until: string) => {
    const { status, headers } = await served.post('/entity/host/ttl-1/ttl', { lease: until });
    assert.equal(status, 200);
    return { 'troupe-position': headers.get('troupe-position') ?? '' };
  };
  await extend('2040-01-01T00:00:00Z');
  const position = await extend('2030-01-01T00:00:00Z');
  const { json } = await served.get('/entity/host/ttl-1/master', position);
  assert.equal((json as { '#ttl': { lease: string } })['#ttl'].lease, '2040-01-01T00:00:00Z');
});

test('a deleted entity is gone, and deleting one that is not there is fine', async () => {
  await served.write([{ type: 'host', id: 'gone', attr: 'name', v: 'x' }]);
  const { status, headers, json } = await served.delete('/entity/host/gone');
  assert.deepEqual([status, json], [200, { detail: 'OK' }]);
  const position = { 'troupe-position': headers.get('troupe-position') ?? '' };
  assert.deepEqual((await served.get('/entity/host/gone/master', position)).json, {});
  assert.equal((await served.delete('/v2/entity/host/?eid=gone')).status, 200);
  assert.equal((await served.delete('/v2/entity/host?eid=never')).status, 200);
});

test('ids called get and count are reached by query, as v1 reads them as routes', async () => {
  const { json } = await served.get('/v2/entity/host/values?eid=get');
  assert.equal((json as { name: string }).name, 'a clash');
});

test('what needs snapshots says that there are none, with a code', async () => {
  for (const path of ['/entity/host/x/snapshots', '/v2/entity/host/snapshots?eid=x']) {
    const { status, json } = await served.get(path);
    assert.deepEqual([status, (json as { code: string }).code], [501, 'SNAPSHOTS_MISSING']);
  }
});
