/** Durations: the forms of configuration files, and that what is printed is read back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseDuration, printDuration } from '../../../stores/schema/duration.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('a duration', () => {
  const taken: [unknown, number][] = [
    ['30s', 30_000],
    ['5m', 300_000],
    ['12h', 12 * HOUR],
    ['7d', 7 * DAY],
    ['  30s', 30_000],
    ['0', 0],
    ['0s', 0],
    [0, 0],
    [90, 90_000],
    [1.5, 1_500],
    ['PT5M', 300_000],
    ['PT10S', 10_000],
    ['PT0.5S', 500],
    ['PT1.5H', 1.5 * HOUR],
    ['P1D', DAY],
    ['P1DT2H3M4S', DAY + 2 * HOUR + 184_000],
    ['P2W', 14 * DAY],
    ['P1Y', 365 * DAY],
    ['00:05:00', 300_000],
    ['23:59:59', DAY - 1_000],
    ['00:00:01.5', 1_500],
    ['1 day', DAY],
    ['3 days', 3 * DAY],
    ['1 day, 02:00:00', 26 * HOUR],
    ['1 day 02:00:00', 26 * HOUR],
  ];
  for (const [input, ms] of taken) {
    it(`is read from ${JSON.stringify(input)}`, () => assert.equal(parseDuration(input), ms));
  }

  const refused = [
    '10',
    '1w',
    '1.5h',
    '-5m',
    '30s ',
    '',
    ' ',
    's',
    'P',
    'PT',
    'P1DT',
    '-PT5M',
    'PT5',
    '24:00:00',
    '00:60:00',
    '00:00:60',
    '1 days ago',
    '5M',
    'inf',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    '99999999999999999999d',
    `${'9'.repeat(1_000_000)}s`,
    null,
    undefined,
    true,
    {},
  ];
  for (const input of refused) {
    it(`is not read from ${typeof input} ${String(input).slice(0, 30)}`, () =>
      assert.equal(parseDuration(input), undefined));
  }

  const printed: [number, string][] = [
    [0, 'PT0S'],
    [10_000, 'PT10S'],
    [90_000, 'PT1M30S'],
    [500, 'PT0.5S'],
    [2 * HOUR, 'PT2H'],
    [7 * DAY, 'P7D'],
    [DAY + 2 * HOUR, 'P1DT2H'],
    [Number.POSITIVE_INFINITY, 'inf'],
  ];
  for (const [ms, text] of printed) {
    it(`of ${ms} ms is printed as ${text}`, () => assert.equal(printDuration(ms), text));
  }

  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400_000 * DAY }), (ms) =>
        assert.equal(parseDuration(printDuration(ms)), ms),
      ),
    );
  });
});
