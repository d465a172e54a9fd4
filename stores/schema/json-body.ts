/**
 * JSON from outside to values and back, without loss: integers that a double cannot hold become bigints, and bigints
 * print as digits. It is surveyed before it is parsed, as a few megabytes of brackets would take gigabytes of memory.
 *
 * ```
 *  bytes ── survey ── too deep, too many ──────────> BODY_INVALID
 *             ├────── no long integer ─────────────> JSON.parse
 *             ├────── long integers ── marked as strings "\u0000123…" ──> JSON.parse ──> revived to bigints
 *             └────── the same, and the text spells \u0000 itself ──> lossless-json, nine times slower
 * ```
 * Runs on: any.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { parse as parseLossless, stringify as printLossless } from 'lossless-json';
import { CodedError } from '../../core/index.js';
import type { StoreErrorCode } from '../errors.js';
import { STORE_LIMITS } from '../limits.js';
import { type JsonLimits, surveyJson } from './json-survey.js';
import { wholeToJson } from './number-value.js';

/** What a body may be at most. */
export interface BodyLimits {
  readonly bytesMax: number;
  /** Objects and lists in one another; default `STORE_LIMITS.bodyDepthMax`. */
  readonly depthMax?: number;
  /** Objects, lists and members of objects; default `STORE_LIMITS.bodyNodesMax`. */
  readonly nodesMax?: number;
  /** Members of one object; default `STORE_LIMITS.objectMembersMax`. */
  readonly membersMax?: number;
}

/** Why a body was refused: `details.reason` of BODY_INVALID. */
export type BodyRefusal =
  | 'bytes'
  | 'depth'
  | 'nodes'
  | 'members'
  | 'digits'
  | 'encoding'
  | 'syntax';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** Begins the strings that stand for integers; in a text that does not spell it, no other string begins so. */
const MARK = '\\u0000';
const MARK_OPEN = Buffer.from(`"${MARK}`);
const MARK_CLOSE = Buffer.from('"');
const COPY_BYTES = 64;

/**
 * The value of a JSON text in UTF-8 (a byte order mark is passed over). Integers beyond ±(2⁵³−1) are bigints; of equal
 * keys the last wins. Throws BODY_INVALID with `details.reason`, a {@link BodyRefusal}. NaN and Infinity are no JSON.
 */
export function parseJsonBody(body: Uint8Array | string, limits: BodyLimits): unknown {
  const bytes = typeof body === 'string' ? Buffer.from(body) : bufferOf(body);
  if (bytes.length > limits.bytesMax) {
    const expected = `expected a body of at most ${limits.bytesMax} bytes`;
    throw refused('bytes', `${expected}, got ${bytes.length}`);
  }
  return parseChecked(bytes, {
    depthMax: limits.depthMax ?? STORE_LIMITS.bodyDepthMax,
    nodesMax: limits.nodesMax ?? STORE_LIMITS.bodyNodesMax,
    membersMax: limits.membersMax ?? STORE_LIMITS.objectMembersMax,
    digitsMax: STORE_LIMITS.integerDigitsMax,
  });
}

/** The same for a JSON text within a value, which nests at most as deep as a stored value may. */
export function parseJsonText(text: string): unknown {
  return parseChecked(Buffer.from(text), {
    depthMax: STORE_LIMITS.valueDepthMax,
    nodesMax: STORE_LIMITS.bodyNodesMax,
    membersMax: STORE_LIMITS.objectMembersMax,
    digitsMax: STORE_LIMITS.integerDigitsMax,
  });
}

/** JSON text of a value; bigints as their digits. Members that are undefined are left out. */
export function printJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    // What JSON.stringify throws at a bigint: the detour is only for values that hold one.
    if (!(error instanceof TypeError)) throw error;
    return printLossless(value) ?? 'null';
  }
}

function parseChecked(bytes: Buffer, limits: JsonLimits): unknown {
  if (!isUtf8(bytes)) throw refused('encoding', 'expected UTF-8, got other bytes');
  const survey = surveyJson(bytes, limits);
  if (survey === 'depth') {
    throw refused('depth', `expected at most ${limits.depthMax} objects and lists in one another`);
  }
  if (survey === 'nodes') {
    throw refused('nodes', `expected at most ${limits.nodesMax} objects, lists and members`);
  }
  if (survey === 'members') {
    throw refused('members', `expected at most ${limits.membersMax} members in an object`);
  }
  if (survey === 'digits') {
    throw refused('digits', `expected integers of at most ${limits.digitsMax} digits`);
  }
  try {
    return survey.length === 0 ? JSON.parse(textOf(bytes)) : parseLong(bytes, survey);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CodedError<StoreErrorCode>('BODY_INVALID', `expected JSON, got ${error.message}`, {
      details: { reason: 'syntax' satisfies BodyRefusal },
    });
  }
}

/** Parses a text whose integers at `spans` are long. */
function parseLong(bytes: Buffer, spans: readonly number[]): unknown {
  if (!bytes.includes(MARK)) return revived(JSON.parse(textOf(marked(bytes, spans))));
  const text = textOf(bytes);
  // The engine's parser knows the grammar best; this one is asked for the values only.
  JSON.parse(text);
  return parseLossless(text, null, {
    parseNumber: (digits) => (/^-?\d{16,}$/.test(digits) ? wholeOf(digits) : Number(digits)),
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

/** The text with its long integers as marked strings. */
function marked(bytes: Buffer, spans: readonly number[]): Buffer {
  const added = MARK_OPEN.length + MARK_CLOSE.length;
  const text = Buffer.allocUnsafe(bytes.length + (spans.length / 2) * added);
  let length = 0;
  const append = (piece: Buffer, from: number, end: number): void => {
    if (end - from > COPY_BYTES) length += piece.copy(text, length, from, end);
    // Short ones by hand: a call out of JavaScript costs more.
    else for (let index = from; index < end; index++) text[length++] = piece[index]!;
  };
  let from = 0;
  for (let index = 0; index < spans.length; index += 2) {
    const end = spans[index + 1]!;
    append(bytes, from, spans[index]!);
    append(MARK_OPEN, 0, MARK_OPEN.length);
    append(bytes, spans[index]!, end);
    append(MARK_CLOSE, 0, MARK_CLOSE.length);
    from = end;
  }
  append(bytes, from, bytes.length);
  return text;
}

/** The value with its marked strings as integers, in place; nests at most as deep as was surveyed. */
function revived(value: unknown): unknown {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? wholeOf(value.slice(1)) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const one: unknown = value[index];
      if (typeof one === 'string' ? one.charCodeAt(0) === 0 : typeof one === 'object') {
        value[index] = revived(one);
      }
    }
    return value;
  }
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    const one = members[key];
    if (typeof one === 'object') revived(one);
    // Not by assignment: a member named __proto__ is a member here.
    else if (typeof one === 'string' && one.charCodeAt(0) === 0) {
      Object.defineProperty(members, key, { value: revived(one) });
    }
  }
  return members;
}

function wholeOf(digits: string): number | bigint {
  return wholeToJson(BigInt(digits));
}

/** The text of bytes in UTF-8, without a byte order mark. */
function textOf(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  const hasMark = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
  return bytes.toString('utf8', hasMark ? BYTE_ORDER_MARK.length : 0);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refused(reason: BodyRefusal, message: string): CodedError<StoreErrorCode> {
  return new CodedError<StoreErrorCode>('BODY_INVALID', message, { details: { reason } });
}
