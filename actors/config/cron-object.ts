/**
 * A schedule as DP³ writes it: an object of fields, checked so that whatever passes can fire. Fields left out are
 * wildcards, except those less significant than the least significant one given, which take their minimum.
 * Runs on: any.
 */
import { TimeZone } from '../../core/internal.js';
import { leaf, mapping, orNull, type Shape, type SpecFault } from '../../stores/internal.js';

/** One field: a number, or `N`, `N,N`, `N-N`, `*` or an asterisk, a slash and N. */
export type CronField = number | string;

/** The fields that were given. Days of the week count from Monday, which is 0. */
export interface CronObject {
  readonly second?: CronField;
  readonly minute?: CronField;
  readonly hour?: CronField;
  readonly day?: CronField;
  readonly day_of_week?: CronField;
  readonly week?: number;
  readonly month?: number;
  /** Four digits. */
  readonly year?: string;
  /** IANA name; UTC if it was not given. */
  readonly timezone: string;
}

const NUMBER = /^\d{1,2}$/;
const LIST = /^\d{1,2}(?:,\d{1,2})+$/;
const RANGE = /^(\d{1,2})-(\d{1,2})$/;
const STEP = /^\*\/(\d{1,2})$/;

const fields = mapping({
  second: orNull(field(0, 59)),
  minute: orNull(field(0, 59)),
  hour: orNull(field(0, 23)),
  day: orNull(field(1, 31)),
  day_of_week: orNull(field(0, 6)),
  week: orNull(whole(1, 53)),
  month: orNull(whole(1, 12)),
  year: orNull(
    leaf('a year of four digits', (input) => {
      const year = typeof input === 'number' ? String(input) : input;
      return typeof year === 'string' && /^\d{4}$/.test(year) ? year : undefined;
    }),
  ),
  timezone: orNull(leaf('the name of a time zone, such as UTC', timeZoneOf)),
});

/** A schedule. `{}` is every second, as in DP³; fields that can never fall together are a fault. */
export function cronObject(): Shape<CronObject> {
  return {
    read(input, at, faults) {
      const read = fields.read(input, at, faults);
      if (read === undefined) return undefined;
      const { timezone, ...given } = read;
      const present = Object.entries(given).filter(([, value]) => value !== null);
      const cron: CronObject = { ...Object.fromEntries(present), timezone: timezone ?? 'UTC' };
      const never = neverFault(cron);
      if (never === undefined) return cron;
      faults.push({ ...never, at: [...at, 'day'] });
      return undefined;
    },
  };
}

function field(min: number, max: number): Shape<CronField> {
  const expected = `a number from ${min} to ${max}, or N,N or N-N or */N or * within them`;
  const isWithin = (text: string): boolean => Number(text) >= min && Number(text) <= max;
  return leaf(expected, (input) => {
    if (typeof input === 'number')
      return Number.isInteger(input) && input >= min && input <= max ? input : undefined;
    if (typeof input !== 'string') return undefined;
    if (input === '*') return input;
    if (NUMBER.test(input) || LIST.test(input))
      return input.split(',').every(isWithin) ? input : undefined;
    const [, first, last] = RANGE.exec(input) ?? [];
    if (first !== undefined && last !== undefined)
      return isWithin(first) && isWithin(last) && Number(first) <= Number(last) ? input : undefined;
    const step = STEP.exec(input)?.[1];
    return step !== undefined && Number(step) >= 1 && Number(step) <= max ? input : undefined;
  });
}

function whole(min: number, max: number): Shape<number> {
  return leaf(`a number from ${min} to ${max}`, (input) => {
    if (typeof input !== 'number' || !Number.isInteger(input)) return undefined;
    return input >= min && input <= max ? input : undefined;
  });
}

function timeZoneOf(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined;
  try {
    return TimeZone.named(input).name;
  } catch {
    return undefined;
  }
}

/** Days of the longest form of each month. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function neverFault(cron: CronObject): Omit<SpecFault, 'at'> | undefined {
  const { day, month } = cron;
  if (month === undefined || day === undefined) return undefined;
  const first = firstDay(day);
  const last = MONTH_DAYS[month - 1]!;
  if (first <= last) return undefined;
  return { expected: `a day that month ${month} has`, got: String(day) };
}

/** The earliest day that the field allows. */
function firstDay(day: CronField): number {
  if (typeof day === 'number') return day;
  if (day.startsWith('*')) return 1;
  return Math.min(...day.split(/[,-]/).map(Number));
}
