import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { EntityReader } from '../../../actors/entity/entity-reader.js';
import {
  createModel,
  type EntityId,
  type Model,
  modelFaultText,
  partitionOf,
} from '../../../stores/internal.js';
import { WrittenFolder } from '../../support/written-folder.js';

const T = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

const SPECS = [
  {
    entity: { id: 'host', id_data_type: 'string', name: 'Host', snapshot: true },
    attribs: {
      name: { type: 'plain', name: 'Name', data_type: 'string' },
      tags: { type: 'plain', name: 'Tags', data_type: 'set<string>' },
      owner: { type: 'plain', name: 'Owner', data_type: 'link<user;mirror=hosts>' },
      seen: { type: 'observations', name: 'Seen', data_type: 'int' },
      ports: { type: 'observations', name: 'Ports', data_type: 'int', multi_value: true },
      load: {
        type: 'timeseries',
        name: 'Load',
        timeseries_type: 'regular',
        timeseries_params: { time_step: '1m' },
        series: { x: { data_type: 'int' } },
      },
    },
  },
  {
    entity: { id: 'user', id_data_type: 'int', name: 'User', snapshot: true },
    attribs: { login: { type: 'plain', name: 'Login', data_type: 'string' } },
  },
];

function modelOf(): Model {
  const model = createModel(SPECS);
  if (Array.isArray(model)) throw new Error(model.map(modelFaultText).join('\n'));
  return model as Model;
}

const model = modelOf();
const host = model.entities.get('host')!;
const user = model.entities.get('user')!;
let written: WrittenFolder;
let reader: EntityReader;

before(async () => {
  written = await WrittenFolder.make(model);
  const { folder, numbers } = written;
  const { environments, partitions } = folder;
  reader = new EntityReader({
    folder: { environments, numbers, partitions },
    model,
    wallNow: () => T + DAY,
  });
});
after(() => written.remove());

function plain(id: EntityId, attr: string, v: unknown, src?: string): object {
  const type = typeof id === 'number' ? 'user' : 'host';
  return src === undefined ? { type, id, attr, v } : { type, id, attr, v, src };
}

function seen(id: string, v: number, at: number, src?: string): object {
  const times = { t1: new Date(at).toISOString(), t2: new Date(at + 1_000).toISOString() };
  return { ...plain(id, 'seen', v, src), ...times };
}

test('an entity that is not there is undefined, and its attributes are empty', () => {
  const nobody = { entity: host, eid: 'nobody' };
  const always = { from: undefined, to: undefined };
  const name = host.attributes.get('name')!;
  assert.equal(reader.master(nobody, always), undefined);
  assert.equal(reader.values(nobody, T), undefined);
  assert.equal(reader.view(nobody), undefined);
  assert.deepEqual(reader.attribute(nobody, name, { ...always, at: T }), {
    form: { attr_type: 1, current_value: null, history: [] },
    isAbsent: true,
  });
  assert.equal(reader.explain(nobody, name, T).isAbsent, true);
});

test('a reader sees what has been committed before it reads', async () => {
  for (const value of ['a', 'b', 'c']) {
    await written.write([plain('fresh', 'name', value)], { receivedAt: T });
    assert.equal(reader.values({ entity: host, eid: 'fresh' }, T)?.name, value);
  }
});

test('a mirror is the links that point to an entity now', async () => {
  const link = (id: string, eid: number) => plain(id, 'owner', { eid });
  await written.write([plain(1, 'login', 'ann'), link('m-1', 1), link('m-2', 1)]);
  const values = () => reader.values({ entity: user, eid: 1 }, T);
  assert.deepEqual(values(), { eid: 1, login: 'ann', hosts: [{ eid: 'm-1' }, { eid: 'm-2' }] });
  await written.write([link('m-1', 2)]);
  assert.deepEqual(values(), { eid: 1, login: 'ann', hosts: [{ eid: 'm-2' }] });
  const mirror = user.attributes.get('hosts')!;
  assert.deepEqual(reader.explain({ entity: user, eid: 1 }, mirror, T).form.items, [
    { link: { etype: 'host', eid: 'm-2', attr: 'owner' }, is_value: true },
  ]);
  assert.deepEqual(reader.view({ entity: user, eid: 1 })?.value('hosts'), [{ eid: 'm-2' }]);
});

test('history reaches into the chunks that have spilled out of the record', async () => {
  const points = Array.from({ length: 200 }, (_, at) => seen('long', at, T + at * 10_000));
  for (let from = 0; from < 200; from += 20) await written.write(points.slice(from, from + 20));
  const long = { entity: host, eid: 'long' };
  const attribute = host.attributes.get('seen')!;
  const rows = (from: number | undefined, to: number | undefined) =>
    reader.attribute(long, attribute, { from, to, at: T }).form.history as { v: number }[];
  assert.deepEqual(
    rows(undefined, undefined).map(({ v }) => v),
    [...points.keys()],
  );
  assert.deepEqual(
    rows(T + 50_000, T + 70_000).map(({ v }) => v),
    [5, 6, 7],
  );
  assert.equal(reader.values(long, T + 3 * 10_000)?.seen, 3);
});

test('a value is explained with the origins of its tasks, back to the first cause', async () => {
  const [cause] = await written.write([plain('why-1', 'name', 'x')], { receivedAt: T });
  const partition = partitionOf('host', 'why-1', written.folder.partitions);
  await written.write([seen('why-2', 7, T, 'geo')], {
    receivedAt: T + 5,
    origin: { by: 'hook', module: 'geo', hook: 'guess', generation: 1 },
    cause: { partition, seq: cause! },
  });
  const seenOf = host.attributes.get('seen')!;
  const { form } = reader.explain({ entity: host, eid: 'why-2' }, seenOf, T);
  assert.deepEqual(form.items, [
    {
      v: 7,
      t1: '2024-01-01T00:00:00Z',
      t2: '2024-01-01T00:00:01Z',
      confidence: 1,
      is_value: true,
      data_points: 1,
      src: 'geo',
      hook: 'geo.guess',
      received: '2024-01-01T00:00:00.005Z',
      origin: 'hook geo.guess (generation 1)',
      causes: [{ etype: 'host', eid: 'why-1', origin: 'api' }],
    },
  ]);
});

test('a list is all entities in order of their ids, whatever the pages', async () => {
  const ids = [5, -3, 40, 0, 7, 1_000_000, -1_000_000, 12, 2];
  await written.write(ids.map((id) => plain(id, 'login', `u${id}`)));
  const sorted = [...new Set([1, ...ids])].sort((a, b) => a - b);
  assert.equal(reader.count(user), sorted.length);
  await fc.assert(
    fc.asyncProperty(fc.nat(12), fc.integer({ min: 1, max: 12 }), async (skip, limit) => {
      const found: EntityId[] = [];
      let cursor: string | undefined;
      let skipped = skip;
      do {
        const page = await pageOf({ cursor, skip: skipped, limit });
        found.push(...page.ids);
        assert.ok(page.ids.length <= limit);
        cursor = page.cursor;
        skipped = 0;
      } while (cursor !== undefined);
      assert.deepEqual(found, sorted.slice(skip));
    }),
    { numRuns: 40 },
  );
  assert.deepEqual((await pageOf({ cursor: undefined, skip: 2, limit: 0 })).ids, sorted.slice(2));
});

test('a list goes on behind its cursor, and what is no cursor of the type is refused', async () => {
  const first = await pageOf({ cursor: undefined, skip: 0, limit: 2 });
  const next = await pageOf({ cursor: first.cursor, skip: 0, limit: 1 });
  assert.deepEqual([first.ids, next.ids], [[-1_000_000, -3], [0]]);
  for (const cursor of ['nonsense!', 'AAAA', first.cursor!.slice(1)]) {
    assert.equal(reader.list(user, { cursor, skip: 0, limit: 2, at: T }), undefined);
  }
});

async function pageOf(query: { cursor: string | undefined; skip: number; limit: number }) {
  const ids: EntityId[] = [];
  let cursor: string | undefined;
  for await (const page of reader.list(user, { ...query, at: T })!) {
    ids.push(...page.rows.map((row) => row.eid as EntityId));
    cursor = page.cursor;
  }
  return { ids, cursor };
}

test('raw data-points are the newest first, by t1 where the attribute asked for has times', async () => {
  await written.write([plain('raw', 'name', 'a', 's1'), seen('raw', 1, T + 20_000, 's1')], {
    receivedAt: T + 1,
  });
  await written.write([plain('raw', 'name', 'b', 's2'), seen('raw', 2, T + 10_000, 's2')], {
    receivedAt: T + 2,
  });
  const all = { eid: 'raw', attribute: undefined, src: undefined, skip: 0, limit: 20 };
  const values = async (query: Partial<typeof all> & { attribute?: unknown }) =>
    (await reader.raw(host, { ...all, ...query } as never)).rows.map((row) => row.v);
  assert.deepEqual(await values({}), [2, 'b', 1, 'a']);
  assert.deepEqual(await values({ attribute: host.attributes.get('seen')! as never }), [1, 2]);
  assert.deepEqual(await values({ attribute: host.attributes.get('name')! as never }), ['b', 'a']);
  assert.deepEqual(await values({ src: 's1' as never }), [1, 'a']);
  assert.deepEqual(await values({ skip: 1, limit: 2 }), ['b', 1]);
  assert.deepEqual((await reader.raw(host, { ...all, limit: 1 })).rows, [
    {
      type: 'host',
      id: 'raw',
      attr: 'seen',
      v: 2,
      src: 's2',
      t1: '2024-01-01T00:00:10Z',
      t2: '2024-01-01T00:00:11Z',
      c: 1,
    },
  ]);
});

test('raw data-points of all entities are read from the logs of all partitions', async () => {
  const ids = Array.from({ length: 30 }, (_, at) => `many-${at}`);
  for (const [at, id] of ids.entries()) {
    await written.write([plain(id, 'name', id, 'many')], { receivedAt: T + 100 + at });
  }
  const query = { eid: undefined, attribute: undefined, src: 'many', skip: 0, limit: 0 };
  const all = await reader.raw(host, query);
  assert.deepEqual(
    all.rows.map((row) => row.id),
    [...ids].reverse(),
  );
  assert.equal(all.isWhole, true);
  const some = await reader.raw(host, { ...query, skip: 3, limit: 2 });
  assert.deepEqual(
    some.rows.map((row) => row.id),
    ['many-26', 'many-25'],
  );
});

test('an entity that more tasks touched than its record remembers gives all of its data-points', async () => {
  for (let at = 0; at < 80; at++) {
    await written.write([plain('busy', 'name', `v${at}`)], { receivedAt: T + 1_000 + at });
  }
  const query = { eid: 'busy', attribute: undefined, src: undefined, skip: 0, limit: 0 };
  const { rows, isWhole } = await reader.raw(host, query);
  assert.deepEqual(
    rows.map((row) => row.v),
    Array.from({ length: 80 }, (_, at) => `v${79 - at}`),
  );
  assert.equal(isWhole, true);
});

test('distinct values are counted over all entities: lists taken apart, links by id', async () => {
  await written.write([
    plain('d-1', 'tags', ['x', '__proto__']),
    plain('d-2', 'tags', ['x', 'y']),
    plain('d-1', 'owner', { eid: 90 }),
    plain('d-2', 'owner', { eid: 90 }),
    { ...seen('d-1', 0, T), attr: 'ports', v: 22 },
    { ...seen('d-1', 0, T), attr: 'ports', v: 80 },
  ]);
  const tags = await reader.distinct(host, host.attributes.get('tags')!, T);
  assert.deepEqual(Object.entries(tags!).sort(), [
    ['__proto__', 1],
    ['x', 2],
    ['y', 1],
  ]);
  const owners = await reader.distinct(host, host.attributes.get('owner')!, T);
  assert.equal(owners!['90'], 2);
  assert.deepEqual(await reader.distinct(host, host.attributes.get('ports')!, T), { 22: 1, 80: 1 });
  assert.deepEqual(await reader.distinct(host, host.attributes.get('ports')!, T + DAY), {});
});

test('entities are counted by the attributes they have', async () => {
  const counts = await reader.entitiesPerAttribute();
  assert.equal(counts!.user!.login, reader.count(user));
  assert.deepEqual(Object.keys(counts!.host!), ['name', 'tags', 'owner', 'seen', 'ports', 'load']);
  assert.equal(counts!.host!.load, 0);
});

test('entity types are listed with their attributes, mirrors among them, and how many there are', () => {
  const types = reader.entityTypes() as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(types), ['host', 'user']);
  const { attribs, ...rest } = types.user!;
  const eid_estimate_count = reader.count(user);
  assert.deepEqual(rest, { id: 'user', id_data_type: 'int', name: 'User', eid_estimate_count });
  assert.deepEqual(Object.keys(attribs as object), ['login', 'hosts']);
  assert.equal((attribs as Record<string, { t: number }>).login!.t, 1);
});

test('the validity of a source is the latest end of its data-points, also of those that come later', async () => {
  await written.write([seen('s-1', 1, T + 5_000, 'probe'), seen('s-2', 1, T, 'probe')]);
  await written.write([plain('s-1', 'name', 'x', 'only-plain')]);
  assert.equal((await reader.sources())!.get('probe'), T + 6_000);
  await written.write([seen('s-2', 2, T + 7_000, 'probe'), seen('s-2', 3, T, '__proto__')]);
  const [first, second] = await Promise.all([reader.sources(), reader.sources()]);
  assert.deepEqual(first, second);
  assert.equal(first!.get('probe'), T + 8_000);
  assert.equal(first!.get('__proto__'), T + 1_000);
  assert.equal(first!.has('only-plain'), false);
});
