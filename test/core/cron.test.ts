/** Cron lines by table. Random ones, against a brute-force search: test/fuzz/cron.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCron } from '../../core/cron.js';

const at = Date.parse;
const text = (instant: number) => new Date(instant).toISOString().replace('.000Z', 'Z');

/** The first `count` firings after an instant. */
function firings(expression: string, zone: string, after: string, count: number): string[] {
  const cron = parseCron(expression, zone);
  let last = at(after);
  return Array.from({ length: count }, () => {
    last = cron.next(last);
    return text(last);
  });
}

describe('a cron line', () => {
  const cases: [string, string, string, string[]][] = [
    ['* * * * *', 'every minute', '2026-01-01T00:00:00Z', ['2026-01-01T00:01:00Z']],
    [
      '*/15 * * * *',
      'every quarter',
      '2026-01-01T00:50:00Z',
      ['2026-01-01T01:00:00Z', '2026-01-01T01:15:00Z'],
    ],
    ['30 2 * * *', 'a daily time', '2026-02-28T02:30:00Z', ['2026-03-01T02:30:00Z']],
    ['0 9 * * mon-fri', 'weekdays', '2026-11-20T10:00:00Z', ['2026-11-23T09:00:00Z']],
    ['0 0 * * 7', 'Sunday as 7', '2026-11-20T10:00:00Z', ['2026-11-22T00:00:00Z']],
    [
      '0 0 1 jan,jul *',
      'names in a list',
      '2026-03-01T00:00:00Z',
      ['2026-07-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ],
    [
      '0 0 29 2 *',
      'a leap day',
      '2026-01-01T00:00:00Z',
      ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'],
    ],
    [
      '0 0 29 2 *',
      'a leap day over a century without',
      '2097-01-01T00:00:00Z',
      ['2104-02-29T00:00:00Z'],
    ],
    [
      '0 0 31 * *',
      'the 31st, of months that have one',
      '2026-01-31T00:00:00Z',
      ['2026-03-31T00:00:00Z'],
    ],
    [
      '0 0 13 * fri',
      'the 13th or a Friday',
      '2026-11-07T00:00:00Z',
      ['2026-11-13T00:00:00Z', '2026-11-20T00:00:00Z'],
    ],
    [
      '*/20 * * * * *',
      'seconds',
      '2026-01-01T00:00:30Z',
      ['2026-01-01T00:00:40Z', '2026-01-01T00:01:00Z'],
    ],
    [
      '59 59 23 31 12 *',
      'the last second of a year',
      '2026-12-31T23:59:58Z',
      ['2026-12-31T23:59:59Z'],
    ],
    ['@daily', 'a nickname', '2026-01-01T00:00:00Z', ['2026-01-02T00:00:00Z']],
    ['  0\t12   * * *  ', 'any white space', '2026-01-01T00:00:00Z', ['2026-01-01T12:00:00Z']],
  ];
  for (const [expression, what, after, expected] of cases)
    it(`reads ${what}: ${expression.trim()}`, () => {
      assert.deepEqual(firings(expression, 'UTC', after, expected.length), expected);
    });

  it('fires strictly after the instant it is asked about, on a whole second', () => {
    const cron = parseCron('* * * * * *');
    assert.equal(cron.next(1_000), 2_000);
    assert.equal(cron.next(1_000.5), 2_000);
    assert.equal(cron.next(999), 1_000);
    assert.equal(cron.next(-1_500), -1_000);
  });

  it('is in UTC unless told otherwise, whatever the zone of the machine', () => {
    assert.equal(parseCron('0 0 * * *').timeZone, 'UTC');
    assert.equal(
      text(parseCron('0 6 * * *', 'Asia/Kolkata').next(at('2026-01-01T00:00:00Z'))),
      '2026-01-01T00:30:00Z',
    );
  });

  it('keeps what it was made of', () => {
    const cron = parseCron('@hourly', 'Europe/Prague');
    assert.deepEqual([cron.expression, cron.timeZone], ['@hourly', 'Europe/Prague']);
  });

  it('refuses an instant that is none', () => {
    for (const instant of [Number.NaN, Infinity, -Infinity, 9e15])
      assert.throws(() => parseCron('* * * * *').next(instant), { code: 'ASSERTION_FAILED' });
  });
});

describe('a cron line that cannot be', () => {
  for (const expression of [
    '',
    '* * * *',
    '* * * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '-1 * * * *',
    '5/15 * * * *',
    '1.5 * * * *',
    '1, * * * *',
    '10-5 * * * *',
    '*/0 * * * *',
    '* * * * L',
    '* * ? * *',
    '* * * foo *',
    '@never',
    '__proto__',
    '0 0 30 2 *',
    '0 0 31 4,6,9,11 *',
    'TZ=UTC * * * * *',
  ])
    it(`is refused by name: ${JSON.stringify(expression)}`, () => {
      assert.throws(
        () => parseCron(expression),
        (thrown: unknown) => {
          const error = thrown as { code?: string; message: string; details: object };
          assert.equal(error.code, 'CRON_INVALID');
          assert.ok(error.message.includes(JSON.stringify(expression)), error.message);
          assert.match(error.message, /expected .+, got .+/);
          assert.deepEqual(error.details, { expression });
          return true;
        },
      );
    });

  it('is refused if it is no text, or its zone is not known', () => {
    assert.throws(() => parseCron(7 as unknown as string), { code: 'CRON_INVALID' });
    for (const zone of ['Mars/Olympus', '', 7 as unknown as string])
      assert.throws(() => parseCron('* * * * *', zone), {
        code: 'CRON_INVALID',
        message: /expected an IANA time zone, got /,
      });
  });
});

describe('when clocks are set', () => {
  const cases: [string, string, string, string, string[]][] = [
    [
      'a daily time in the gap fires at the first instant after it',
      '30 2 * * *',
      'Europe/Prague',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'],
    ],
    [
      'several times in the gap fire once, after it',
      '10,20,30 2 * * *',
      'Europe/Prague',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00:00Z', '2026-03-30T00:10:00Z'],
    ],
    [
      'a time right after the gap fires once',
      '0 3 * * *',
      'Europe/Prague',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00:00Z', '2026-03-30T01:00:00Z'],
    ],
    [
      'an hourly job follows elapsed time over the gap',
      '45 * * * *',
      'Europe/Prague',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T00:45:00Z', '2026-03-29T01:45:00Z'],
    ],
    [
      'a job of the skipped hour alone still fires that day',
      '*/20 2 * * *',
      'America/New_York',
      '2026-03-07T08:00:00Z',
      ['2026-03-08T07:00:00Z', '2026-03-09T06:00:00Z'],
    ],
    [
      'a daily time in the overlap fires once, in the first pass',
      '30 2 * * *',
      'Europe/Prague',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
    ],
    [
      'a job every half hour fires in both passes',
      '*/30 * * * *',
      'Europe/Prague',
      '2026-10-24T23:59:00Z',
      [
        '2026-10-25T00:00:00Z',
        '2026-10-25T00:30:00Z',
        '2026-10-25T01:00:00Z',
        '2026-10-25T01:30:00Z',
        '2026-10-25T02:00:00Z',
      ],
    ],
    [
      'a nickname for every hour fires in both passes',
      '@hourly',
      'America/New_York',
      '2026-11-01T05:00:00Z',
      ['2026-11-01T06:00:00Z', '2026-11-01T07:00:00Z'],
    ],
    [
      'a range over all hours fires in both passes',
      '0 0-23 * * *',
      'America/New_York',
      '2026-11-01T05:00:00Z',
      ['2026-11-01T06:00:00Z', '2026-11-01T07:00:00Z'],
    ],
    [
      'an hourly job fires in both passes',
      '15 * * * *',
      'America/New_York',
      '2026-11-01T05:00:00Z',
      ['2026-11-01T05:15:00Z', '2026-11-01T06:15:00Z', '2026-11-01T07:15:00Z'],
    ],
    [
      'a minute step in chosen hours fires in both passes',
      '*/30 1 * * *',
      'America/New_York',
      '2026-11-01T04:00:00Z',
      [
        '2026-11-01T05:00:00Z',
        '2026-11-01T05:30:00Z',
        '2026-11-01T06:00:00Z',
        '2026-11-01T06:30:00Z',
      ],
    ],
    [
      'an overlap of half an hour is one too',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T00:00:00Z',
      ['2026-04-04T14:45:00Z', '2026-04-05T15:15:00Z'],
    ],
    [
      'a gap at midnight fires at one',
      '0 0 * * *',
      'America/Santiago',
      '2026-09-05T12:00:00Z',
      ['2026-09-06T04:00:00Z', '2026-09-07T03:00:00Z'],
    ],
    [
      'a day that never was fires at the start of the next',
      '0 12 * * *',
      'Pacific/Apia',
      '2011-12-29T12:00:00Z',
      ['2011-12-29T22:00:00Z', '2011-12-30T10:00:00Z', '2011-12-30T22:00:00Z'],
    ],
    [
      'a monthly date in the gap is not lost',
      '30 2 29 3 *',
      'Europe/Prague',
      '2026-01-01T00:00:00Z',
      ['2026-03-29T01:00:00Z', '2027-03-29T00:30:00Z'],
    ],
    [
      'seconds count in the gap as well',
      '30 30 2 * * *',
      'Europe/Prague',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00:00Z', '2026-03-30T00:30:30Z'],
    ],
  ];
  for (const [what, expression, zone, after, expected] of cases)
    it(what, () => {
      assert.deepEqual(firings(expression, zone, after, expected.length), expected);
    });

  it('nothing is fired twice or skipped when asked from within the second pass', () => {
    const inSecondPass = '2026-10-25T01:10:00Z'; // 02:10 in Prague, for the second time
    assert.deepEqual(firings('30 2 * * *', 'Europe/Prague', inSecondPass, 1), [
      '2026-10-26T01:30:00Z',
    ]);
    assert.deepEqual(firings('30 * * * *', 'Europe/Prague', inSecondPass, 1), [
      '2026-10-25T01:30:00Z',
    ]);
    assert.deepEqual(firings('0 3 * * *', 'Europe/Prague', inSecondPass, 1), [
      '2026-10-25T02:00:00Z',
    ]);
  });

  it('the first instant after a gap is found from one ms before it, and not from itself', () => {
    const cron = parseCron('30 2 * * *', 'Europe/Prague');
    const shift = at('2026-03-29T01:00:00Z');
    assert.equal(cron.next(shift - 1), shift);
    assert.equal(text(cron.next(shift)), '2026-03-30T00:30:00Z');
  });
});
