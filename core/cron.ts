/**
 * When a cron line fires next, in a time zone of its own. The only importer of cron-schedule, of which only the
 * parser is used: it knows no zones, and skips or repeats hours when clocks are set. The next date is ours.
 * Runs on: any.
 *
 *   spring   local 01:59 | 03:00        A local time in the gap fires once, at the first instant after it. Not so
 *                  gap 02:00-02:59      if every hour is allowed: such a job follows elapsed time.
 *   autumn   local 02:59 | 02:00        With a star in the second, minute or hour field a job fires in both passes;
 *                  02:00-02:59 twice    one that spells its time out fires in the first only.
 */
import { type Cron as CronFields, parseCronExpression } from 'cron-schedule';
import { assert, CodedError, textOf } from './errors.js';
import { type OffsetShift, TimeZone } from './time-zone.js';

/** A parsed line; immutable. */
export interface Cron {
  readonly expression: string;
  readonly timeZone: string;
  /** The first instant, in epoch ms, at which it fires strictly after `afterEpochMs`; always a whole second. */
  next(afterEpochMs: number): number;
}

/**
 * Parses 5 fields (minute, hour, day of month, month, day of week) or 6 (second first): values, names (`jan`,
 * `mon`), lists, ranges, steps over `*` or a range, and nicknames (`@daily`). 7 is Sunday too. When both day
 * fields are restricted, either suffices. Throws CRON_INVALID for what it cannot read, for a time zone Intl does
 * not know, and for a date that never comes (30 February).
 */
export function parseCron(expression: string, timeZone = 'UTC'): Cron {
  const fields = parseFields(expression);
  const zone = parseZone(expression, timeZone);
  if (!hasDate(fields)) throw invalid(expression, 'a date that exists', 'one that never comes');
  const isEveryHour = fields.hours.length === 24;
  const schedule = new CronSchedule(fields, zone, {
    isEveryHour,
    inBothPasses: isEveryHour || expression.trim().split(/\s+/).slice(0, -3).join().includes('*'),
  });
  return { expression, timeZone, next: (afterEpochMs) => schedule.next(afterEpochMs) };
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
/** In a leap year. */
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Where Intl and Date count years plainly, with room for the eight years to a 29 February. */
const INSTANT_MIN = Date.UTC(1000, 0, 1);
const INSTANT_MAX = Date.UTC(270_000, 0, 1);

class CronSchedule {
  readonly #fields: CronFields;
  readonly #zone: TimeZone;
  readonly #isEveryHour: boolean;
  readonly #inBothPasses: boolean;

  constructor(
    fields: CronFields,
    zone: TimeZone,
    rule: { readonly isEveryHour: boolean; readonly inBothPasses: boolean },
  ) {
    this.#fields = fields;
    this.#zone = zone;
    this.#isEveryHour = rule.isEveryHour;
    this.#inBothPasses = rule.inBothPasses;
  }

  /**
   * Between two shifts of the zone local time is the instant plus a constant, so the next local time of the
   * calendar is the answer unless a shift comes first. The walk goes from shift to shift, looking for one a day at
   * a time and jumping to two days before the candidate when that is far: what the calendar has not in between,
   * no shift can bring there.
   */
  next(afterEpochMs: number): number {
    const isInRange = afterEpochMs >= INSTANT_MIN && afterEpochMs <= INSTANT_MAX;
    assert(isInRange, 'an instant, in epoch ms, between the years 1000 and 270000');
    let from = Math.floor(afterEpochMs / SECOND_MS) * SECOND_MS + SECOND_MS;
    let localMin = Number.NEGATIVE_INFINITY;
    let shift = this.#zone.shiftBetween(from - DAY_MS, from);
    for (;;) {
      if (shift !== undefined) {
        const isOverlap = shift.after < shift.before;
        // Local times before the end of the first pass have had their turn.
        if (isOverlap && !this.#inBothPasses) localMin = shift.at + shift.before;
        if (!isOverlap && shift.at >= from && this.#isDueInGap(shift)) return shift.at;
        from = Math.max(from, shift.at);
      }
      const offset = this.#zone.offsetAt(from);
      const due = this.#nextLocal(Math.max(from + offset, localMin)) - offset;
      const to = Math.min(due, from + DAY_MS);
      shift = this.#zone.shiftBetween(from, to);
      if (shift === undefined) {
        if (due === to) return due;
        from = Math.max(to, due - 2 * DAY_MS);
      }
    }
  }

  #isDueInGap(gap: OffsetShift): boolean {
    return !this.#isEveryHour && this.#nextLocal(gap.at + gap.before) < gap.at + gap.after;
  }

  /** The first local time at or after `local`, by calendar alone. */
  #nextLocal(local: number): number {
    let day = Math.floor(local / DAY_MS) * DAY_MS;
    let second = (local - day) / SECOND_MS;
    for (;;) {
      const date = new Date(day);
      if (!this.#fields.months.includes(date.getUTCMonth())) {
        day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
        second = 0;
        continue;
      }
      const found = this.#isDayAllowed(date) ? this.#nextSecondOfDay(second) : undefined;
      if (found !== undefined) return day + found * SECOND_MS;
      day += DAY_MS;
      second = 0;
    }
  }

  #isDayAllowed(date: Date): boolean {
    const { days, weekdays } = this.#fields;
    const isDay = days.includes(date.getUTCDate());
    const isWeekday = weekdays.includes(date.getUTCDay());
    return days.length < 31 && weekdays.length < 7 ? isDay || isWeekday : isDay && isWeekday;
  }

  #nextSecondOfDay(from: number): number | undefined {
    const { hours, minutes, seconds } = this.#fields;
    for (const hour of hours) {
      if (hour * 3600 + 3599 < from) continue;
      for (const minute of minutes) {
        const start = hour * 3600 + minute * 60;
        const second = seconds.find((candidate) => start + candidate >= from);
        if (second !== undefined) return start + second;
      }
    }
    return undefined;
  }
}

// The parser reads "5/15" as 5 and "1.5" as 1, so what it may see is checked before.
const FIELD_ITEM =
  /^(?:(?:\*|(?:\d{1,2}|[a-z]{3})-(?:\d{1,2}|[a-z]{3}))(?:\/\d{1,2})?|\d{1,2}|[a-z]{3})$/i;
const NICKNAME = /^@[a-z]+$/i;

function parseFields(expression: string): CronFields {
  const fields = typeof expression === 'string' ? expression.trim().split(/\s+/) : [];
  const isNickname = fields.length === 1 && NICKNAME.test(fields[0]!);
  if (!isNickname && fields.length !== 5 && fields.length !== 6)
    throw invalid(expression, '5 or 6 fields or a nickname', `${fields.length} fields`);
  const bad = isNickname
    ? undefined
    : fields.find((field) => !field.split(',').every((item) => FIELD_ITEM.test(item)));
  if (bad !== undefined)
    throw invalid(expression, 'values, ranges, and steps over * or a range', textOf(bad));
  try {
    return parseCronExpression(fields.join(' '));
  } catch (cause) {
    throw invalid(expression, 'fields within their ranges', (cause as Error).message, cause);
  }
}

function parseZone(expression: string, timeZone: string): TimeZone {
  try {
    return TimeZone.named(timeZone);
  } catch (cause) {
    throw invalid(expression, 'an IANA time zone', textOf(timeZone), cause);
  }
}

function hasDate(fields: CronFields): boolean {
  if (fields.weekdays.length < 7) return true;
  const firstDay = fields.days[0]!;
  return fields.months.some((month) => firstDay <= DAYS_IN_MONTH[month]!);
}

function invalid(expression: string, expected: string, got: string, cause?: unknown): CodedError {
  return new CodedError(
    'CRON_INVALID',
    `cron expression ${textOf(expression)}: expected ${expected}, got ${got}`,
    { details: { expression }, cause },
  );
}
