import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeForm } from '../../../actors/entity/attribute-form.js';
import { explainForm } from '../../../actors/entity/explain-form.js';
import { masterForm } from '../../../actors/entity/master-form.js';
import type { StoredRecord } from '../../../actors/entity/stored-record.js';
import { valuesForm } from '../../../actors/entity/value-form.js';
import { StoredEntity, thingWith } from '../../support/stored-entity.js';

const MINUTE = 60_000;
const T = Date.UTC(2024, 0, 1);
const ALWAYS = { from: undefined, to: undefined };

const things = {
  name: { type: 'plain', data_type: 'string' },
  big: { type: 'plain', data_type: 'int64' },
  peer: { type: 'plain', data_type: 'link<other>' },
  seen: {
    type: 'observations',
    data_type: 'time',
    history_params: { pre_validity: '5m', post_validity: '10m' },
  },
  ports: { type: 'observations', data_type: 'int', multi_value: true, history_params: {} },
  load: {
    type: 'timeseries',
    timeseries_type: 'regular',
    timeseries_params: { time_step: '1m' },
    series: { x: { data_type: 'int' }, y: { data_type: 'float' } },
  },
  pings: {
    type: 'timeseries',
    timeseries_type: 'irregular_intervals',
    timeseries_params: {},
    series: { ms: { data_type: 'int' } },
  },
};

function filled(): StoredRecord {
  const thing = new StoredEntity(thingWith(things, { type: 'ttl', on_create: '1h' }));
  const plain = { t1: 0, t2: 0, c: 1 };
  thing.apply(
    [
      { attr: 'name', v: 'edge-01', ...plain, src: 'dhcp' },
      { attr: 'big', v: 1n << 62n, ...plain },
      { attr: 'peer', v: { eid: 'o-1' }, ...plain },
    ],
    { receivedAt: T, ttl: { base: T + 60 * MINUTE } },
  );
  thing.apply(
    [
      { attr: 'seen', v: T, t1: T, t2: T + 10 * MINUTE, c: 0.8 },
      { attr: 'ports', v: 22, t1: T, t2: T + MINUTE, c: 1 },
      { attr: 'ports', v: 80, t1: T, t2: T + MINUTE, c: 0.5 },
      {
        attr: 'load',
        v: { series: { x: [1, 2, 3], y: [0.5, 1, 2] } },
        t1: T,
        t2: T + 3 * MINUTE,
        c: 1,
      },
      {
        attr: 'pings',
        v: {
          series: { time_first: [T, T + MINUTE], time_last: [T + 1, T + MINUTE + 1], ms: [7, 8] },
        },
        t1: T,
        t2: T + 2 * MINUTE,
        c: 1,
      },
    ],
    { receivedAt: T + 1, hook: 'geo.guess' },
  );
  return { ...thing.stored, mirrored: () => [] };
}

const UTC = '2024-01-01T00';

test('a master record is everything stored, in the shape of DP³, and nothing the store keeps for itself', () => {
  const { '#time_created': created, ...master } = masterForm(filled(), ALWAYS, T);
  assert.equal(typeof created, 'string');
  assert.deepEqual(master, {
    '#ttl': { base: '2024-01-01T01:00:00Z', data: '2024-01-01T00:10:00Z' },
    name: { v: 'edge-01', ts_last_update: `${UTC}:00:00Z` },
    big: { v: 1n << 62n, ts_last_update: `${UTC}:00:00Z` },
    peer: { v: { eid: 'o-1' }, ts_last_update: `${UTC}:00:00Z` },
    seen: [{ t1: `${UTC}:00:00Z`, t2: `${UTC}:10:00Z`, v: `${UTC}:00:00Z`, c: 0.8 }],
    ports: [
      { t1: `${UTC}:00:00Z`, t2: `${UTC}:01:00Z`, v: 22, c: 1 },
      { t1: `${UTC}:00:00Z`, t2: `${UTC}:01:00Z`, v: 80, c: 0.5 },
    ],
    load: [
      { t1: `${UTC}:00:00Z`, t2: `${UTC}:01:00Z`, v: { x: 1, y: 0.5 } },
      { t1: `${UTC}:01:00Z`, t2: `${UTC}:02:00Z`, v: { x: 2, y: 1 } },
      { t1: `${UTC}:02:00Z`, t2: `${UTC}:03:00Z`, v: { x: 3, y: 2 } },
    ],
    pings: [
      { t1: `${UTC}:00:00Z`, t2: `${UTC}:00:00.001Z`, v: { ms: 7 } },
      { t1: `${UTC}:01:00Z`, t2: `${UTC}:01:00.001Z`, v: { ms: 8 } },
    ],
  });
});

test('dates cut the timeseries of a master record and leave its observations whole', () => {
  const master = masterForm(filled(), { from: T + MINUTE, to: T + 2 * MINUTE }, T);
  assert.equal((master.seen as unknown[]).length, 1);
  assert.deepEqual(master.load, [{ t1: `${UTC}:01:00Z`, t2: `${UTC}:02:00Z`, v: { x: 2, y: 1 } }]);
  assert.deepEqual(master.pings, [{ t1: `${UTC}:01:00Z`, t2: `${UTC}:01:00.001Z`, v: { ms: 8 } }]);
});

const CONFIDENCES: readonly [minutes: number, confidence: number | undefined][] = [
  [-5, undefined],
  [-2.5, 0.4],
  [0, 0.8],
  [10, 0.8],
  [15, 0.4],
  [20, undefined],
];

for (const [minutes, confidence] of CONFIDENCES) {
  test(`${minutes} minutes after its beginning an observation is worth ${confidence ?? 'nothing'}`, () => {
    const values = valuesForm(filled(), T + minutes * MINUTE);
    assert.equal(values['seen#c'], confidence);
    assert.equal(values.seen, confidence === undefined ? undefined : `${UTC}:00:00Z`);
  });
}

test('values hold plain ones always, lists of multi-value ones with their confidences, and no timeseries', () => {
  assert.deepEqual(valuesForm(filled(), T), {
    eid: 'x',
    name: 'edge-01',
    big: 1n << 62n,
    peer: { eid: 'o-1' },
    seen: `${UTC}:00:00Z`,
    'seen#c': 0.8,
    ports: [22, 80],
    'ports#c': [1, 0.5],
  });
});

function attributeAt(attr: string, from: number | undefined, to: number | undefined, at = T) {
  const stored = filled();
  const attribute = stored.entity.attributes.get(attr)!;
  return attributeForm(attribute, stored, { dates: { from, to }, at, now: T });
}

test('an attribute is its kind, its current value and its history within the dates', () => {
  assert.deepEqual(attributeAt('name', undefined, undefined), {
    attr_type: 1,
    current_value: 'edge-01',
    history: [],
  });
  assert.deepEqual(attributeAt('seen', undefined, T + 20 * MINUTE, T + 15 * MINUTE), {
    attr_type: 2,
    current_value: `${UTC}:00:00Z`,
    history: [{ t1: `${UTC}:00:00Z`, t2: `${UTC}:10:00Z`, v: `${UTC}:00:00Z`, c: 0.8 }],
  });
  assert.deepEqual(attributeAt('load', T + MINUTE, T + 2 * MINUTE), {
    attr_type: 4,
    current_value: null,
    history: [{ t1: `${UTC}:01:00Z`, t2: `${UTC}:02:00Z`, v: { x: 2, y: 1 } }],
  });
});

test('history holds what overlaps the dates, both ends inclusive', () => {
  const rows = (from: number, to: number) => attributeAt('seen', from, to).history.length;
  assert.deepEqual(
    [
      rows(T - 1, T - 1),
      rows(T - 1, T),
      rows(T + 10 * MINUTE, T + 11 * MINUTE),
      rows(T + 10 * MINUTE + 1, T + 11 * MINUTE),
    ],
    [0, 1, 1, 0],
  );
});

test('an attribute of an entity that is not there is empty', () => {
  const attribute = filled().entity.attributes.get('big')!;
  const asked = { dates: ALWAYS, at: T, now: T };
  assert.deepEqual(attributeForm(attribute, undefined, asked), {
    attr_type: 1,
    current_value: null,
    history: [],
  });
});

test('history older than max_age is not shown, though the store may still have it', () => {
  const thing = new StoredEntity(
    thingWith({
      a: { type: 'observations', data_type: 'int', history_params: { max_age: '10m' } },
    }),
  );
  thing.apply([{ attr: 'a', v: 1, t1: T, t2: T, c: 1 }]);
  const stored = { ...thing.stored, mirrored: () => [] };
  const attribute = thing.entity.attributes.get('a')!;
  const rows = (now: number) =>
    attributeForm(attribute, stored, { dates: ALWAYS, at: T, now }).history.length;
  assert.deepEqual([rows(T + 10 * MINUTE), rows(T + 10 * MINUTE + 1)], [1, 0]);
});

test('a value is explained by its items, their worth, their sources and hooks, and what they followed from', () => {
  const stored = filled();
  const origin = { by: 'hook', module: 'geo', hook: 'guess', generation: 2 } as const;
  const causes = [{ etype: 'other', eid: 'o-1', origin: { by: 'api' } as const }];
  const explained = explainForm(stored.entity.attributes.get('ports')!, stored, T, (seq) =>
    seq === 4 ? { receivedAt: T, origin, causes } : undefined,
  );
  const item = { t1: `${UTC}:00:00Z`, t2: `${UTC}:01:00Z`, is_value: true, data_points: 1 };
  const from = {
    src: null,
    hook: 'geo.guess',
    received: `${UTC}:00:00Z`,
    origin: 'hook geo.guess (generation 2)',
    causes: [{ etype: 'other', eid: 'o-1', origin: 'api' }],
  };
  assert.deepEqual(explained, {
    attr_type: 2,
    at: `${UTC}:00:00Z`,
    value: [22, 80],
    confidence: [1, 0.5],
    items: [
      { v: 22, ...item, confidence: 1, ...from },
      { v: 80, ...item, confidence: 0.5, ...from },
    ],
  });
});

test('where the log has been cut, a plain value still names its source', () => {
  const stored = filled();
  const name = stored.entity.attributes.get('name')!;
  const { items } = explainForm(name, stored, T, () => undefined) as { items: unknown[] };
  assert.deepEqual(items, [
    {
      v: 'edge-01',
      ts_last_update: `${UTC}:00:00Z`,
      is_value: true,
      data_points: 1,
      src: 'dhcp',
      hook: null,
      received: null,
      origin: null,
      causes: [],
    },
  ]);
});
