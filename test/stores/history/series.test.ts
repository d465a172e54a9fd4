import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinSeries, lengthOf, samplesOf, splitSeries } from '../../../stores/history/series.js';
import { STORE_LIMITS } from '../../../stores/limits.js';
import type { Item } from '../../../stores/record.js';
import type { Attribute } from '../../../stores/schema/attribute.js';
import { attributeWith } from '../../support/stored-entity.js';

const INT = { data_type: 'int' };
const kind = (timeseries_type: string, more = {}, series: object = { x: INT }) =>
  attributeWith({ type: 'timeseries', timeseries_type, timeseries_params: more, series });
const REGULAR = kind('regular', { time_step: '10s' });
const IRREGULAR = kind('irregular');
const INTERVALS = kind('irregular_intervals');

function chunk(t1: number, t2: number, series: Record<string, number[]>, src?: string): Item {
  return { t1, t2, v: { series }, c: 1, seq: t1, weight: 1, src, hook: undefined };
}

const allOf = (items: readonly Item[], attribute: Attribute) =>
  items.flatMap((one) => samplesOf(one, attribute, -Infinity, Infinity));

test('a regular series has a sample each step', () => {
  const one = chunk(1_000, 31_000, { x: [5, 6, 7] });
  assert.deepEqual(samplesOf(one, REGULAR, 11_000, 31_000), [
    { t1: 11_000, t2: 21_000, v: { x: 6 } },
    { t1: 21_000, t2: 31_000, v: { x: 7 } },
  ]);
  assert.equal(samplesOf(one, REGULAR, 0, 1e9).length, 3);
  assert.equal(samplesOf(one, REGULAR, 0, 30_999).length, 2);
});

test('an irregular series has its samples at their times', () => {
  const one = chunk(0, 50, { x: [5, 6, 7], time: [10, 10, 40] });
  assert.deepEqual(samplesOf(one, IRREGULAR, 10, 39), [
    { t1: 10, t2: 10, v: { x: 5 } },
    { t1: 10, t2: 10, v: { x: 6 } },
  ]);
});

test('a series of intervals has its samples from first to last, in the order they came', () => {
  const one = chunk(0, 50, { x: [5, 6], time_first: [20, 10], time_last: [30, 12] });
  assert.deepEqual(samplesOf(one, INTERVALS, 0, 50), [
    { t1: 20, t2: 30, v: { x: 5 } },
    { t1: 10, t2: 12, v: { x: 6 } },
  ]);
  assert.deepEqual(samplesOf(one, INTERVALS, 10, 29), [{ t1: 10, t2: 12, v: { x: 6 } }]);
});

test('a series of nothing but times is given as a whole', () => {
  const attribute = kind('irregular', {}, {});
  const one = chunk(0, 50, { time: [10, 20] });
  assert.deepEqual(samplesOf(one, attribute, 0, 5), [{ t1: 0, t2: 50, v: { time: [10, 20] } }]);
});

test('chunks that follow each other are joined, others are not', () => {
  const regular = [
    chunk(0, 20_000, { x: [1, 2] }),
    chunk(20_000, 30_000, { x: [3] }),
    chunk(40_000, 50_000, { x: [4] }),
    chunk(50_000, 60_000, { x: [5] }, 'other'),
  ];
  const joined = joinSeries(regular, REGULAR);
  assert.deepEqual(
    joined.map((one) => [one.t1, one.t2, one.weight, lengthOf(one)]),
    [
      [0, 30_000, 2, 3],
      [40_000, 50_000, 1, 1],
      [50_000, 60_000, 1, 1],
    ],
  );
  assert.deepEqual(allOf(joined, REGULAR), allOf(regular, REGULAR));
  // Of another step, and of other series.
  const other = [chunk(0, 10_000, { x: [1, 2] }), chunk(10_000, 20_000, { x: [3] })];
  assert.equal(joinSeries(other, REGULAR), other);
  const unlike = [chunk(0, 5, { x: [1], time: [1] }), chunk(5, 9, { y: [1], time: [5] })];
  assert.equal(joinSeries(unlike, IRREGULAR), unlike);
});

test('joining and splitting keep every sample in its order', () => {
  const times = fc.array(fc.nat(5_000), { minLength: 1, maxLength: 1_500 });
  fc.assert(
    fc.property(times, fc.array(fc.nat(1_500), { maxLength: 8 }), (list, cuts) => {
      const time = [...list].sort((a, b) => a - b);
      const ends = [...new Set([...cuts, time.length])].filter(
        (cut) => cut <= time.length && cut > 0,
      );
      let from = 0;
      const chunks: Item[] = [];
      for (const to of ends.sort((a, b) => a - b)) {
        const part = time.slice(from, to);
        const x = part.map((_, place) => from + place);
        chunks.push(chunk(part[0]!, part.at(-1)!, { x, time: part }));
        from = to;
      }
      const expected = time.map((t, x) => ({ t1: t, t2: t, v: { x } }));
      const pieces = chunks.flatMap((one) => splitSeries(one, IRREGULAR));
      const joined = joinSeries(pieces, IRREGULAR);
      for (const one of [...pieces, ...joined])
        assert.ok(lengthOf(one) <= STORE_LIMITS.seriesSamples);
      assert.deepEqual(allOf(pieces, IRREGULAR), expected);
      assert.deepEqual(allOf(joined, IRREGULAR), expected);
    }),
    { numRuns: 50 },
  );
  const long = chunk(0, 20_000_000, { x: Array.from({ length: 2_000 }, (_, x) => x) });
  const pieces = splitSeries(long, REGULAR);
  assert.deepEqual(allOf(pieces, REGULAR), allOf([long], REGULAR));
  assert.deepEqual([pieces[0]?.t1, pieces[1]?.t1, pieces.at(-1)?.t2], [0, 5_120_000, 20_000_000]);
});
