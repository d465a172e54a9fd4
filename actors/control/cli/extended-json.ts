/**
 * MongoDB's extended JSON, as mongoexport prints it (relaxed, canonical, and that of its first version), as the JSON that
 * bodies of data-points hold.
 *
 *     {"$date": "2024-01-01T00:00:00.5Z"}            "2024-01-01T00:00:00.500Z"
 *     {"$date": {"$numberLong": "1704067200500"}}    the same; so is {"$date": 1704067200500}
 *     {"$numberInt": "5"}  {"$numberLong": "5"}      5
 *     {"$numberDouble": "0.5"}                       0.5; what is not finite, as its text
 *     {"$binary": {"base64": …, "subType": …}}       4 bytes: IPv4; 6: MAC; 16: IPv6; also {"$binary": …, "$type": …}
 * Runs on: any.
 */
import { parseTime, printTime } from '../../../stores/internal.js';
import { type LineFault, shownJson } from './imported-line.js';

type Wrapped = (inner: unknown) => unknown;

/** What is understood; each answers undefined for what it does not take. */
const KINDS: ReadonlyMap<string, Wrapped> = new Map<string, Wrapped>([
  ['$date', dateOf],
  ['$numberInt', wholeOf],
  ['$numberLong', wholeOf],
  ['$numberDouble', doubleOf],
  ['$binary', addressOf],
]);

/** First instant and last that a Date can hold, in ms. */
const DATE_MS_MAX = 8.64e15;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** The largest that is read: 16 bytes take 24 characters. */
const BASE64_CHARS_MAX = 24;

/**
 * The value without extended JSON in it, at any depth: whole numbers that a double cannot hold as bigints. Undefined after
 * adding a fault at `loc`, or below it.
 */
export function plainJson(value: unknown, loc: string, faults: LineFault[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map((one: unknown, index) => memberOf(one, loc, { name: index, faults }));
  const [first] = Object.keys(value);
  if (first?.startsWith('$')) return unwrapped(value as Record<string, unknown>, loc, faults);
  // Entries, as a member named __proto__ is a member here.
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, memberOf(one, loc, { name, faults })]),
  );
}

function memberOf(
  value: unknown,
  loc: string,
  { name, faults }: { readonly name: string | number; readonly faults: LineFault[] },
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return plainJson(value, loc === '' ? String(name) : `${loc}.${name}`, faults);
}

function unwrapped(
  value: Readonly<Record<string, unknown>>,
  loc: string,
  faults: LineFault[],
): unknown {
  const [kind = '', ...others] = Object.keys(value).filter((name) => name !== '$type');
  const plain = others.length === 0 ? KINDS.get(kind)?.(value[kind]) : undefined;
  if (plain !== undefined) return plain;
  const known = [...KINDS.keys()].join(', ');
  const reason = `expected of extended JSON ${known} with a value in order, got ${shownJson(value)}`;
  faults.push({ loc, reason });
  return undefined;
}

function dateOf(inner: unknown): string | undefined {
  if (typeof inner === 'string') {
    // Unix times as text are none of mongoexport's forms.
    const timeMs = inner.charAt(4) === '-' ? parseTime(inner) : undefined;
    return timeMs === undefined ? undefined : printTime(timeMs);
  }
  const wrapped = (inner as { $numberLong?: unknown } | null | undefined)?.$numberLong;
  const ms = typeof inner === 'number' ? inner : wholeOf(wrapped);
  if (typeof ms !== 'number' || !(Math.abs(ms) <= DATE_MS_MAX)) return undefined;
  const timeMs = parseTime(new Date(ms));
  return timeMs === undefined ? undefined : printTime(timeMs);
}

function wholeOf(inner: unknown): number | bigint | undefined {
  if (typeof inner !== 'string' || !/^-?\d{1,19}$/.test(inner)) return undefined;
  const whole = Number(inner);
  return Number.isSafeInteger(whole) ? whole : BigInt(inner);
}

function doubleOf(inner: unknown): number | string | undefined {
  if (typeof inner !== 'string' || inner.trim() === '' || inner.length > 64) return undefined;
  if (/^(?:NaN|-?Infinity)$/.test(inner)) return inner;
  const double = Number(inner);
  return Number.isFinite(double) ? double : undefined;
}

/** The subtype tells nothing that the length does not. */
function addressOf(inner: unknown): string | undefined {
  const wrapped = (inner as { base64?: unknown } | null | undefined)?.base64;
  const text = typeof inner === 'string' ? inner : wrapped;
  if (typeof text !== 'string' || text.length > BASE64_CHARS_MAX || text.length % 4 !== 0)
    return undefined;
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const hex = bytes.toString('hex');
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length === 6) return hex.replace(/..(?!$)/g, '$&:');
  return bytes.length === 16 ? hex.replace(/....(?!$)/g, '$&:') : undefined;
}
