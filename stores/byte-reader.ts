/**
 * Bytes of a ByteWriter back into numbers and text. Trusts nothing: whatever the bytes are, each call gives a value or
 * throws STORED_BYTES_INVALID, never reads beyond the end, and takes time in proportion to what is there.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';

const LOOPED_CHARS = 12;

/** Reads `bytes` from `position` to `end`. */
export class ByteReader {
  position: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  #buffer: Buffer | undefined;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.position === this.end;
  }

  byte(): number {
    if (this.position >= this.end) throw this.fault('another byte');
    return this.bytes[this.position++]!;
  }

  varint(): number {
    const { bytes, end } = this;
    let at = this.position;
    if (at < end && bytes[at]! < 0x80) {
      this.position = at + 1;
      return bytes[at]!;
    }
    let value = 0;
    let scale = 1;
    for (;;) {
      if (at >= end) throw this.fault('the end of a number');
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 49) throw this.fault('a number below 2^53');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw this.fault('a number below 2^53');
    this.position = at;
    return value;
  }

  signed(): number {
    // The lowest bit is in the first byte; of a large number the remainder by 2 would be slow.
    const isOdd = (this.bytes[this.position]! & 1) === 1;
    const value = this.varint();
    return isOdd ? -(value + 1) / 2 : value / 2;
  }

  float(): number {
    const at = this.skip(8);
    return this.#asBuffer().readDoubleLE(at);
  }

  instant(from: number): number {
    const isOdd = (this.bytes[this.position]! & 1) === 1;
    const value = this.varint();
    if (value === 0) return this.float();
    return from + (isOdd ? (value - 1) / 2 : -value / 2);
  }

  text(): string {
    const head = this.varint();
    const form = head % 4;
    const size = (head - form) / 4;
    const at = this.skip(size);
    if (form === 0 && size <= LOOPED_CHARS) return this.#shortAscii(at, size);
    const buffer = this.#asBuffer();
    if (form === 0) return buffer.toString('latin1', at, at + size);
    if (form === 1) return buffer.toString('utf8', at, at + size);
    if (form === 2 && size % 2 === 0) return buffer.toString('utf16le', at, at + size);
    throw this.fault('text');
  }

  /** A varint that says how many things of at least `bytesEach` follow. */
  count(bytesEach = 1): number {
    const count = this.varint();
    if (count * bytesEach > this.end - this.position) throw this.fault(`${count} more things`);
    return count;
  }

  /** The length that `ByteWriter.sized` wrote, of bytes that are there. */
  size(): number {
    const high = this.byte();
    const first = (high & 0x7f) * 256 + this.byte();
    const size = high < 0x80 ? first : first * 0x1_0000 + this.byte() * 256 + this.byte();
    if (size > this.end - this.position) throw this.fault(`${size} more bytes`);
    return size;
  }

  /** Passes over `size` bytes. Where they began. */
  skip(size: number): number {
    const at = this.position;
    if (size > this.end - at) throw this.fault(`${size} more bytes`);
    this.position = at + size;
    return at;
  }

  /** Throws unless everything has been read. */
  finish(): void {
    if (this.position !== this.end) throw this.fault('no more bytes');
  }

  /** The error for bytes that were never written by us, or are damaged. */
  fault(expected: string): CodedError<'STORED_BYTES_INVALID'> {
    return new CodedError(
      'STORED_BYTES_INVALID',
      `expected ${expected} at byte ${this.position}, got byte ${this.bytes[this.position] ?? 'none'} of ${this.end}`,
    );
  }

  #shortAscii(at: number, size: number): string {
    const { bytes } = this;
    let text = '';
    for (let i = at; i < at + size; i++) text += String.fromCharCode(bytes[i]!);
    return text;
  }

  #asBuffer(): Buffer {
    const { bytes } = this;
    this.#buffer ??= Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#buffer;
  }
}
