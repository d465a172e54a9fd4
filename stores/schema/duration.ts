/**
 * Durations of configuration files and queries, as DP³ takes and prints them, in milliseconds.
 * Runs on: any.
 */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DAY_MS = 86_400_000;
const TEXT_MAX = 64;
/** A million years; what is longer is a slip, and sums with it would lose their milliseconds. */
const DURATION_MAX = 365_250_000 * DAY_MS;
const SHORT = /^\s*(\d+)([smhd])$/;
const CLOCK = /^(?:(\d+) days?(?:, | ))?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/;
const DAYS = /^(\d+) days?$/;
const PART = '(\\d+(?:\\.\\d+)?)';
const ISO = new RegExp(
  `^P(?!$)(?:${PART}Y)?(?:${PART}M)?(?:${PART}W)?(?:${PART}D)?(?:T(?!$)(?:${PART}H)?(?:${PART}M)?(?:${PART}S)?)?$`,
);
/** Of the parts of an ISO duration, in order; a year is 365 days and a month 30, as in DP³. */
const ISO_MS = [365 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS, 3_600_000, 60_000, 1_000];

/**
 * Milliseconds of `30s 5m 12h 7d`, `"0"`, a number of seconds, ISO 8601 (`PT5M`), `HH:MM:SS`, `1 day` or
 * `1 day, HH:MM:SS`; undefined for anything else, such as `"10"`, `1w`, `1.5h`, negative ones and padded ones.
 */
export function parseDuration(input: unknown): number | undefined {
  if (typeof input === 'number') return bounded(input * 1_000);
  if (typeof input !== 'string' || input.length > TEXT_MAX) return undefined;
  if (input === '0') return 0;
  const short = SHORT.exec(input);
  if (short !== null) return bounded(Number(short[1]) * UNIT_MS[short[2]!]!);
  return isoMs(input) ?? clockMs(input);
}

/** ISO 8601 as DP³ prints it: `PT10S`, `P1DT2H`, `PT0.5S`; none is `PT0S`. Infinity is `inf`. */
export function printDuration(durationMs: number): string {
  if (durationMs === Number.POSITIVE_INFINITY) return 'inf';
  const days = Math.floor(durationMs / DAY_MS);
  const hours = Math.floor((durationMs % DAY_MS) / 3_600_000);
  const minutes = Math.floor((durationMs % 3_600_000) / 60_000);
  const seconds = (durationMs % 60_000) / 1_000;
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
  if (days === 0) return time === '' ? 'PT0S' : `PT${time}`;
  return time === '' ? `P${days}D` : `P${days}DT${time}`;
}

function isoMs(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const sum = ISO_MS.reduce((ms, unitMs, index) => ms + Number(parts[index + 1] ?? 0) * unitMs, 0);
  return bounded(sum);
}

function clockMs(text: string): number | undefined {
  const days = DAYS.exec(text);
  if (days !== null) return bounded(Number(days[1]) * DAY_MS);
  const parts = CLOCK.exec(text);
  if (parts === null) return undefined;
  const [hours, minutes, seconds] = [Number(parts[2]), Number(parts[3]), Number(parts[4] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds >= 60) return undefined;
  const ms = Number(parts[1] ?? 0) * DAY_MS + hours * 3_600_000 + minutes * 60_000;
  return bounded(ms + seconds * 1_000);
}

function bounded(durationMs: number): number | undefined {
  const whole = Math.round(durationMs);
  return whole >= 0 && whole <= DURATION_MAX ? whole : undefined;
}
