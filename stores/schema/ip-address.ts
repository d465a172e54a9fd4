/**
 * IPv4 and IPv6 addresses: from text, integers or raw bytes to one canonical text each, so that all spellings of an
 * address name the same entity. Hand-made: `node:net` accepts other spellings, and one pass over the characters is
 * cheaper than a regular expression.
 * Runs on: any.
 */
import { isWellFormed } from './text-value.js';

const IPV4_MAX = 0xffff_ffff;
const IPV6_MAX = (1n << 128n) - 1n;
const GROUPS = 8;
const DOT = 46;
const ZERO = 48;
/** Eight groups of four, seven colons; with a dotted tail 45; what is longer before the zone is no address. */
const IPV6_TEXT_MAX = 45;

/**
 * Canonical text of an IPv4 address: a dotted quad without leading zeros, an integer from 0 to 2³²−1 (`true` is 1,
 * as in DP³), or four bytes. Undefined for anything else, such as `127.1`, prefixes and padded text.
 */
export function parseIpv4(input: unknown): string | undefined {
  if (typeof input === 'string') return isDottedQuad(input, 0) ? input : undefined;
  if (typeof input === 'boolean') return input ? '0.0.0.1' : '0.0.0.0';
  if (input instanceof Uint8Array) return input.length === 4 ? input.join('.') : undefined;
  if (!Number.isInteger(input)) return undefined;
  const bits = input as number;
  if (bits < 0 || bits > IPV4_MAX) return undefined;
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/**
 * Canonical text of an IPv6 address: lower case, the longest run of zero groups compressed (the first of equals, never
 * a single group), a dotted tail turned into groups, the zone after `%` kept. From any text form of RFC 4291, an
 * integer from 0 to 2¹²⁸−1, or sixteen bytes; undefined for anything else, such as IPv4 text, brackets and prefixes.
 */
export function parseIpv6(input: unknown): string | undefined {
  if (typeof input === 'string') return canonicalText(input);
  if (typeof input === 'boolean') return input ? '::1' : '::';
  if (input instanceof Uint8Array)
    return input.length === 16 ? printGroups(groupsOfBytes(input)) : undefined;
  if (typeof input === 'number') {
    return Number.isSafeInteger(input) && input >= 0
      ? printGroups(groupsOfInteger(BigInt(input)))
      : undefined;
  }
  if (typeof input !== 'bigint' || input < 0n || input > IPV6_MAX) return undefined;
  return printGroups(groupsOfInteger(input));
}

function canonicalText(text: string): string | undefined {
  const percent = text.indexOf('%');
  const address = percent < 0 ? text : text.slice(0, percent);
  if (address.length > IPV6_TEXT_MAX) return undefined;
  const groups = groupsOfText(address);
  if (groups === undefined) return undefined;
  if (percent < 0) return printGroups(groups);
  const zone = text.slice(percent + 1);
  const isZone = zone !== '' && !zone.includes('%') && isWellFormed(zone);
  return isZone ? `${printGroups(groups)}%${zone}` : undefined;
}

/** The eight groups, or undefined. A `::` stands for at least one group. */
function groupsOfText(text: string): number[] | undefined {
  const gap = text.indexOf('::');
  if (gap < 0) {
    const groups: number[] = [];
    return readGroups(text, groups) && groups.length === GROUPS ? groups : undefined;
  }
  const head: number[] = [];
  const tail: number[] = [];
  const before = text.slice(0, gap);
  const after = text.slice(gap + 2);
  // A dotted tail must be the end of the whole address.
  if (before.includes('.')) return undefined;
  if (before !== '' && !readGroups(before, head)) return undefined;
  if (after !== '' && !readGroups(after, tail)) return undefined;
  const zeros = GROUPS - head.length - tail.length;
  if (zeros < 1) return undefined;
  return [...head, ...new Array<number>(zeros).fill(0), ...tail];
}

/** Adds the groups of `a:b:…`, whose last part may be a dotted quad; false when any part is none. */
function readGroups(text: string, groups: number[]): boolean {
  let at = 0;
  while (groups.length < GROUPS) {
    const end = text.indexOf(':', at);
    if (end < 0) return readLast(text, at, groups);
    const group = hexGroup(text, at, end);
    if (group < 0) return false;
    groups.push(group);
    at = end + 1;
  }
  return false;
}

function readLast(text: string, at: number, groups: number[]): boolean {
  if (text.indexOf('.', at) < 0) {
    const group = hexGroup(text, at, text.length);
    if (group >= 0) groups.push(group);
    return group >= 0;
  }
  if (!isDottedQuad(text, at)) return false;
  const [a, b, c, d] = text.slice(at).split('.').map(Number) as [number, number, number, number];
  groups.push(a * 256 + b, c * 256 + d);
  return true;
}

/** One to four hexadecimal digits from `at` to `end`, or -1. */
function hexGroup(text: string, at: number, end: number): number {
  if (end === at || end - at > 4) return -1;
  let group = 0;
  for (let index = at; index < end; index++) {
    const digit = hexDigit(text.charCodeAt(index));
    if (digit < 0) return -1;
    group = group * 16 + digit;
  }
  return group;
}

/** Value of a hexadecimal digit of either case, or -1. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}

/** True when the text from `at` to its end is four decimal octets without leading zeros. */
function isDottedQuad(text: string, at: number): boolean {
  const length = text.length;
  if (length - at < 7 || length - at > 15) return false;
  let octet = -1;
  let dots = 0;
  for (let index = at; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (octet < 0 || ++dots > 3) return false;
      octet = -1;
      continue;
    }
    const digit = code - ZERO;
    if (digit < 0 || digit > 9 || octet === 0) return false;
    octet = octet < 0 ? digit : octet * 10 + digit;
    if (octet > 255) return false;
  }
  return dots === 3 && octet >= 0;
}

function groupsOfBytes(bytes: Uint8Array): number[] {
  return Array.from(
    { length: GROUPS },
    (_, index) => bytes[index * 2]! * 256 + bytes[index * 2 + 1]!,
  );
}

function groupsOfInteger(bits: bigint): number[] {
  return Array.from({ length: GROUPS }, (_, index) =>
    Number((bits >> BigInt((GROUPS - 1 - index) * 16)) & 0xffffn),
  );
}

function printGroups(groups: readonly number[]): string {
  let bestAt = -1;
  let bestLength = 1;
  for (let at = 0; at < GROUPS; at++) {
    let end = at;
    while (end < GROUPS && groups[end] === 0) end++;
    if (end - at > bestLength) {
      bestAt = at;
      bestLength = end - at;
    }
    if (end > at) at = end - 1;
  }
  if (bestAt < 0) return joinGroups(groups, 0, GROUPS);
  return `${joinGroups(groups, 0, bestAt)}::${joinGroups(groups, bestAt + bestLength, GROUPS)}`;
}

function joinGroups(groups: readonly number[], from: number, to: number): string {
  let text = '';
  for (let index = from; index < to; index++) {
    text += index === from ? groups[index]!.toString(16) : `:${groups[index]!.toString(16)}`;
  }
  return text;
}
