/**
 * Timeseries values: the rules of each kind in tables, and the same rules written naively over random lists.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Attribute } from '../../../stores/schema/attribute.js';
import type { InputFault } from '../../../stores/schema/input-fault.js';
import { createModel, type Model } from '../../../stores/schema/model.js';
import { parseSeries } from '../../../stores/schema/series-value.js';
import { printTime, TIME_MAX } from '../../../stores/schema/time-value.js';
import { refusal } from '../../support/parsing.js';

const STEP = 60_000;
const model = createModel([
  {
    entity: { id: 'e', name: 'e', snapshot: true },
    attribs: {
      regular: {
        name: 'r',
        type: 'timeseries',
        timeseries_type: 'regular',
        timeseries_params: { time_step: '1m' },
        series: { a: { data_type: 'int' }, b: { data_type: 'float' } },
      },
      irregular: {
        name: 'i',
        type: 'timeseries',
        timeseries_type: 'irregular',
        timeseries_params: {},
        series: { a: { data_type: 'int64' }, time_last: { data_type: 'int' } },
      },
      intervals: {
        name: 'v',
        type: 'timeseries',
        timeseries_type: 'irregular_intervals',
        timeseries_params: {},
        series: { constructor: { data_type: 'int' } },
      },
      times: {
        name: 't',
        type: 'timeseries',
        timeseries_type: 'irregular',
        timeseries_params: {},
      },
    },
  },
]) as Model;
const attribute = (id: string): Attribute => model.entities.get('e')!.attributes.get(id)!;

/** t2 and series, or faults. Times here are small numbers of seconds. */
function read(id: string, v: unknown, t1: number, t2?: number): unknown {
  const faults: InputFault[] = [];
  const times = { t1: t1 * 1_000, t2: t2 === undefined ? undefined : t2 * 1_000 };
  const parsed = parseSeries(attribute(id), v, times, faults);
  assert.equal(parsed === undefined, faults.length > 0);
  return parsed === undefined ? refusal(faults) : [parsed.t2 / 1_000, parsed.v.series];
}

type Row = readonly [
  what: string,
  v: unknown,
  t1: number,
  t2: number | undefined,
  expected: unknown,
];

const REGULAR: readonly Row[] = [
  ['ends its steps after t1', { a: [1, '2'], b: [1, 2] }, 60, 180, [180, { a: [1, 2], b: [1, 2] }]],
  [
    'ends there if t2 is not given',
    { a: [1, 2], b: [1, 2] },
    60,
    undefined,
    [180, { a: [1, 2], b: [1, 2] }],
  ],
  ['may not end elsewhere', { a: [1, 2], b: [1, 2] }, 60, 60, '✗ value_error t2'],
  ['may be empty', { a: [], b: [] }, 60, undefined, [60, { a: [], b: [] }]],
  ['may be empty with a t2', { a: [], b: [] }, 60, 60, [60, { a: [], b: [] }]],
  ['drops unknown series', { a: [1], b: [1], x: 'no' }, 0, 60, [60, { a: [1], b: [1] }]],
  ['needs every series', { a: [1] }, 0, 60, '✗ missing v.b'],
  ['needs lists', { a: [1], b: 1 }, 0, 60, '✗ list_type v.b'],
  ['needs lists of one length', { a: [1], b: [1, 2] }, 0, 60, '✗ value_error v'],
  [
    'needs elements of their types',
    { a: [1, 'x'], b: [null, 1] },
    0,
    60,
    '✗ int_parsing v.a.1, float_type v.b.0',
  ],
  ['needs an object', [1], 0, 60, '✗ model_type v'],
  ['needs an object, not null', null, 0, 60, '✗ model_type v'],
  [
    'may not end beyond the year 9999',
    { a: [1], b: [1] },
    Math.floor(TIME_MAX / 1_000),
    undefined,
    '✗ datetime_parsing t2',
  ],
];

const IRREGULAR: readonly Row[] = [
  [
    'lies within t1 and t2',
    { a: [5, 6], time: [10, 20], time_last: [1, 1] },
    5,
    25,
    [25, { a: [5n, 6n], time_last: [1, 1], time: [10_000, 20_000] }],
  ],
  [
    'ends with its last time',
    { a: [5, 6], time: [10, 20], time_last: [1, 1] },
    5,
    undefined,
    [20, { a: [5n, 6n], time_last: [1, 1], time: [10_000, 20_000] }],
  ],
  [
    'has naive times in UTC',
    { a: [1], time: ['1970-01-01T00:00:07'], time_last: [1] },
    7,
    7,
    [7, { a: [1n], time_last: [1], time: [7_000] }],
  ],
  [
    'may be empty',
    { a: [], time: [], time_last: [] },
    5,
    undefined,
    [5, { a: [], time_last: [], time: [] }],
  ],
  [
    'may have equal times',
    { a: [1, 1], time: [9, 9], time_last: [1, 1] },
    9,
    undefined,
    [9, { a: [1n, 1n], time_last: [1, 1], time: [9_000, 9_000] }],
  ],
  ['may not begin before t1', { a: [1], time: [4], time_last: [1] }, 5, 9, '✗ value_error v'],
  ['may not end after t2', { a: [1], time: [10], time_last: [1] }, 5, 9, '✗ value_error t2'],
  ['may not go back', { a: [1, 1], time: [9, 8], time_last: [1, 1] }, 5, 9, '✗ value_error v'],
  ['needs its times', { a: [1], time_last: [1] }, 5, 9, '✗ missing v.time'],
  ['needs as many times', { a: [1], time: [6, 7], time_last: [1] }, 5, 9, '✗ value_error v'],
];

const INTERVALS: readonly Row[] = [
  [
    'lies within t1 and t2',
    { constructor: [1], time_first: [6], time_last: [8] },
    5,
    9,
    [9, { constructor: [1], time_first: [6_000], time_last: [8_000] }],
  ],
  [
    'ends with its last interval',
    { constructor: [1], time_first: [6], time_last: [8] },
    5,
    undefined,
    [8, { constructor: [1], time_first: [6_000], time_last: [8_000] }],
  ],
  [
    'ends with the latest if they are not in order',
    { constructor: [1, 2], time_first: [6, 5], time_last: [8, 7] },
    5,
    undefined,
    [8, { constructor: [1, 2], time_first: [6_000, 5_000], time_last: [8_000, 7_000] }],
  ],
  [
    'has only its last one held against t2',
    { constructor: [1, 2], time_first: [6, 5], time_last: [8, 7] },
    5,
    7,
    [7, { constructor: [1, 2], time_first: [6_000, 5_000], time_last: [8_000, 7_000] }],
  ],
  [
    'may be empty',
    { constructor: [], time_first: [], time_last: [] },
    5,
    undefined,
    [5, { constructor: [], time_first: [], time_last: [] }],
  ],
  [
    'may not begin before t1',
    { constructor: [1], time_first: [4], time_last: [8] },
    5,
    9,
    '✗ value_error v',
  ],
  [
    'may not end after t2',
    { constructor: [1], time_first: [6], time_last: [10] },
    5,
    9,
    '✗ value_error t2',
  ],
  [
    'may not end before it begins',
    { constructor: [1], time_first: [8], time_last: [7] },
    5,
    9,
    '✗ value_error v',
  ],
  [
    'needs a series even if every object has one of its name',
    { time_first: [6], time_last: [8] },
    5,
    9,
    '✗ missing v.constructor',
  ],
];

for (const [kind, rows] of Object.entries({
  regular: REGULAR,
  irregular: IRREGULAR,
  intervals: INTERVALS,
})) {
  describe(`a timeseries value, ${kind}`, () => {
    for (const [what, v, t1, t2, expected] of rows) {
      it(what, () => assert.deepEqual(read(kind, v, t1, t2), expected));
    }
  });
}

describe('a timeseries value', () => {
  it('may have no series but the implied one', () => {
    assert.deepEqual(read('times', { time: [6, 7] }, 5), [7, { time: [6_000, 7_000] }]);
  });

  it('says which times were wrong', () => {
    const faults: InputFault[] = [];
    const v = { a: [1], b: [1] };
    parseSeries(attribute('regular'), v, { t1: 0, t2: 5, t2Input: '5e-3' }, faults);
    assert.equal(faults[0]!.input, '5e-3');
    assert.match(faults[0]!.msg, /= 1970-01-01T00:01:00Z, got 1970-01-01T00:00:00\.005Z$/);
    assert.equal(printTime(STEP), '1970-01-01T00:01:00Z');
  });

  it('is taken exactly when the rules, written naively, hold', () => {
    const second = fc.integer({ min: 0, max: 6 });
    const input = fc.record({
      first: fc.array(second, { maxLength: 4 }),
      last: fc.array(second, { maxLength: 4 }),
      t1: second,
      length: second,
      hasT2: fc.boolean(),
    });
    fc.assert(
      fc.property(input, ({ first, last, t1, length, hasT2 }) => {
        const t2 = t1 + length;
        const given = hasT2 ? t2 : undefined;
        const isWithin = (from: number[], to: number[]): boolean =>
          from.length === 0 || (t1 <= from[0]! && (!hasT2 || to.at(-1)! <= t2));
        const isSorted = first.every((one, index) => index === 0 || first[index - 1]! <= one);
        assert.equal(
          Array.isArray(read('times', { time: first }, t1, given)),
          isWithin(first, first) && isSorted,
        );
        const intervals = { constructor: first, time_first: first, time_last: last };
        const isPaired =
          first.length === last.length && first.every((one, index) => one <= last[index]!);
        assert.equal(
          Array.isArray(read('intervals', intervals, t1, given)),
          isPaired && isWithin(first, last),
        );
        const regular = { a: first, b: first };
        assert.equal(
          Array.isArray(read('regular', regular, t1, hasT2 ? t1 + length * 60 : undefined)),
          !hasT2 || length === first.length,
        );
      }),
      { numRuns: 3_000 },
    );
  });
});
