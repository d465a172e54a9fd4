/**
 * One pass over the bytes of a JSON text before it is parsed: how deep and how many, and where integers stand that a
 * double may not hold. It does not say that the text is JSON, only that parsing it is bounded; the parser says the rest.
 * Runs on: any.
 */

/** Bounds of what a parse may build. */
export interface JsonLimits {
  /** Objects and lists in one another. */
  readonly depthMax: number;
  /** Objects, lists and members of objects: what costs memory beyond the text itself. */
  readonly nodesMax: number;
  /** Members of one object: the engine's parser takes the square of their number when their keys are all different. */
  readonly membersMax: number;
  /** Digits of one integer. */
  readonly digitsMax: number;
}

/** Which bound a text breaks, or where its long integers are: start, end, start, end … in bytes, signs included. */
export type JsonSurvey = 'depth' | 'nodes' | 'members' | 'digits' | readonly number[];

/** Depths that are counted at from the start; more are added where a text goes deeper. */
const DEPTHS = 64;
/** Integers of fewer digits are exact as doubles. */
const LONG_DIGITS = 16;
const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

const PLAIN = 0;
const TEXT = 1;
const OPEN = 2;
const CLOSE = 3;
const MEMBER = 4;
const DIGIT = 5;
/** What a byte outside of strings begins. */
const CLASSES = classesOfBytes();

/** Surveys a JSON text; on bytes that are no JSON its answer means nothing, and it ends all the same. */
export function surveyJson(bytes: Uint8Array, limits: JsonLimits): JsonSurvey {
  const { depthMax, nodesMax, membersMax } = limits;
  /** Of what is open at each depth, so far. */
  const members = new Array<number>(Math.min(depthMax, DEPTHS) + 1).fill(0);
  const length = bytes.length;
  const found: number[] = [];
  let depth = 0;
  let nodes = 0;
  let at = 0;
  // One flat loop, most frequent first: every byte of every body comes by here.
  while (at < length) {
    const begins = CLASSES[bytes[at++]!]!;
    if (begins === PLAIN) continue;
    if (begins === TEXT) {
      for (; at < length && bytes[at] !== QUOTE; at++) {
        if (bytes[at] === BACKSLASH) at++;
      }
      at++;
    } else if (begins === DIGIT) {
      const start = at - 1;
      at = endOfDigits(bytes, at);
      if (at - start >= LONG_DIGITS && isInteger(bytes, start, at)) {
        if (at - start > limits.digitsMax) return 'digits';
        found.push(bytes[start - 1] === MINUS ? start - 1 : start, at);
      }
    } else if (begins === CLOSE) {
      if (depth > 0) depth--;
    } else {
      if (begins === OPEN) {
        if (++depth > depthMax) return 'depth';
        members[depth] = 0;
      } else if (++members[depth]! > membersMax) return 'members';
      if (++nodes > nodesMax) return 'nodes';
    }
  }
  return found;
}

/** The first byte from `at` on that is no digit. */
function endOfDigits(bytes: Uint8Array, at: number): number {
  const length = bytes.length;
  let end = at;
  while (end < length && CLASSES[bytes[end]!] === DIGIT) end++;
  return end;
}

/**
 * True when the digits are a whole number of their own where JSON has a value: no leading zero, no part of a fraction
 * or an exponent, no key. Whatever is wrong around them stays for the parser to see.
 */
function isInteger(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] === ZERO || isOfNumber(bytes[end])) return false;
  const before = bytes[at - 1] === MINUS ? bytes[at - 2] : bytes[at - 1];
  if (isOfNumber(before)) return false;
  let next = end;
  while (next < bytes.length && bytes[next]! <= 0x20) next++;
  return bytes[next] !== COLON;
}

/** `.`, `e`, `E` or `+`: what joins digits to the rest of a number. */
function isOfNumber(byte: number | undefined): boolean {
  return byte === DOT || byte === 0x65 || byte === 0x45 || byte === 0x2b;
}

function classesOfBytes(): Uint8Array {
  const classes = new Uint8Array(256).fill(PLAIN);
  classes[QUOTE] = TEXT;
  classes[0x7b] = classes[0x5b] = OPEN;
  classes[0x7d] = classes[0x5d] = CLOSE;
  classes[COLON] = MEMBER;
  return classes.fill(DIGIT, ZERO, ZERO + 10);
}
