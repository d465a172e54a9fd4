/**
 * Instants: from the forms DP³ takes (ISO 8601 date-times and dates, unix seconds or milliseconds) to epoch
 * milliseconds and back. A time without a zone is UTC, everywhere.
 *
 * ```
 *  0    5  8  11 14 17  20
 *  YYYY-MM-DDTHH:MM:SS.fff+HH:MM      separator T t _ or space; seconds, fraction and zone may be absent
 * ```
 * Times are on the hot path of ingest: one pass over the characters, no regular expression, no Date.
 * Runs on: any.
 */
import { type FaultReason, REASONS } from './input-fault.js';

/** First millisecond of the year 1. */
export const TIME_MIN = -62_135_596_800_000;
/** Last millisecond of the year 9999. */
export const TIME_MAX = 253_402_300_799_999;
/** Numbers up to this are seconds, greater ones milliseconds: as seconds it is the year 2603, as milliseconds 1970. */
const SECONDS_MAX = 2e10;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const UNIX_TEXT = /^[+-]?\d+(?:\.\d+)?$/;
const UNIX_TEXT_MAX = 64;
const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const COLON = 58;
const DASH = 45;
const DOT = 46;
const PLUS = 43;
const ZERO = 48;

/**
 * Epoch milliseconds of an ISO date-time or date, a unix number or numeric text (seconds up to 2·10¹⁰, beyond that
 * milliseconds; negative ones too) or a Date; finer fractions are cut. Undefined for anything else, and for
 * instants outside the years 1 to 9999.
 */
export function parseTime(input: unknown): number | undefined {
  if (typeof input === 'string') return timeOfText(input);
  if (typeof input === 'number') return timeOfUnix(input);
  return input instanceof Date ? withinYears(input.getTime()) : undefined;
}

/** {@link parseTime}, with the reason why not. */
export function toTime(input: unknown): number | FaultReason {
  const time = parseTime(input);
  if (time !== undefined) return time;
  if (typeof input === 'string') return REASONS.unclearTime;
  return typeof input === 'number' || typeof input === 'bigint'
    ? REASONS.distantTime
    : REASONS.notTime;
}

/** RFC 3339 in UTC: `2024-01-01T01:02:03Z`, with `.456` only where there is a fraction of a second. */
export function printTime(timeMs: number): string {
  const text = new Date(timeMs).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

function timeOfText(text: string): number | undefined {
  if (text.length < 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) {
    if (text.length > UNIX_TEXT_MAX || !UNIX_TEXT.test(text)) return undefined;
    return timeOfUnix(Number(text));
  }
  const days = daysOf(two(text, 0) * 100 + two(text, 2), two(text, 5), two(text, 8));
  if (Number.isNaN(days)) return undefined;
  if (text.length === 10) return days * DAY_MS;
  const isSeparated = isSeparator(text.charCodeAt(10));
  return isSeparated ? withinYears(days * DAY_MS + timeOfDay(text)) : undefined;
}

/** Milliseconds from midnight UTC of what follows the date; NaN when it is no time. */
function timeOfDay(text: string): number {
  const hour = two(text, 11);
  const minute = two(text, 14);
  if (!(hour < 24 && minute < 60) || text.charCodeAt(13) !== COLON) return Number.NaN;
  const minutes = hour * 60 + minute;
  if (text.charCodeAt(16) !== COLON) return (minutes - offsetOf(text, 16)) * MINUTE_MS;
  const second = two(text, 17);
  if (!(second < 60)) return Number.NaN;
  let at = 19;
  let millis = 0;
  if (text.charCodeAt(19) === DOT) {
    let weight = 100;
    for (at = 20; isDigit(text.charCodeAt(at)); at++) {
      millis += (text.charCodeAt(at) - ZERO) * Math.floor(weight);
      weight /= 10;
    }
    if (at === 20) return Number.NaN;
  }
  return (minutes - offsetOf(text, at)) * MINUTE_MS + second * 1_000 + millis;
}

/** Minutes east of UTC from the zone at `at`; 0 where the text ends (naive is UTC), NaN when it is no zone. */
function offsetOf(text: string, at: number): number {
  if (at === text.length) return 0;
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return at + 1 === text.length ? 0 : Number.NaN;
  if (sign !== PLUS && sign !== DASH) return Number.NaN;
  const minuteAt = text.charCodeAt(at + 3) === COLON ? at + 4 : at + 3;
  const hours = two(text, at + 1);
  const minutes = two(text, minuteAt);
  if (!(hours < 24 && minutes < 60) || minuteAt + 2 !== text.length) return Number.NaN;
  return sign === PLUS ? hours * 60 + minutes : -(hours * 60 + minutes);
}

/** Days from 1970-01-01 in the Gregorian calendar; NaN for a date there is not. */
function daysOf(year: number, month: number, day: number): number {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > DAYS[month]! && !(isLeap && month === 2 && day === 29)) return Number.NaN;
  // Years begin in March here, so that the leap day is the last of its year.
  const years = month > 2 ? year : year - 1;
  const months = month > 2 ? month - 3 : month + 9;
  const leapDays = ((years / 4) | 0) - ((years / 100) | 0) + ((years / 400) | 0);
  return years * 365 + leapDays + (((153 * months + 2) / 5) | 0) + day - 719_469;
}

/** The number that two digits make; NaN where they are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 57;
}

function isSeparator(code: number): boolean {
  return code === 84 || code === 116 || code === 32 || code === 95;
}

function timeOfUnix(unix: number): number | undefined {
  if (!(Math.abs(unix) <= SECONDS_MAX)) return withinYears(Math.floor(unix));
  // Through microseconds, as 1700000000.123 times 1000 is a hair below what was meant.
  const seconds = Math.floor(unix);
  const micros = Math.round((unix - seconds) * 1e6);
  return withinYears(seconds * 1_000 + Math.floor(micros / 1_000));
}

function withinYears(timeMs: number): number | undefined {
  return timeMs >= TIME_MIN && timeMs <= TIME_MAX ? timeMs : undefined;
}
