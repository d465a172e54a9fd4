/**
 * Numbers and text into bytes, for everything that is stored. One buffer per thread is written over and over; what
 * leaves is a copy of exactly the right size, small ones side by side in a block of memory: most rows live as long as
 * the commit they go with, and memory of its own costs more than what is in it.
 *
 *   varint   seven bits a byte, least first, the high bit set while more follow       0 .. 2^53 - 1
 *   signed   varint of 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …                           |n| < 2^52
 *   instant  varint 0 and eight bytes of a float, or signed + 1 of the distance from another instant
 *   text     varint of length * 4 + form (0 ASCII, 1 UTF-8, 2 UTF-16), bytes
 *
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import { STORE_LIMITS } from './limits.js';

/** Greatest distance that an instant is written as; farther ones are floats. */
const DISTANCE_MAX = 2 ** 50;
/** Strings up to here are copied by a loop, which beats the call into native code. */
const LOOPED_CHARS = 40;
const ASCII = 0;
const UTF8 = 1;
const UTF16 = 2;
const LONE_SURROGATE = /\p{Surrogate}/u;
const INITIAL_BYTES = 16 * 1024;
const BLOCK_BYTES = 64 * 1024;
/** Larger ones have memory of their own: what is left of a block must not cost much. */
const PLACED_BYTES_MAX = 4 * 1024;

let block = new Uint8Array(0);
let blockUsed = 0;
let spare: ByteWriter | undefined;

/** What `write` wrote: nothing else is ever written there, though its memory may hold other rows. May be nested. */
export function writeBytes(write: (writer: ByteWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = spare ?? new ByteWriter();
  spare = undefined;
  writer.position = 0;
  try {
    write(writer);
    return writer.take();
  } finally {
    // A writer that has grown for one huge value would keep that memory for ever.
    if (writer.capacity <= STORE_LIMITS.writerBytesKept) spare = writer;
  }
}

/** Appends to a buffer that grows. */
export class ByteWriter {
  position = 0;
  /** Both are the same memory: a slice of a Buffer would be a Buffer, and slower to make. */
  #bytes = new Uint8Array(INITIAL_BYTES);
  #buffer = Buffer.from(this.#bytes.buffer);

  get capacity(): number {
    return this.#bytes.length;
  }

  /** A copy of what has been written. */
  take(): Uint8Array<ArrayBuffer> {
    const size = this.position;
    if (size > PLACED_BYTES_MAX) return this.#bytes.slice(0, size);
    if (blockUsed + size > block.length) {
      block = new Uint8Array(BLOCK_BYTES);
      blockUsed = 0;
    }
    const taken = block.subarray(blockUsed, blockUsed + size);
    blockUsed += size;
    this.#copy(taken);
    return taken;
  }

  byte(value: number): void {
    if (this.position >= this.#bytes.length) this.#grow(1);
    this.#bytes[this.position++] = value;
  }

  /** Room for `count` bytes to be written later. Where it begins. */
  reserve(count: number): number {
    const at = this.position;
    if (at + count > this.#bytes.length) this.#grow(count);
    this.position = at + count;
    return at;
  }

  /** Throws ASSERTION_FAILED for what is no integer from 0 to 2^53 - 1. */
  varint(value: number): void {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value))
      throw new CodedError('ASSERTION_FAILED', `expected an integer from 0, got ${value}`);
    if (this.position + 8 > this.#bytes.length) this.#grow(8);
    const bytes = this.#bytes;
    let at = this.position;
    if (value < 0x80) {
      bytes[at] = value;
      this.position = at + 1;
      return;
    }
    let rest = value;
    while (rest >= 0x1000_0000) {
      bytes[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.position = at;
  }

  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  float(value: number): void {
    if (this.position + 8 > this.#bytes.length) this.#grow(8);
    this.#buffer.writeDoubleLE(value, this.position);
    this.position += 8;
  }

  /** An instant near `from`; any number comes back exactly. */
  instant(value: number, from: number): void {
    const distance = value - from;
    if (
      Number.isSafeInteger(value) &&
      Number.isSafeInteger(from) &&
      distance < DISTANCE_MAX &&
      distance > -DISTANCE_MAX
    ) {
      this.varint(1 + (distance < 0 ? -2 * distance - 1 : 2 * distance));
      return;
    }
    this.byte(0);
    this.float(value);
  }

  /** Any string, lone surrogates included. */
  text(value: string): void {
    const { length } = value;
    if (length <= LOOPED_CHARS && this.#shortAscii(value)) return;
    const byteLength = Buffer.byteLength(value);
    const isAscii = byteLength === length;
    const form = isAscii ? ASCII : LONE_SURROGATE.test(value) ? UTF16 : UTF8;
    const size = form === UTF16 ? length * 2 : byteLength;
    this.varint(size * 4 + form);
    const at = this.reserve(size);
    this.#buffer.write(value, at, size, isAscii ? 'latin1' : form === UTF8 ? 'utf8' : 'utf16le');
  }

  bytes(from: Uint8Array, start = 0, end = from.length): void {
    const at = this.reserve(end - start);
    // For a few dozen bytes a loop beats making a view.
    if (end - start <= LOOPED_CHARS) {
      const bytes = this.#bytes;
      for (let i = start, to = at; i < end; i++, to++) bytes[to] = from[i]!;
    } else {
      this.#bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
    }
  }

  /**
   * Writes the length of what `write` writes before it: two bytes up to 32 kB, else four, the first bit telling which.
   */
  sized(write: () => void): void {
    const from = this.reserve(2) + 2;
    write();
    const size = this.position - from;
    if (size < 0x8000) {
      this.#buffer.writeUInt16BE(size, from - 2);
      return;
    }
    this.reserve(2);
    this.#bytes.copyWithin(from + 2, from, from + size);
    this.#buffer.writeUInt32BE(size + 0x8000_0000, from - 2);
  }

  #copy(to: Uint8Array): void {
    const bytes = this.#bytes;
    // For a few dozen bytes a loop beats making a view.
    if (to.length > LOOPED_CHARS) to.set(bytes.subarray(0, to.length));
    else for (let i = 0; i < to.length; i++) to[i] = bytes[i]!;
  }

  #shortAscii(value: string): boolean {
    const { length } = value;
    const head = length < 32 ? 1 : 2;
    // Room for all that varint() asks for: were it to grow, the text ahead of the position would stay behind.
    if (this.position + 8 + length > this.#bytes.length) this.#grow(8 + length);
    const bytes = this.#bytes;
    let at = this.position + head;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    this.varint(length * 4);
    this.position = at;
    return true;
  }

  #grow(more: number): void {
    const needed = this.position + more;
    if (needed > STORE_LIMITS.storedBytesMax)
      throw new CodedError(
        'VALUE_NOT_STORABLE',
        `expected at most ${STORE_LIMITS.storedBytesMax} bytes in one stored row, got more`,
      );
    const doubled = Math.min(this.#bytes.length * 2, STORE_LIMITS.storedBytesMax);
    const grown = new Uint8Array(Math.max(doubled, needed));
    grown.set(this.#bytes.subarray(0, this.position));
    this.#bytes = grown;
    this.#buffer = Buffer.from(grown.buffer);
  }
}
