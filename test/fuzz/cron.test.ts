/**
 * Cron lines against a brute-force oracle: every minute of the days around a change of clocks, in zones with
 * changes of one hour, half an hour, two hours, at midnight, and of a whole day. The oracle has its own reading of
 * the fields and learns the zone from Intl minute by minute.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseCron } from '../../core/cron.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const at = Date.parse;
const text = (instant: number) => new Date(instant).toISOString().replace('.000Z', 'Z');

interface Field {
  readonly text: string;
  readonly values: ReadonlySet<number>;
}

/** A field as text and, independently of any parser, as the set it means; values from `min` to `valueMax`. */
function fieldOf(
  min: number,
  max: number,
  starWeight: number,
  valueMax = max,
): fc.Arbitrary<Field> {
  const set = (from: number, to: number, step = 1) => {
    const values = new Set<number>();
    for (let value = from; value <= to; value += step) values.add(value);
    return values;
  };
  const value = fc.integer({ min, max: valueMax });
  const single = value.map((v): Field => ({ text: `${v}`, values: new Set([v]) }));
  const range = fc
    .tuple(value, value, fc.integer({ min: 1, max: 9 }))
    .map(([a, b, step]): Field => {
      const [from, to] = a < b ? [a, b] : [b, a];
      return { text: `${from}-${to}/${step}`, values: set(from, to, step) };
    });
  const list = fc.array(fc.oneof(single, range), { minLength: 2, maxLength: 3 }).map(
    (items): Field => ({
      text: items.map((item) => item.text).join(','),
      values: new Set(items.flatMap((item) => [...item.values])),
    }),
  );
  const step = fc
    .integer({ min: 2, max: 30 })
    .map((n): Field => ({ text: `*/${n}`, values: set(min, max, n) }));
  const star = fc.constant<Field>({ text: '*', values: set(min, max) });
  return fc.oneof(
    { arbitrary: star, weight: starWeight },
    { arbitrary: single, weight: 3 },
    step,
    range,
    list,
  );
}

const anyLines = fc.record({
  minute: fieldOf(0, 59, 2),
  hour: fieldOf(0, 23, 3, 4), // mostly the hours in which clocks are set
  day: fieldOf(1, 31, 8),
  month: fieldOf(1, 12, 20),
  weekday: fieldOf(0, 6, 8),
});
type Line = typeof anyLines extends fc.Arbitrary<infer L> ? L : never;

/** Only with dates that come: any weekday, or a day that some month of the line has. */
const lines = anyLines.filter((line) => {
  const daysInLongestMonth = Math.max(
    ...[...line.month.values].map((month) => new Date(Date.UTC(2028, month, 0)).getUTCDate()),
  );
  return line.weekday.values.size < 7 || Math.min(...line.day.values) <= daysInLongestMonth;
});

const expressionOf = (line: Line) =>
  [line.minute, line.hour, line.day, line.month, line.weekday].map((field) => field.text).join(' ');

function matches(line: Line, local: number): boolean {
  const date = new Date(local);
  const isDay = line.day.values.has(date.getUTCDate());
  const isWeekday = line.weekday.values.has(date.getUTCDay());
  const isEitherEnough = line.day.values.size < 31 && line.weekday.values.size < 7;
  return (
    line.minute.values.has(date.getUTCMinutes()) &&
    line.hour.values.has(date.getUTCHours()) &&
    line.month.values.has(date.getUTCMonth() + 1) &&
    (isEitherEnough ? isDay || isWeekday : isDay && isWeekday)
  );
}

/** Local time of every minute from `start` on, by Intl. */
function localMinutes(zone: string, start: number, count: number): number[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return Array.from({ length: count }, (_, i) =>
    at(`${format.format(start + i * MINUTE).replace(' ', 'T')}Z`),
  );
}

/** All firings among the minutes, judged one by one from the rules. */
function oracle(line: Line, start: number, locals: readonly number[]): number[] {
  const isEveryHour = line.hour.values.size === 24;
  const hasStar = line.minute.text.includes('*') || line.hour.text.includes('*');
  let latest = locals[0]! - MINUTE;
  return locals.flatMap((local, i) => {
    let isDue = matches(line, local) && (local > latest || hasStar || isEveryHour);
    if (!isEveryHour)
      for (let skipped = latest + MINUTE; skipped < local; skipped += MINUTE)
        isDue ||= matches(line, skipped);
    latest = Math.max(latest, local);
    return isDue ? [start + i * MINUTE] : [];
  });
}

describe('a cron line around a change of clocks', () => {
  const DAYS = 5;
  for (const [zone, day] of [
    ['Europe/Prague', '2026-03-29'],
    ['Europe/Prague', '2026-10-25'],
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['America/St_Johns', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-10-04'],
    ['Pacific/Chatham', '2026-04-05'],
    ['Antarctica/Troll', '2026-03-29'],
    ['Antarctica/Troll', '2026-10-25'],
    ['America/Santiago', '2026-09-06'],
    ['America/Santiago', '2026-04-05'],
    ['Africa/Casablanca', '2026-03-22'],
    ['Pacific/Apia', '2011-12-30'],
    ['Asia/Kolkata', '2026-03-29'],
    ['UTC', '2026-02-28'],
  ] as const)
    it(`fires when a minute-by-minute search says, in ${zone} about ${day}`, () => {
      const start = at(`${day}T00:00:00Z`) - 3 * DAY;
      const locals = localMinutes(zone, start, DAYS * 1_440);
      const end = start + DAYS * DAY;
      fc.assert(
        fc.property(lines, fc.integer({ min: DAY, max: DAYS * DAY }), (line, offset) => {
          const due = oracle(line, start, locals);
          const cron = parseCron(expressionOf(line), zone);
          const after = start + offset;
          const expected = due.find((instant) => instant > after);
          const next = cron.next(after);
          if (expected === undefined) assert.ok(next >= end, `${text(next)} is not due`);
          else assert.equal(text(next), text(expected));

          const all = due.filter((instant) => instant > start + DAY).slice(0, 300);
          let last = start + DAY;
          for (const instant of all) {
            last = cron.next(last);
            assert.equal(text(last), text(instant));
          }
        }),
        {
          seed: 6,
          numRuns: 40,
          reporter: (run) => {
            if (!run.failed) return;
            const line = run.counterexample?.[0];
            throw new Error(`${line && expressionOf(line)}\n${fc.defaultReportMessage(run)}`);
          },
        },
      );
    });
});

describe('a rare cron line', () => {
  it('finds its next day however far, as a search day by day does', () => {
    fc.assert(
      fc.property(anyLines, fc.integer({ min: 0, max: 20_000 }), (line, days) => {
        const expression = ['0', '0', line.day.text, line.month.text, line.weekday.text].join(' ');
        const midnights: Line = {
          ...line,
          minute: { text: '0', values: new Set([0]) },
          hour: { text: '0', values: new Set([0]) },
        };
        let expected = days * DAY + DAY;
        const horizon = expected + 9 * 366 * DAY;
        while (expected < horizon && !matches(midnights, expected)) expected += DAY;
        if (expected >= horizon)
          assert.throws(() => parseCron(expression), { code: 'CRON_INVALID' });
        else assert.equal(text(parseCron(expression).next(days * DAY)), text(expected));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
