/**
 * The arithmetic of the benchmarks.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, percentile, ratio, spread } from '../../bench/statistics.js';

test('the median is the middle value, or the mean of the two in the middle', () => {
  assert.equal(median([3]), 3);
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 2, 4, 100]), 7);
});

test('values are ordered as numbers, not as text', () => {
  assert.equal(median([100, 9, 20]), 20);
  assert.deepEqual(spread([100, 9, 20]), { min: 9, max: 100 });
});

test('a percentile is a value that occurred, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile([7], 0.01), 7);
});

test('a ratio above one means that ours is better, whichever way better goes', () => {
  assert.equal(ratio(50, 100, 'lower'), 2);
  assert.equal(ratio(200, 100, 'higher'), 2);
  assert.equal(ratio(100, 50, 'lower'), 0.5);
});

test('no values are refused rather than called zero', () => {
  for (const summarise of [median, spread, (values: number[]) => percentile(values, 0.5)]) {
    assert.throws(() => summarise([]), /at least one measured value/);
  }
});

test('median and percentiles lie within the spread and do not depend on the order', () => {
  const values = fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
      const { min, max } = spread(list);
      const reversed = [...list].reverse();
      assert.equal(median(list), median(reversed));
      assert.equal(percentile(list, share), percentile(reversed, share));
      for (const value of [median(list), percentile(list, share)]) {
        assert.ok(value >= min && value <= max);
      }
    }),
  );
});
