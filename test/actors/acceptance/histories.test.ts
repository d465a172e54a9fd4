/**
 * What becomes of observations: confidence at any instant, several values at once, merging, the bounds of a history; links
 * and their mirrors; lifetimes and deletion. The figures are those of DP³'s own example.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApplication } from '../../support/dp3-application.js';
import type { ServedPlatform } from '../../support/served-platform.js';

const HOST = `entity:
  id: host
  name: Host
  snapshot: true
  lifetime: { type: ttl, on_create: 2d }
attribs:
  name: { name: A, type: plain, data_type: string, ttl: 7d }
  note: { name: A, type: plain, data_type: string }
  ramp:
    { name: A, type: observations, data_type: string,
      history_params: { pre_validity: 5m, post_validity: 10m, aggregate: false } }
  many:
    { name: A, type: observations, data_type: "array<int>", multi_value: true,
      history_params: { aggregate: false } }
  merged: { name: A, type: observations, data_type: string, history_params: { post_validity: 1m } }
  apart:
    { name: A, type: observations, data_type: string, multi_value: true,
      history_params: { pre_validity: 1m } }
  few: { name: A, type: observations, data_type: int, history_params: { max_items: 3, aggregate: false } }
  kept:
    { name: A, type: observations, data_type: string,
      history_params: { expire_time: 1h, aggregate: false } }
  forever:
    { name: A, type: observations, data_type: string,
      history_params: { expire_time: inf, aggregate: false } }
  recent: { name: A, type: observations, data_type: string, history_params: { max_age: 1d } }
  load:
    { name: A, type: timeseries, timeseries_type: regular, ttl: 3d,
      timeseries_params: { time_step: 1m }, series: { x: { data_type: int } } }
  router: { name: A, type: plain, data_type: "link<router;mirror=hosts>" }
  backups: { name: A, type: plain, data_type: "set<link<router;mirror=backs_up>>" }
  seen:
    { name: A, type: observations, data_type: "link<router,dict<port:int> ;mirror=saw>",
      multi_value: true, history_params: { post_validity: 1h } }
`;
const ROUTER = `entity: { id: router, id_data_type: ipv6, name: Router, snapshot: true }
attribs: { rack: { name: Rack, type: plain, data_type: string } }
`;
const START = Date.parse('2024-01-01T00:00:00Z');
let served: ServedPlatform;

before(async () => {
  served = await startApplication({ entities: { host: HOST, router: ROUTER } });
});
after(() => served.stop());

/** The instant so many minutes after the start of 2024. */
function at(minutes: number): string {
  return new Date(START + minutes * 60_000).toISOString();
}

function point(
  id: string,
  attr: string,
  v: unknown,
  times: readonly [number, number] | undefined,
  c = 1,
) {
  const [t1, t2] = times ?? [];
  const when = t1 === undefined ? {} : { t1: at(t1), t2: at(t2!) };
  return { type: 'host', id, attr, v, c, ...when };
}

async function valuesAt(id: string, minutes: number): Promise<Record<string, unknown>> {
  return (await served.get(`/entity/host/${id}/values?at=${at(minutes)}`)).json as Record<
    string,
    unknown
  >;
}

interface Shown {
  readonly current_value: unknown;
  readonly history: readonly { t1: string; t2: string; v: unknown; c: number }[];
}

async function shown(id: string, attr: string, query = ''): Promise<Shown> {
  const { status, text, json } = await served.get(`/entity/host/${id}/get/${attr}?${query}`);
  assert.equal(status, 200, text);
  return json as Shown;
}

/** Items as [first minute, last minute, value, confidence]. */
function items({ history }: Shown): readonly unknown[] {
  const minute = (time: string) => (Date.parse(time) - START) / 60_000;
  return history.map(({ t1, t2, v, c }) => [minute(t1), minute(t2), v, c]);
}

describe('confidence', () => {
  const RAMP: readonly [minutes: number, confidence: number | undefined][] = [
    [-5, undefined],
    [-2.5, 0.4],
    [0, 0.8],
    [5, 0.8],
    [10, 0.8],
    [15, 0.4],
    [20, undefined],
  ];

  before(() => served.write([point('ramp', 'ramp', 'x', [0, 10], 0.8)]));

  for (const [minutes, confidence] of RAMP) {
    test(`of 0.8 from 0 to 10 with ramps of 5 and 10 is ${confidence ?? 'none'} at ${minutes}`, async () => {
      const { ramp, 'ramp#c': c } = await valuesAt('ramp', minutes);
      assert.equal(ramp, confidence === undefined ? undefined : 'x');
      assert.ok(
        confidence === undefined ? c === undefined : Math.abs((c as number) - confidence) < 1e-9,
      );
    });
  }

  test('decides between two values, and of two that are equal the first wins', async () => {
    await served.write([
      point('choice', 'ramp', 'low', [0, 10], 0.5),
      point('choice', 'ramp', 'high', [0, 10], 0.9),
      point('choice', 'ramp', 'late', [0, 10], 0.9),
    ]);
    assert.deepEqual(await valuesAt('choice', 5), { eid: 'choice', ramp: 'high', 'ramp#c': 0.9 });
  });

  test('of several values is a list beside theirs, each value once with its greatest', async () => {
    await served.write([
      point('many', 'many', [1, 2], [0, 10], 0.5),
      point('many', 'many', [2, 1], [0, 10], 0.6),
      point('many', 'many', [1, 2], [0, 10], 0.7),
      point('many', 'many', [3], [0, 10], 0),
      point('many', 'many', [4], [20, 30], 1),
    ]);
    const found = await valuesAt('many', 5);
    assert.deepEqual(found, {
      eid: 'many',
      many: [
        [1, 2],
        [2, 1],
      ],
      'many#c': [0.7, 0.6],
    });
    assert.deepEqual(await valuesAt('many', 15), { eid: 'many' });
  });
});

describe('merging, once a history is longer than what a record holds', () => {
  /** Many neighbours, minute by minute; `of` gives the value and the confidence of each. */
  async function long(attr: string, of: (minute: number) => readonly [string, number]) {
    const points = Array.from({ length: 64 }, (_, minute) => {
      const [v, c] = of(minute);
      return point(`long-${attr}`, attr, v, [minute, minute + 1], c);
    });
    for (let from = 0; from < 64; from += 8) await served.write(points.slice(from, from + 8));
    return items(await shown(`long-${attr}`, attr)) as [number, number, string, number][];
  }

  test('joins equal neighbours, in whatever steps, each data-point counting once', async () => {
    const found = await long('merged', (minute) => ['a', minute % 4 === 0 ? 0.2 : 0.6]);
    assert.ok(found.length < 40, `${found.length} items`);
    assert.deepEqual([found[0]![0], found.at(-1)![1]], [0, 64]);
    const sum = found.reduce((total, [t1, t2, , c]) => total + c * (t2 - t1), 0);
    assert.ok(Math.abs(sum - 64 * 0.5) < 1e-9, `${sum}`);
  });

  test('stops at another value where there is one at a time, and goes on where there are many', async () => {
    const alternating = (minute: number) => [minute % 2 === 0 ? 'a' : 'b', 1] as const;
    assert.equal((await long('ramp', alternating)).length, 64);
    const apart = await long('apart', alternating);
    assert.ok(apart.length < 40, `${apart.length} items`);
    assert.deepEqual(new Set(apart.map(([, , v]) => v)), new Set(['a', 'b']));
  });
});

describe('a history', () => {
  test('of max_items keeps those that end last, whatever the order they came in', async () => {
    for (const n of [5, 1, 9, 3, 7]) await served.write([point('few', 'few', n, [0, n])]);
    assert.deepEqual(
      items(await shown('few', 'few'))
        .map((item) => (item as unknown[])[2])
        .sort(),
      [5, 7, 9],
    );
  });

  test('with expire_time keeps its last value alive for so long, or for ever', async () => {
    await served.write([
      point('kept', 'kept', 'x', [0, 10], 0.7),
      point('kept', 'forever', 'y', [0, 10], 0.6),
    ]);
    assert.deepEqual(await valuesAt('kept', 69), {
      eid: 'kept',
      kept: 'x',
      'kept#c': 0.7,
      forever: 'y',
      'forever#c': 0.6,
    });
    assert.deepEqual(await valuesAt('kept', 71), { eid: 'kept', forever: 'y', 'forever#c': 0.6 });
    assert.deepEqual(await valuesAt('kept', 1e6), { eid: 'kept', forever: 'y', 'forever#c': 0.6 });
  });

  test('of max_age does not show what ended before', async () => {
    const now = Date.now();
    const near = { t1: now - 3_600_000, t2: now - 3_000_000 };
    await served.write([
      { type: 'host', id: 'recent', attr: 'recent', v: 'old', t1: now - 3 * 86_400_000 },
      { type: 'host', id: 'recent', attr: 'recent', v: 'new', ...near },
    ]);
    const { history } = await shown('recent', 'recent');
    assert.deepEqual(
      history.map(({ v }) => v),
      ['new'],
    );
  });

  test('between dates has what touches them, both inclusive, and no future unless asked', async () => {
    const ahead = Date.now() + 86_400_000;
    await served.write([
      point('dates', 'ramp', 'a', [0, 10]),
      point('dates', 'ramp', 'b', [20, 30]),
      { type: 'host', id: 'dates', attr: 'ramp', v: 'c', t1: ahead },
    ]);
    const of = async (query: string) =>
      (await shown('dates', 'ramp', query)).history.map(({ v }) => v);
    assert.deepEqual(await of(''), ['a', 'b']);
    assert.deepEqual(await of(`date_from=${at(10)}&date_to=${at(15)}`), ['a']);
    assert.deepEqual(await of(`date_from=${at(11)}&date_to=${at(20)}`), ['b']);
    assert.deepEqual(await of(`date_from=${at(11)}&date_to=${at(12)}`), []);
    assert.deepEqual(await of('date_to=2999-01-01'), ['a', 'b', 'c']);
  });

  test('grows far beyond what a record holds, whole and in order', async () => {
    const count = 500;
    for (let part = 0; part < 5; part++) {
      await served.write(
        Array.from({ length: count / 5 }, (_, n) => {
          const minute = (part * count) / 5 + n;
          return point('long', 'ramp', `v${minute}`, [minute * 60, minute * 60 + 1]);
        }),
      );
    }
    const { history } = await shown('long', 'ramp');
    assert.deepEqual(
      history.map(({ v }) => v),
      Array.from({ length: count }, (_, n) => `v${n}`),
    );
    assert.equal((await valuesAt('long', 60 * 250)).ramp, 'v250');
    const master = (await served.get('/entity/host/long/master')).json as { ramp: unknown[] };
    assert.equal(master.ramp.length, count);
  });
});

describe('links', () => {
  const [R1, R2] = ['2001:db8::1', '2001:db8::2'];

  async function mirrors(id: string): Promise<Record<string, unknown>> {
    const { hosts, backs_up, saw } = (await served.get(`/v2/entity/router/values?eid=${id}`))
      .json as Record<string, unknown>;
    return { hosts, backs_up, saw };
  }

  test('are mirrored at their target, a plain one by its newest value alone', async () => {
    await served.write([
      point('l1', 'router', { eid: '2001:DB8:0::1' }, undefined),
      point('l1', 'backups', [{ eid: R1 }, { eid: R2 }, { eid: R1 }], undefined),
      { ...point('l1', 'seen', { eid: R2, data: { port: '4' } }, undefined), t1: Date.now() },
      { type: 'router', id: R1, attr: 'rack', v: 'r' },
      { type: 'router', id: R2, attr: 'rack', v: 'r' },
    ]);
    await served.platform.idle();
    const l1 = [{ eid: 'l1' }];
    assert.deepEqual(await mirrors(R1), { hosts: l1, backs_up: l1, saw: undefined });
    assert.deepEqual(await mirrors(R2), { hosts: undefined, backs_up: l1, saw: l1 });
    await served.write([
      point('l1', 'router', { eid: R2 }, undefined),
      point('l1', 'backups', [], undefined),
    ]);
    await served.platform.idle();
    assert.deepEqual(await mirrors(R1), { hosts: undefined, backs_up: undefined, saw: undefined });
    assert.deepEqual(await mirrors(R2), { hosts: l1, backs_up: undefined, saw: l1 });
    const values = (await served.get('/entity/host/l1/values')).json as Record<string, unknown>;
    assert.deepEqual(values.seen, [{ eid: R2, data: { port: 4 } }]);
  });

  test('never stand in the master record of their target, and no data-point may set them', async () => {
    const { json } = await served.get(`/v2/entity/router/master?eid=${R2}`);
    assert.deepEqual(Object.keys(json as object).sort(), ['#time_created', 'rack']);
    assert.equal(
      (await served.post('/datapoints', [{ type: 'router', id: R1, attr: 'hosts', v: [] }])).status,
      422,
    );
  });

  test('to an entity that is deleted are taken out of every kind of value', async () => {
    const [now, R9] = [Date.now(), '2001:db8::9'];
    await served.write([
      { type: 'router', id: R9, attr: 'rack', v: 'r' },
      point('l2', 'router', { eid: R9 }, undefined),
      point('l2', 'backups', [{ eid: R9 }, { eid: R2 }], undefined),
      { type: 'host', id: 'l2', attr: 'seen', v: { eid: R9, data: { port: 1 } }, t1: now },
      { type: 'host', id: 'l2', attr: 'seen', v: { eid: R2, data: { port: 2 } }, t1: now },
    ]);
    await served.delete(`/v2/entity/router?eid=${R9}`);
    await served.platform.idle();
    const { router, backups, seen } = (await served.get('/entity/host/l2/master')).json as Record<
      string,
      { v: unknown }
    > & { seen: { v: unknown }[] };
    assert.equal(router, undefined);
    assert.deepEqual(backups?.v, [{ eid: R2 }]);
    assert.deepEqual(
      seen.map(({ v }) => v),
      [{ eid: R2, data: { port: 2 } }],
    );
    assert.deepEqual((await served.platform.fsck()).findings, []);
  });

  test('from an entity that is deleted leave its targets', async () => {
    await served.write([
      point('l3', 'router', { eid: '2001:db8::3' }, undefined),
      { type: 'router', id: '2001:db8::3', attr: 'rack', v: 'r' },
    ]);
    await served.delete('/entity/host/l3');
    await served.platform.idle();
    assert.deepEqual(await mirrors('2001:db8::3'), {
      hosts: undefined,
      backs_up: undefined,
      saw: undefined,
    });
    assert.deepEqual((await served.get('/entity/host/l3/master')).json, {});
  });

  test('that come back after a deletion are a new entity, without what was', async () => {
    await served.write([
      point('again', 'name', 'a', undefined),
      point('again', 'ramp', 'x', [0, 1]),
    ]);
    await served.delete('/entity/host/again');
    await served.write([point('again', 'note', 'b', undefined)]);
    const master = (await served.get('/entity/host/again/master')).json as Record<string, unknown>;
    assert.deepEqual(Object.keys(master).sort(), ['#time_created', '#ttl', 'note']);
  });
});

describe('a lifetime of tokens', () => {
  async function tokens(id: string): Promise<Record<string, number>> {
    await served.platform.idle();
    const { json } = await served.get(`/entity/host/${id}/master`);
    const ttl = (json as { '#ttl'?: Record<string, string> })['#ttl'] ?? {};
    return Object.fromEntries(
      Object.entries(ttl).map(([name, until]) => [name, Date.parse(until)]),
    );
  }
  const DAY = 86_400_000;

  test('has base from the creation on', async () => {
    const now = Date.now();
    await served.write([point('t1', 'note', 'x', undefined)]);
    const { base, ...others } = await tokens('t1');
    assert.ok(base! >= now + 2 * DAY - 1_000 && base! < now + 2 * DAY + 60_000);
    assert.deepEqual(others, {});
  });

  test('has data by the time to live of plain attributes, and the end of others', async () => {
    const now = Date.now();
    await served.write([point('t2', 'name', 'x', undefined)]);
    const { data } = await tokens('t2');
    assert.ok(data! >= now + 7 * DAY - 1_000 && data! < now + 7 * DAY + 60_000);
    await served.write([point('t3', 'recent', 'x', [0, 10])]);
    assert.equal((await tokens('t3')).data, START + 600_000 + DAY);
    await served.write([{ type: 'host', id: 't3', attr: 'load', v: { x: [1] }, t1: at(60 * 24) }]);
    assert.equal((await tokens('t3')).data, START + DAY + 60_000 + 3 * DAY);
  });

  test('has any name a client gives, and only ever grows', async () => {
    const set = (until: unknown) => served.post('/entity/host/t1/ttl', { 'a name': until });
    assert.equal((await set('2040-01-01')).status, 200);
    assert.equal((await set(1_900_000_000)).status, 200);
    assert.equal((await tokens('t1'))['a name'], Date.parse('2040-01-01'));
  });

  test('given to nobody makes somebody, with a base', async () => {
    assert.equal(
      (await served.post('/v2/entity/host/ttl?eid=t9', { x: '2040-01-01' })).status,
      200,
    );
    const found = await tokens('t9');
    assert.deepEqual(Object.keys(found).sort(), ['base', 'x']);
    assert.equal((await served.get('/entity/host/t9')).status, 200);
  });
});
