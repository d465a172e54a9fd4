/**
 * The parts that keys are made of, as bytes whose order is the order of the values, each ending where its own bytes say
 * (no part is the beginning of another), so that no two keys are the same and a prefix is an exact range.
 *
 *     u16, u64    big-endian
 *     time        a double, its sign bit (of a negative one: all bits) flipped
 *     number id   01, then 8 bytes: id + 2^53
 *     text        02, then UTF-8 of every code point, lone surrogates too, each byte one more than it is; 00
 *
 * UTF-8 has no byte above F4, so one more always fits and nothing but the end is 00: text of any characters stands in
 * its own length, and in order of its code points.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import { assert } from '../core/internal.js';
import type { StoreErrorCode } from './errors.js';
import { STORE_LIMITS } from './limits.js';

const TAG_NUMBER = 1;
const TAG_TEXT = 2;
const TEXT_END = 0;
/** Longest way to write one code point. */
const CODE_POINT_BYTES_MAX = 4;
const INTEGER_OFFSET = 0x200000; // 2^53 as its high 32 bits

/** Room for a key, and for a text to turn out too long. */
const scratch = Buffer.alloc(2 * STORE_LIMITS.keyBytesMax);
const view = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength);
let at = 0;

/** Begins a key; parts are then written one after the other and {@link endKey} gives the whole. */
export function beginKey(): void {
  at = 0;
}

/** The key written since {@link beginKey}: bytes of its own. */
export function endKey(): Uint8Array {
  assert(at <= STORE_LIMITS.keyBytesMax, `a key of at most ${STORE_LIMITS.keyBytesMax} bytes`);
  return new Uint8Array(scratch.subarray(0, at));
}

/** A small whole number: partitions, entity types, attributes. */
export function writeU16(value: number): void {
  assert(
    Number.isInteger(value) && value >= 0 && value <= 0xffff,
    `a number below 65536, ${value}`,
  );
  scratch[at] = value >>> 8;
  scratch[at + 1] = value & 0xff;
  at += 2;
}

export function writeU8(value: number): void {
  scratch[at++] = value;
}

/** A whole number from 0 to 2^53. */
export function writeU64(value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, `a whole number from 0, ${value}`);
  view.setUint32(at, Math.floor(value / 0x100000000));
  view.setUint32(at + 4, value >>> 0);
  at += 8;
}

/** Any number but NaN; -0 is 0. */
export function writeTime(value: number): void {
  assert(!Number.isNaN(value), 'a time to be a number');
  view.setFloat64(at, value === 0 ? 0 : value);
  const isNegative = (scratch[at]! & 0x80) !== 0;
  if (isNegative) for (let i = 0; i < 8; i++) scratch[at + i] = ~scratch[at + i]! & 0xff;
  else scratch[at] = scratch[at]! | 0x80;
  at += 8;
}

export function writeBytes(bytes: Uint8Array): void {
  scratch.set(bytes, at);
  at += bytes.length;
}

/** An entity id. Throws VALUE_NOT_STORABLE when it is longer than an id may be. */
export function writeId(id: string | number): void {
  if (typeof id === 'string') {
    writeText(id);
    return;
  }
  assert(Number.isSafeInteger(id), `an integer id of at most 53 bits, ${id}`);
  const high = Math.floor(id / 0x100000000);
  scratch[at] = TAG_NUMBER;
  view.setUint32(at + 1, high + INTEGER_OFFSET);
  view.setUint32(at + 5, id - high * 0x100000000);
  at += 9;
}

/** Any text of at most STORE_LIMITS.idBytesMax, as {@link writeId}. */
export function writeText(text: string): void {
  scratch[at++] = TAG_TEXT;
  const textMax = at + STORE_LIMITS.idBytesMax;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) scratch[at++] = code + 1;
    else if (writeCodePoint(text.codePointAt(i)!) === CODE_POINT_BYTES_MAX) i++;
    if (at > textMax) throw tooLong(text);
  }
  scratch[at++] = TEXT_END;
}

/** An id read from a key, and where the next part begins. */
export interface ReadId {
  readonly id: string | number;
  readonly end: number;
}

/** Reads what {@link writeId} or {@link writeText} wrote at `from`. */
export function readId(key: Uint8Array, from: number): ReadId {
  if (key[from] === TAG_NUMBER) {
    const high = readU32(key, from + 1) - INTEGER_OFFSET;
    return { id: high * 0x100000000 + readU32(key, from + 5), end: from + 9 };
  }
  const end = key[from] === TAG_TEXT ? key.indexOf(TEXT_END, from) : -1;
  if (end < 0)
    throw new CodedError<StoreErrorCode>('STORED_BYTES_INVALID', 'expected an id in a key');
  return { id: textOf(key, from + 1, end), end: end + 1 };
}

export function readU16(key: Uint8Array, from: number): number {
  return (key[from]! << 8) | key[from + 1]!;
}

export function readU64(key: Uint8Array, from: number): number {
  return readU32(key, from) * 0x100000000 + readU32(key, from + 4);
}

/** Reads what {@link writeTime} wrote. */
export function readTime(key: Uint8Array, from: number): number {
  const bytes = new DataView(new ArrayBuffer(8));
  const isNegative = (key[from]! & 0x80) === 0;
  for (let i = 0; i < 8; i++)
    bytes.setUint8(i, isNegative ? ~key[from + i]! & 0xff : key[from + i]!);
  if (!isNegative) bytes.setUint8(0, key[from]! & 0x7f);
  return bytes.getFloat64(0);
}

/** The first key that is after every key beginning with `prefix`. Fails for a prefix of nothing but FF. */
export function keyAfterPrefix(prefix: Uint8Array): Uint8Array {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  assert(length > 0, 'a prefix that something comes after');
  const after = new Uint8Array(prefix.subarray(0, length));
  after[length - 1] = after[length - 1]! + 1;
  return after;
}

/** Writes a code point above 7F, and answers in how many bytes. */
function writeCodePoint(point: number): number {
  if (point < 0x800) {
    scratch[at++] = (0xc0 | (point >> 6)) + 1;
    scratch[at++] = (0x80 | (point & 0x3f)) + 1;
    return 2;
  }
  if (point < 0x10000) {
    scratch[at++] = (0xe0 | (point >> 12)) + 1;
    scratch[at++] = (0x80 | ((point >> 6) & 0x3f)) + 1;
    scratch[at++] = (0x80 | (point & 0x3f)) + 1;
    return 3;
  }
  scratch[at++] = (0xf0 | (point >> 18)) + 1;
  scratch[at++] = (0x80 | ((point >> 12) & 0x3f)) + 1;
  scratch[at++] = (0x80 | ((point >> 6) & 0x3f)) + 1;
  scratch[at++] = (0x80 | (point & 0x3f)) + 1;
  return CODE_POINT_BYTES_MAX;
}

function tooLong(text: string): CodedError<StoreErrorCode> {
  return new CodedError(
    'VALUE_NOT_STORABLE',
    `expected an id or name of at most ${STORE_LIMITS.idBytesMax} bytes, got ${Buffer.byteLength(text)}`,
  );
}

function readU32(key: Uint8Array, from: number): number {
  return (
    ((key[from]! << 24) | (key[from + 1]! << 16) | (key[from + 2]! << 8) | key[from + 3]!) >>> 0
  );
}

function textOf(key: Uint8Array, from: number, end: number): string {
  let text = '';
  for (let i = from; i < end; ) {
    const byte = key[i]! - 1;
    if (byte < 0x80) {
      text += String.fromCharCode(byte);
      i++;
      continue;
    }
    const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : CODE_POINT_BYTES_MAX;
    let point = byte & (0xff >> (size + 1));
    for (let k = 1; k < size; k++) point = (point << 6) | ((key[i + k]! - 1) & 0x3f);
    text += String.fromCodePoint(point);
    i += size;
  }
  return text;
}
