/**
 * Data-points of a body: the tables of DP³'s wire format, two-stage reporting, and hostile elements. Expected rows say
 * what is stored, or the kinds and places of the faults.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type DataPoint, parseDataPoint, parsePointOf } from '../../../stores/schema/data-point.js';
import type { InputFault } from '../../../stores/schema/input-fault.js';
import { parseJsonBody } from '../../../stores/schema/json-body.js';
import { createModel, type Model } from '../../../stores/schema/model.js';
import { refusal } from '../../support/parsing.js';

const T1 = '2024-01-01T00:00:00Z';
const T2 = '2024-01-01T00:03:00Z';
const [AT1, AT2] = [Date.parse(T1), Date.parse(T2)];
const model = modelOf([
  {
    entity: { id: 'ip', id_data_type: 'ipv4', name: 'address', snapshot: true },
    attribs: {
      name: { name: 'n', type: 'plain', data_type: 'string' },
      score: { name: 's', type: 'observations', data_type: 'int' },
      big: { name: 'b', type: 'plain', data_type: 'int64' },
      any: { name: 'a', type: 'plain', data_type: 'json' },
      open: { name: 'o', type: 'observations', data_type: 'dict<port:int,why?:string>' },
      load: {
        name: 'l',
        type: 'timeseries',
        timeseries_type: 'regular',
        timeseries_params: { time_step: '1m' },
        series: { in: { data_type: 'int' }, out: { data_type: 'float' } },
      },
      seen: {
        name: 'e',
        type: 'timeseries',
        timeseries_type: 'irregular',
        timeseries_params: {},
        series: { n: { data_type: 'int' } },
      },
      flows: {
        name: 'f',
        type: 'timeseries',
        timeseries_type: 'irregular_intervals',
        timeseries_params: {},
        series: { n: { data_type: 'int64' } },
      },
    },
  },
  {
    entity: { id: 'device', id_data_type: 'int', name: 'device', snapshot: true },
    attribs: {
      on: { name: 'o', type: 'plain', data_type: 'link<ip;mirror=devices>' },
    },
  },
]);

type Row = readonly [what: string, members: object, expected: unknown];

/** What a point of `ip` 10.0.0.1 with these members becomes: the point without its attribute, or the faults. */
function read(members: object): unknown {
  const faults: InputFault[] = [];
  const located = parseDataPoint(model, { type: 'ip', id: '10.0.0.1', ...members }, 3, faults);
  assert.equal(located === undefined, faults.length > 0, 'undefined and faults go together');
  if (located === undefined) {
    for (const { loc } of faults) assert.deepEqual(loc.slice(0, 2), ['body', 3]);
    return refusal(faults.map((fault) => ({ ...fault, loc: fault.loc.slice(2) })));
  }
  assert.deepEqual([located.entity.id, located.eid, located.index], ['ip', '10.0.0.1', 3]);
  const { attr, ...point } = located.point;
  return point;
}

const plain = (v: unknown, src?: string): Omit<DataPoint, 'attr'> => ({
  v,
  t1: 0,
  t2: 0,
  c: 1,
  src,
});
const seen = (v: unknown, t2 = AT1, c = 1, t1 = AT1): Omit<DataPoint, 'attr'> => ({
  v,
  t1,
  t2,
  c,
  src: undefined,
});

const PLAIN: readonly Row[] = [
  ['has a value and a source', { v: 'x', src: 'scan' }, plain('x', 'scan')],
  ['may have a t1, which is ignored', { v: 'x', t1: T1 }, plain('x')],
  ['may not have a t1 that is no time', { v: 'x', t1: 'no' }, '✗ datetime_from_date_parsing t1'],
  ['may not have a t2', { v: 'x', t1: T1, t2: T2 }, '✗ none_required t2'],
  ['may have a t2 of null', { v: 'x', t2: null }, plain('x')],
  ['may have an empty t2', { v: 'x', t2: '' }, plain('x')],
  ['may have a confidence, which is ignored', { v: 'x', c: 0.5 }, plain('x')],
  ['may not have a confidence above 1', { v: 'x', c: 1.5 }, '✗ less_than_equal c'],
  ['may have other keys', { v: 'x', more: 1 }, plain('x')],
  ['needs a value of its type', { v: 5 }, '✗ string_type v'],
  ['needs a value', {}, '✗ missing v'],
  ['may have a source of null', { v: 'x', src: null }, plain('x')],
  ['needs a source that is text', { v: 'x', src: 5 }, '✗ string_type src'],
  ['needs a source that UTF-8 can hold', { v: 'x', src: '\ud800' }, '✗ string_unicode src'],
];

const OBSERVATIONS: readonly Row[] = [
  ['has validity and confidence', { v: 5, t1: T1, t2: T2, c: 0.25 }, seen(5, AT2, 0.25)],
  ['ends when it begins, unless told', { v: 5, t1: T1 }, seen(5)],
  ['ends when it begins if t2 is null', { v: 5, t1: T1, t2: null }, seen(5)],
  ['ends when it begins if t2 is empty', { v: 5, t1: T1, t2: '' }, seen(5)],
  ['ends when it begins if t2 is 0', { v: 5, t1: T1, t2: 0 }, seen(5)],
  ['has times in UTC if they name no zone', { v: 5, t1: '2024-01-01 00:00:00' }, seen(5)],
  ['has times in any zone', { v: 5, t1: '2024-01-01T01:00:00+01:00', t2: T1 }, seen(5)],
  ['has times in unix seconds', { v: 5, t1: AT1 / 1_000, t2: String(AT2) }, seen(5, AT2)],
  ['may begin in 1970', { v: 5, t1: 0 }, seen(5, 0, 1, 0)],
  [
    'may lie in the far future',
    { v: 5, t1: '9999-01-01' },
    seen(5, 253_370_764_800_000, 1, 253_370_764_800_000),
  ],
  ['needs a t1', { v: 5 }, '✗ missing t1'],
  ['needs a t1 that is not null', { v: 5, t1: null }, '✗ datetime_type t1'],
  ['needs a t1 that is a time', { v: 5, t1: true }, '✗ datetime_type t1'],
  ['may not end before it begins', { v: 5, t1: T2, t2: T1 }, '✗ value_error t2'],
  ['may have confidence as text', { v: 5, t1: T1, c: '0.5' }, seen(5, AT1, 0.5)],
  ['may have confidence 0 and 1', { v: 5, t1: T1, c: 0 }, seen(5, AT1, 0)],
  ['may not have confidence null', { v: 5, t1: T1, c: null }, '✗ float_type c'],
  ['may not have confidence below 0', { v: 5, t1: T1, c: -0.1 }, '✗ greater_than_equal c'],
  ['may not have confidence NaN', { v: 5, t1: T1, c: 'nan' }, '✗ finite_number c'],
  ['needs a value of its type', { v: 'x', t1: T1 }, '✗ int_parsing v'],
  ['lists faults of value and times', { v: 'x' }, '✗ int_parsing v, missing t1'],
];

const ENVELOPE: readonly Row[] = [
  ['type', { type: undefined, v: 'x' }, '✗ missing type'],
  ['type as text', { type: 5, v: 'x' }, '✗ string_type type'],
  ['id', { id: undefined, v: 'x' }, '✗ missing id'],
  ['attr', { attr: undefined, v: 'x' }, '✗ missing attr'],
  ['attr as text', { attr: null, v: 'x' }, '✗ string_type attr'],
  ['known type', { type: 'nothing', v: 'x' }, '✗ value_error'],
  ['type of its own', { type: '__proto__', v: 'x' }, '✗ value_error'],
  ['known attribute', { attr: 'nothing', v: 'x' }, '✗ value_error'],
  ['attribute of its own', { attr: 'constructor', v: 'x' }, '✗ value_error'],
  ['attribute that is no mirror', { attr: 'devices', v: [] }, '✗ value_error'],
  ['id of its type', { id: 'x', v: 'x' }, '✗ ip_v4_address eid'],
  ['id that is not null', { id: null, v: 'x' }, '✗ ip_v4_address eid'],
  ['sound value and id both', { id: 'x', v: 5 }, '✗ ip_v4_address eid, string_type v'],
  [
    'sound envelope before the value is looked at',
    { id: 'x', v: 5, t1: 'no', t2: [1], c: 2, src: 1, attr: undefined },
    '✗ missing attr, datetime_from_date_parsing t1, datetime_type t2, less_than_equal c, string_type src',
  ],
];

describe('a data-point', () => {
  for (const [what, members, expected] of ENVELOPE) {
    it(`needs a ${what}`, () => assert.deepEqual(read({ attr: 'name', ...members }), expected));
  }
  for (const input of [null, 5, 'x', [], undefined, true]) {
    it(`is not ${JSON.stringify(input)}`, () => {
      const faults: InputFault[] = [];
      assert.equal(parseDataPoint(model, input, 0, faults), undefined);
      assert.deepEqual(
        faults.map(({ type, loc }) => [type, loc]),
        [['model_attributes_type', ['body', 0]]],
      );
    });
  }

  it('names one entity in all spellings of its id', () => {
    for (const id of [167_772_161, '10.0.0.1']) {
      assert.deepEqual(read({ id, attr: 'name', v: 'x' }), plain('x'));
    }
    const device = parseDataPoint(
      model,
      { type: 'device', id: '5', attr: 'on', v: { eid: 1 } },
      0,
      [],
    );
    assert.deepEqual([device?.eid, device?.point.v], [5, { eid: '0.0.0.1' }]);
  });

  it('is told what was wrong with it as DP³ tells it', () => {
    const faults: InputFault[] = [];
    parseDataPoint(model, { type: 'ip', id: '10.0.0.1', attr: 'nope', v: 1 }, 7, faults);
    parseDataPoint(
      model,
      { type: 'ip', id: '10.0.0.1', attr: 'open', t1: T1, v: { port: 'x' } },
      8,
      faults,
    );
    assert.deepEqual(faults, [
      {
        type: 'value_error',
        loc: ['body', 7],
        msg: "Value error, Combination of type 'ip' and attr 'nope' doesn't exist",
        input: { type: 'ip', id: '10.0.0.1', attr: 'nope', v: 1 },
      },
      {
        type: 'int_parsing',
        loc: ['body', 8, 'v', 'port'],
        msg: 'Input should be a valid integer, unable to parse string as an integer',
        input: 'x',
      },
    ]);
  });

  it('adds its faults to those that are there', () => {
    const faults: InputFault[] = [];
    for (let index = 0; index < 3; index++) parseDataPoint(model, { type: 'ip' }, index, faults);
    assert.equal(faults.length, 9);
    assert.deepEqual(faults[8]!.loc, ['body', 2, 'v']);
    assert.deepEqual(faults[0]!.loc, ['body', 0, 'id']);
  });
});

describe('a data-point of a plain attribute', () => {
  for (const [what, members, expected] of PLAIN) {
    it(what, () => assert.deepEqual(read({ attr: 'name', ...members }), expected));
  }
});

describe('a data-point of an observations attribute', () => {
  for (const [what, members, expected] of OBSERVATIONS) {
    it(what, () => assert.deepEqual(read({ attr: 'score', ...members }), expected));
  }
});

describe('what DP³ accepts and then loses', () => {
  const lost: [string, string, unknown][] = [
    ['NaN in a float is no JSON', '{"attr":"big","v":NaN}', 'BODY_INVALID'],
    [
      'an infinite float is refused',
      '{"attr":"load","t1":0,"v":{"in":[1],"out":[1e999]}}',
      '✗ finite_number v.out.0',
    ],
    ['a scalar of a json attribute is kept', '{"attr":"any","v":"7"}', plain(7)],
    ['null of a json attribute is kept', '{"attr":"any","v":"null"}', plain(null)],
    ['64 bits are kept', '{"attr":"big","v":9223372036854775807}', plain(2n ** 63n - 1n)],
    ['beyond 64 bits is refused', '{"attr":"big","v":9223372036854775808}', '✗ less_than_equal v'],
    [
      'beyond 64 bits is refused in JSON',
      '{"attr":"any","v":[9223372036854775808]}',
      '✗ value_error v',
    ],
    [
      'beyond 53 bits is refused for int',
      '{"attr":"score","t1":0,"v":9007199254740993}',
      '✗ less_than_equal v',
    ],
  ];
  for (const [what, text, expected] of lost) {
    it(what, () => {
      if (expected === 'BODY_INVALID') {
        assert.throws(() => parseJsonBody(text, { bytesMax: 1_000 }), { code: 'BODY_INVALID' });
      } else {
        assert.deepEqual(read(parseJsonBody(text, { bytesMax: 1_000 }) as object), expected);
      }
    });
  }
});

describe('a point of a known entity', () => {
  const entity = model.entities.get('ip')!;
  const pointOf = (input: object): unknown => {
    const faults: InputFault[] = [];
    const point = parsePointOf(
      entity,
      input as { attr: unknown; v: unknown },
      ['tasks', 1],
      faults,
    );
    if (point === undefined) return refusal(faults);
    const { attr, ...rest } = point;
    return rest;
  };

  it('has numbers as epoch milliseconds, however small', () => {
    assert.deepEqual(pointOf({ attr: 'score', v: 1, t1: 5, t2: 7.9 }), seen(1, 7, 1, 5));
    assert.deepEqual(pointOf({ attr: 'score', v: 1, t1: 0, t2: 0 }), seen(1, 0, 1, 0));
    assert.deepEqual(pointOf({ attr: 'score', v: 1, t1: 1e18 }), '✗ datetime_parsing tasks.1.t1');
    assert.deepEqual(
      pointOf({ attr: 'score', v: 1, t1: Number.NaN }),
      '✗ datetime_parsing tasks.1.t1',
    );
  });

  it('has times as Date or text too', () => {
    assert.deepEqual(pointOf({ attr: 'score', v: 1, t1: new Date(AT1), t2: T2 }), seen(1, AT2));
  });

  it('is told its faults where the caller says', () => {
    assert.equal(pointOf({ attr: 'nope', v: 1 }), '✗ value_error tasks.1');
    assert.equal(pointOf({ attr: 'devices', v: [] }), '✗ value_error tasks.1');
    assert.equal(pointOf({ v: 1 }), '✗ missing tasks.1.attr');
    assert.equal(pointOf({ attr: 'name' }), '✗ missing tasks.1.v');
    assert.equal(pointOf({ attr: 'name', v: 5 }), '✗ string_type tasks.1.v');
    assert.equal(pointOf(null as unknown as object), '✗ model_attributes_type tasks.1');
  });
});

describe('any element of a body', () => {
  it('is a data-point or has faults, and never throws', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 2 });
    const time = fc.oneof(anything, fc.constantFrom(T1, T2, 0, 1, AT1 / 1_000, null, ''));
    const lists = fc.record(
      Object.fromEntries(
        ['in', 'out', 'n', 'time', 'time_first', 'time_last'].map((id) => [id, fc.array(time)]),
      ),
      { requiredKeys: [] },
    );
    const attrs = [...model.entities.get('ip')!.attributes.keys()];
    const mostly = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
      fc.oneof({ arbitrary: good, weight: 9 }, anything);
    const point = fc.record(
      {
        type: mostly(fc.constant('ip')),
        id: mostly(fc.constant('10.0.0.1')),
        attr: mostly(fc.constantFrom(...attrs)),
        v: fc.oneof(anything, lists, fc.integer(), fc.string()),
        t1: mostly(fc.constant(T1)),
        t2: time,
        c: mostly(fc.double({ min: 0, max: 1, noNaN: true })),
        src: mostly(fc.string()),
      },
      { requiredKeys: ['type', 'id', 'attr', 'v', 't1'] },
    );
    const elements = fc.oneof(anything, { arbitrary: point, weight: 9 });
    let taken = 0;
    fc.assert(
      fc.property(elements, (element) => {
        const faults: InputFault[] = [];
        const located = parseDataPoint(model, element, 0, faults);
        assert.equal(located === undefined, faults.length > 0);
        for (const { loc, msg, type } of faults) {
          assert.deepEqual(loc.slice(0, 2), ['body', 0]);
          assert.ok(msg !== '' && type !== '');
        }
        if (located === undefined) return;
        taken++;
        const { attr, t1, t2, c } = located.point;
        assert.ok(t1 <= t2 && c >= 0 && c <= 1 && Number.isInteger(t1) && Number.isInteger(t2));
        assert.equal(located.entity.attributes.get(attr.id), attr);
      }),
      { numRuns: 5_000 },
    );
    assert.ok(taken > 50, `expected some of the elements to be data-points, got ${taken}`);
  });
});

function modelOf(specs: readonly unknown[]): Model {
  const made = createModel(specs);
  assert.ok(!Array.isArray(made), JSON.stringify(made));
  return made as Model;
}
