/**
 * Instants: the forms DP³ takes in a table, and ISO texts of random instants and zones against the engine's own clock.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTime, printTime, TIME_MAX, TIME_MIN } from '../../../stores/schema/time-value.js';

const instants = fc.integer({ min: TIME_MIN, max: TIME_MAX });

describe('an instant', () => {
  const taken: [unknown, string][] = [
    ['2024-01-01T01:02:03Z', '2024-01-01T01:02:03Z'],
    ['2024-01-01T01:02:03.456Z', '2024-01-01T01:02:03.456Z'],
    ['2024-01-01T01:02:03.4Z', '2024-01-01T01:02:03.400Z'],
    ['2024-01-01T01:02:03.456999Z', '2024-01-01T01:02:03.456Z'],
    ['2024-01-01T01:02:03.123456789012Z', '2024-01-01T01:02:03.123Z'],
    ['2024-01-01T01:02:03', '2024-01-01T01:02:03Z'],
    ['2024-01-01T01:02', '2024-01-01T01:02:00Z'],
    ['2024-01-01T01:02Z', '2024-01-01T01:02:00Z'],
    ['2024-01-01t01:02:03z', '2024-01-01T01:02:03Z'],
    ['2024-01-01 01:02:03', '2024-01-01T01:02:03Z'],
    ['2024-01-01_01:02:03', '2024-01-01T01:02:03Z'],
    ['2024-01-01T01:02:03+02:00', '2023-12-31T23:02:03Z'],
    ['2024-01-01T01:02:03-0330', '2024-01-01T04:32:03Z'],
    ['2024-01-01T01:02+01:00', '2024-01-01T00:02:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2000-02-29', '2000-02-29T00:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['1969-12-31T23:59:59.9Z', '1969-12-31T23:59:59.900Z'],
    [0, '1970-01-01T00:00:00Z'],
    [1_700_000_000, '2023-11-14T22:13:20Z'],
    [1_700_000_000.123, '2023-11-14T22:13:20.123Z'],
    [1_700_000_000_123, '2023-11-14T22:13:20.123Z'],
    [2e10, '2603-10-11T11:33:20Z'],
    [20_000_000_001, '1970-08-20T11:33:20.001Z'],
    [-1, '1969-12-31T23:59:59Z'],
    [-0.0005, '1969-12-31T23:59:59.999Z'],
    ['1700000000', '2023-11-14T22:13:20Z'],
    ['1700000000.5', '2023-11-14T22:13:20.500Z'],
    ['-1', '1969-12-31T23:59:59Z'],
    ['20200101', '1970-08-22T19:08:21Z'],
    [new Date(5), '1970-01-01T00:00:00.005Z'],
  ];
  for (const [input, text] of taken) {
    it(`is read from ${JSON.stringify(input)}`, () => {
      const time = parseTime(input);
      assert.equal(time === undefined ? undefined : printTime(time), text);
    });
  }

  const refused = [
    true,
    null,
    undefined,
    {},
    [],
    '',
    '1e9',
    ' 2024-01-01',
    '2024-01-01 ',
    '2024-01-01T24:00:00',
    '2024-01-01T23:60:00',
    '2024-01-01T23:59:60',
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-00-01',
    '2024-01-00',
    '2024-04-31',
    '0000-01-01',
    '2024-1-1',
    '2024-01-01T1:02:03',
    '2024-01-01T01',
    '2024-01-01T01:02:03.',
    '2024-01-01T01:02:03.Z',
    '2024-01-01T01:02:03+24:00',
    '2024-01-01T01:02:03+02',
    '2024-01-01T01:02:03+02:60',
    '2024-01-01T01:02:03Zx',
    '2024-01-01X01:02:03',
    '2024-01-01T01:02:03+02:00Z',
    '２０２４-01-01',
    'now',
    '1700000000 ',
    '1'.repeat(1_000_000),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e18,
    -1e18,
    new Date(Number.NaN),
  ];
  for (const input of refused) {
    it(`is not read from ${typeof input} ${String(input).slice(0, 40)}`, () =>
      assert.equal(parseTime(input), undefined));
  }

  it('is read back as it was printed', () => {
    fc.assert(fc.property(instants, (ms) => assert.equal(parseTime(printTime(ms)), ms)));
  });

  it('is read in any zone as the engine reads it', () => {
    const minutes = fc.integer({ min: -(23 * 60 + 59), max: 23 * 60 + 59 });
    const days = fc.integer({ min: TIME_MIN + 2 * 86_400_000, max: TIME_MAX - 2 * 86_400_000 });
    fc.assert(
      fc.property(days, minutes, fc.boolean(), (ms, offset, hasColon) => {
        const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
        const two = (value: number): string => String(value).padStart(2, '0');
        const [hours, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${offset < 0 ? '-' : '+'}${two(hours)}${hasColon ? ':' : ''}${two(rest)}`;
        assert.equal(parseTime(local + zone), ms);
        assert.equal(parseTime(local), ms + offset * 60_000);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused, never misread, when a character of it is another', () => {
    const noise = fc.tuple(instants, fc.nat(23), fc.constantFrom(...'0129-:TZ.+ x'));
    fc.assert(
      fc.property(noise, ([ms, at, one]) => {
        const text = new Date(ms).toISOString();
        const changed = text.slice(0, at) + one + text.slice(at + 1);
        const time = parseTime(changed);
        if (time === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(changed)) return;
        assert.equal(time, Date.parse(changed));
      }),
      { numRuns: 2_000 },
    );
  });
});
