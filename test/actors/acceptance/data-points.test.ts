/**
 * The data-point as DP³'s senders write it: its members by kind of attribute, its times, the rules of the three kinds of
 * timeseries, and how a batch with faults is answered.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApplication } from '../../support/dp3-application.js';
import type { ServedPlatform } from '../../support/served-platform.js';

const DEVICE = `entity: { id: device, id_data_type: mac, name: Device, snapshot: true }
attribs:
  plain: { name: A, type: plain, data_type: int }
  seen: { name: A, type: observations, data_type: string, history_params: {} }
  regular:
    { name: A, type: timeseries, timeseries_type: regular, timeseries_params: { time_step: 1m },
      series: { x: { data_type: int }, y: { data_type: float } } }
  irregular:
    { name: A, type: timeseries, timeseries_type: irregular, timeseries_params: {},
      series: { x: { data_type: int } } }
  intervals:
    { name: A, type: timeseries, timeseries_type: irregular_intervals, timeseries_params: {},
      series: { x: { data_type: int } } }
  owner: { name: A, type: plain, data_type: link<person;mirror=devices> }
`;
const PERSON = 'entity: { id: person, id_data_type: int, name: P, snapshot: true }\nattribs: {}\n';
const ADDRESS =
  'entity: { id: addr, id_data_type: ipv4, name: P, snapshot: true }\nattribs: { n: { name: N, type: plain, data_type: int } }\n';

const T0 = '2024-01-01T00:00:00Z';
const T1 = '2024-01-01T00:01:00Z';
const T2 = '2024-01-01T00:02:00Z';
let served: ServedPlatform;

before(async () => {
  served = await startApplication({
    entities: { device: DEVICE, person: PERSON, addr: ADDRESS },
  });
});
after(() => served.stop());

let ids = 0;
function nextId(): string {
  return (ids++)
    .toString(16)
    .padStart(12, '0')
    .replace(/(..)(?!$)/g, '$1:');
}

interface Fault {
  readonly loc: readonly unknown[];
  readonly msg: string;
  readonly type: string;
  readonly input?: unknown;
}

function faultsOf(json: unknown): readonly Fault[] {
  return (json as { detail: readonly Fault[] }).detail;
}

/** What a data-point may say, with the history or value that follows from it. */
const GOOD: readonly [what: string, point: object, history: unknown][] = [
  ['t1 of plain, which is ignored', { attr: 'plain', v: 1, t1: T0, t2: null, c: 0.1 }, 1],
  ['members nobody knows', { attr: 'plain', v: 2, colour: 'red', tags: [] }, 2],
  ['no src and a src of null', { attr: 'plain', v: 3, src: null }, 3],
  ['no t2, which is t1 then', { attr: 'seen', v: 'a', t1: T0 }, [T0, T0, 1]],
  ['an empty t2', { attr: 'seen', v: 'a', t1: T0, t2: '' }, [T0, T0, 1]],
  ['a t2 of 0', { attr: 'seen', v: 'a', t1: T0, t2: 0 }, [T0, T0, 1]],
  [
    'times without zone, which are UTC',
    { attr: 'seen', v: 'a', t1: '2024-01-01 00:00:00', t2: '2024-01-01T00:01' },
    [T0, T1, 1],
  ],
  [
    'times with another offset',
    { attr: 'seen', v: 'a', t1: '2024-01-01T02:00:00+02:00', t2: '2023-12-31T19:01:00-0500' },
    [T0, T1, 1],
  ],
  ['unix times', { attr: 'seen', v: 'a', t1: 1704067200, t2: '1704067260000' }, [T0, T1, 1]],
  ['a confidence as text', { attr: 'seen', v: 'a', t1: T0, c: '0.25' }, [T0, T0, 0.25]],
  [
    'a time far ahead',
    { attr: 'seen', v: 'a', t1: T0, t2: '2999-01-01' },
    [T0, '2999-01-01T00:00:00Z', 1],
  ],
  [
    'a regular series',
    { attr: 'regular', v: { x: [1, '2'], y: [0.5, 1] }, t1: T0, t2: T2 },
    { x: [1, 2], y: [0.5, 1] },
  ],
  [
    'a regular series without t2',
    { attr: 'regular', v: { x: [1], y: [2] }, t1: T0 },
    { x: [1], y: [2] },
  ],
  [
    'a series nobody defined, which is dropped',
    { attr: 'regular', v: { x: [1], y: [2], z: [3] }, t1: T0 },
    { x: [1], y: [2] },
  ],
  [
    'an irregular series',
    { attr: 'irregular', v: { time: [T0, T1, T1], x: [1, 2, 3] }, t1: T0, t2: T2 },
    { time: [T0, T1, T1], x: [1, 2, 3] },
  ],
  [
    'an irregular series without t2 and without zones',
    {
      attr: 'irregular',
      v: { time: ['2024-01-01T00:00:00', '2024-01-01T00:01:00'], x: [1, 2] },
      t1: '2024-01-01T00:00:00',
    },
    { time: [T0, T1], x: [1, 2] },
  ],
  [
    'intervals in any order',
    {
      attr: 'intervals',
      v: { time_first: [T0, T0], time_last: [T2, T1], x: [1, 2] },
      t1: T0,
      t2: T2,
    },
    { x: [1, 2] },
  ],
];

describe('a data-point may have', () => {
  for (const [what, point, expected] of GOOD) {
    test(what, async () => {
      const id = nextId();
      await served.write([{ type: 'device', id, ...point }]);
      const { attr } = point as { attr: string };
      const { json } = await served.get(`/entity/device/${id}/get/${attr}?date_to=3000-01-01`);
      const { current_value, history } = json as {
        current_value: unknown;
        history: { t1: string; t2: string; c: number; v: Record<string, unknown> }[];
      };
      if (attr === 'plain') return assert.equal(current_value, expected);
      if (attr === 'seen') {
        return assert.deepEqual(
          history.map(({ t1, t2, c }) => [t1, t2, c]),
          [expected],
        );
      }
      for (const [name, values] of Object.entries(expected as Record<string, unknown[]>)) {
        if (name === 'time')
          assert.deepEqual(
            history.map(({ t1 }) => t1),
            values,
          );
        else
          assert.deepEqual(
            history.map(({ v }) => v[name]),
            values,
          );
      }
    });
  }
});

/** What is refused: the place behind the index, and the type of the fault. */
const BAD: readonly [what: string, point: unknown, loc: readonly unknown[], type?: string][] = [
  ['no object', 7, [], 'model_attributes_type'],
  ['no type', { id: nextId(), attr: 'plain', v: 1 }, ['type'], 'missing'],
  ['no id', { type: 'device', attr: 'plain', v: 1 }, ['id'], 'missing'],
  ['no attr', { type: 'device', id: nextId(), v: 1 }, ['attr'], 'missing'],
  ['no v', { type: 'device', id: nextId(), attr: 'plain' }, ['v'], 'missing'],
  ['a type nobody defined', { type: 'nix', id: 1, attr: 'plain', v: 1 }, [], 'value_error'],
  ['an attribute nobody defined', { attr: 'nix', v: 1 }, [], 'value_error'],
  ['the mirror of a link', { type: 'person', id: 1, attr: 'devices', v: [] }, []],
  ['an id of another kind', { id: 'nix', attr: 'plain', v: 1 }, ['eid']],
  ['a number as a mac', { id: 5, attr: 'plain', v: 1 }, ['eid']],
  ['t2 of plain', { attr: 'plain', v: 1, t1: T0, t2: T1 }, ['t2'], 'none_required'],
  ['a t1 of plain that is no time', { attr: 'plain', v: 1, t1: 'soon' }, ['t1']],
  ['no t1 of observations', { attr: 'seen', v: 'a' }, ['t1']],
  ['t2 before t1', { attr: 'seen', v: 'a', t1: T1, t2: T0 }, ['t2']],
  ['a t1 that is no time', { attr: 'seen', v: 'a', t1: 'soon' }, ['t1']],
  ['a confidence above 1', { attr: 'seen', v: 'a', t1: T0, c: 1.5 }, ['c'], 'less_than_equal'],
  ['a confidence below 0', { attr: 'seen', v: 'a', t1: T0, c: -0.1 }, ['c'], 'greater_than_equal'],
  ['a confidence of null', { attr: 'seen', v: 'a', t1: T0, c: null }, ['c']],
  ['a src that is no text', { attr: 'seen', v: 'a', t1: T0, src: 5 }, ['src'], 'string_type'],
  [
    'a series that is missing',
    { attr: 'regular', v: { x: [1] }, t1: T0, t2: T1 },
    ['v', 'y'],
    'missing',
  ],
  ['series of two lengths', { attr: 'regular', v: { x: [1], y: [1, 2] }, t1: T0 }, ['v']],
  [
    'a regular t2 beside the step',
    { attr: 'regular', v: { x: [1], y: [1] }, t1: T0, t2: T2 },
    ['t2'],
  ],
  ['an element that is none', { attr: 'regular', v: { x: ['a'], y: [1] }, t1: T0 }, ['v', 'x', 0]],
  ['a time before t1', { attr: 'irregular', v: { time: [T0], x: [1] }, t1: T1, t2: T2 }, ['v']],
  ['a time behind t2', { attr: 'irregular', v: { time: [T2], x: [1] }, t1: T0, t2: T1 }, ['t2']],
  [
    'times that go back',
    { attr: 'irregular', v: { time: [T1, T0], x: [1, 2] }, t1: T0, t2: T2 },
    ['v'],
  ],
  [
    'an interval that ends before it begins',
    { attr: 'intervals', v: { time_first: [T1], time_last: [T0], x: [1] }, t1: T0, t2: T2 },
    ['v'],
  ],
];

describe('a data-point is refused with', () => {
  for (const [what, point, loc, type] of BAD) {
    test(what, async () => {
      const whole = typeof point === 'object' ? { type: 'device', id: nextId(), ...point } : point;
      const sent =
        what.startsWith('no ') && typeof point === 'object' && what !== 'no t1 of observations'
          ? point
          : whole;
      const { status, json, text } = await served.post('/datapoints', [sent]);
      assert.equal(status, 422, text);
      const faults = faultsOf(json);
      const first = faults.find(
        (fault) => fault.loc.slice(0, 2 + loc.length).join('.') === ['body', 0, ...loc].join('.'),
      );
      assert.ok(first !== undefined, text);
      if (type !== undefined) assert.equal(first.type, type, text);
      assert.ok('input' in first, text);
    });
  }
});

describe('a batch', () => {
  test('is one task per entity however its id is spelt, in the order of its points', async () => {
    const spelt = ['AA:BB:CC:00:00:01', 'aa-bb-cc-00-00-01', 'aa:bb:cc:00:00:01'];
    await served.write(spelt.map((id, v) => ({ type: 'device', id, attr: 'plain', v })));
    const { json } = await served.get(`/entity/device/${spelt[2]}/get/plain`);
    assert.equal((json as { current_value: number }).current_value, 2);
    const raw = await served.get(`/entity/device/raw/get?eid=${spelt[1]}`);
    assert.deepEqual(
      (raw.json as { data: { id: string; v: number }[] }).data.map(({ id, v }) => [id, v]),
      [2, 1, 0].map((v) => [spelt[2], v]),
    );
    await served.write([
      { type: 'addr', id: 3221225985, attr: 'n', v: 1 },
      { type: 'addr', id: '192.0.2.1', attr: 'n', v: 2 },
    ]);
    assert.deepEqual((await served.get('/entity/addr/count')).json, { total_count: 1 });
  });

  test('reports faults of value and id only where the envelope is fine', async () => {
    const { json } = await served.post('/datapoints', [
      { type: 'device', id: 'nix', attr: 'plain', v: 'nix', src: 5 },
      { type: 'device', id: 'nix', attr: 'plain', v: 'nix' },
    ]);
    assert.deepEqual(
      faultsOf(json).map(({ loc }) => loc.slice(1).join('.')),
      ['0.src', '1.eid', '1.v'],
    );
  });

  test('with an unknown type or attribute says that the combination does not exist', async () => {
    const { json } = await served.post('/datapoints', [{ type: 'device', id: 1, attr: 'x', v: 1 }]);
    assert.match(faultsOf(json)[0]!.msg, /^Value error, Combination .*device.*x.* doesn't exist/);
    assert.deepEqual(faultsOf(json)[0]!.loc, ['body', 0]);
  });

  test('that is repeated doubles the history in the raw log', async () => {
    const id = nextId();
    const points = [{ type: 'device', id, attr: 'seen', v: 'a', t1: T0, t2: T1 }];
    await served.write(points);
    await served.write(points);
    const { json } = await served.get(`/entity/device/raw/get?eid=${id}`);
    assert.equal((json as { count: number }).count, 2);
  });
});
