/**
 * A file of data-points, of any length, as bodies for ingest: a JSON array, or JSON values one a line. It is cut at the
 * bytes, never held whole; each item is looked at only so far as to tell where it ends and that it is JSON.
 *
 *    chunks ──► items (bytes, line) ──► bodies "[item,item,…]" of at most so many items and bytes
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { PLATFORM_LIMITS } from '../../limits.js';

/** Items that go in one body. */
export type Body = readonly Item[];

/** An item that is not JSON, which no body holds. */
export interface NotJson {
  readonly line: number;
  readonly reason: string;
}

export interface BodyBounds {
  readonly itemsMax: number;
  readonly bytesMax: number;
}

/** One value of the file. */
export interface Item {
  readonly bytes: Uint8Array;
  /** Where it begins, from 1. */
  readonly line: number;
}

type Chunks = AsyncIterable<Uint8Array>;

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * The bodies in order; between them, items that are no JSON. Throws DATA_FILE_INVALID for an array that is cut off or goes
 * on after its end, and for an item larger than a body may be.
 */
export async function* bodiesOf(
  chunks: Chunks,
  bounds: BodyBounds,
): AsyncGenerator<Body | NotJson, void> {
  let items: Item[] = [];
  let bytes = 2;
  for await (const item of itemsOf(chunks, PLATFORM_LIMITS.bodyBytesMax - 2)) {
    const reason = whyNotJson(item.bytes);
    if (reason !== undefined) {
      yield { line: item.line, reason };
      continue;
    }
    const isFull =
      items.length >= bounds.itemsMax || bytes + item.bytes.length + 1 > bounds.bytesMax;
    if (isFull && items.length > 0) {
      yield items;
      items = [];
      bytes = 2;
    }
    items.push(item);
    bytes += item.bytes.length + 1;
  }
  if (items.length > 0) yield items;
}

/** The items as a JSON array. */
export function bytesOf(items: Body): Uint8Array {
  const parts = items.flatMap(({ bytes }, index) => [index === 0 ? FIRST : NEXT, bytes]);
  return Buffer.concat([...parts, items.length === 0 ? EMPTY : END]);
}

const FIRST = Buffer.from('[');
const NEXT = Buffer.from(',');
const END = Buffer.from(']');
const EMPTY = Buffer.from('[]');

/**
 * The items of the file, JSON or not, each of at most so many bytes. Throws DATA_FILE_INVALID as {@link bodiesOf} does.
 */
export async function* itemsOf(chunks: Chunks, itemBytesMax: number): AsyncGenerator<Item, void> {
  let scan: LineScan | ArrayScan | undefined;
  let before = 0; // line feeds ahead of the first item
  for await (const chunk of chunks) {
    let from = 0;
    if (scan === undefined) {
      if (BYTE_ORDER_MARK.every((byte, index) => chunk[index] === byte)) from = 3;
      for (; from < chunk.length && isSpace(chunk[from]!); from++)
        if (chunk[from] === LINE_FEED) before++;
      if (from === chunk.length) continue;
      const Scan = chunk[from] === OPEN ? ArrayScan : LineScan;
      scan = new Scan(before + 1, itemBytesMax);
    }
    yield* scan.push(chunk.subarray(from));
  }
  if (scan !== undefined) yield* scan.end();
}

/** The bytes of an item that may lie over several chunks. */
class Parts {
  readonly #bytesMax: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(part: Uint8Array, line: number): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > this.#bytesMax)
      throw invalid(`line ${line}: expected an item of at most ${this.#bytesMax} bytes, got more`);
  }

  take(): Uint8Array {
    const whole = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return trimmed(whole);
  }
}

class LineScan {
  readonly #parts: Parts;
  #line: number;

  constructor(line: number, itemBytesMax: number) {
    this.#parts = new Parts(itemBytesMax);
    this.#line = line;
  }

  *push(chunk: Uint8Array): Generator<Item, void> {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      this.#parts.add(chunk.subarray(from, to), this.#line);
      yield* this.end();
      this.#line++;
      from = to + 1;
    }
    this.#parts.add(chunk.subarray(from), this.#line);
  }

  /** What stands behind the last line feed. */
  end(): readonly Item[] {
    const bytes = this.#parts.take();
    return bytes.length > 0 ? [{ bytes, line: this.#line }] : [];
  }
}

class ArrayScan {
  readonly #parts: Parts;
  #line: number;
  #itemLine: number;
  /** Nothing of the next item has come yet. */
  #isBlank = true;
  /** Brackets open, the array's own included. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isOver = false;

  constructor(line: number, itemBytesMax: number) {
    this.#parts = new Parts(itemBytesMax);
    this.#line = line;
    this.#itemLine = line;
  }

  *push(chunk: Uint8Array): Generator<Item, void> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === LINE_FEED) this.#line++;
      if (this.#isBlank && this.#depth > 0 && !isSpace(byte)) {
        this.#isBlank = false;
        this.#itemLine = this.#line;
      }
      if (this.#isOver) {
        if (!isSpace(byte))
          throw invalid(`line ${this.#line}: expected nothing after the array, got more`);
      } else if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isInString = false;
      } else if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN || byte === OPEN_BRACE) {
        if (++this.#depth === 1) from = at + 1;
      } else if (byte === CLOSE || byte === CLOSE_BRACE) {
        if (--this.#depth > 0) continue;
        yield* this.#item(chunk.subarray(from, at), true);
        this.#isOver = true;
        from = at + 1;
      } else if (byte === COMMA && this.#depth === 1) {
        yield* this.#item(chunk.subarray(from, at), false);
        from = at + 1;
      }
    }
    if (!this.#isOver) this.#parts.add(chunk.subarray(from), this.#itemLine);
  }

  /** Nothing, when the array was whole. */
  end(): readonly Item[] {
    if (this.#isOver) return [];
    throw invalid(`line ${this.#line}: expected the end of the array, got the end of the file`);
  }

  /** The last place of an array may be empty: `[]`. */
  *#item(tail: Uint8Array, isLast: boolean): Generator<Item, void> {
    this.#parts.add(tail, this.#itemLine);
    const bytes = this.#parts.take();
    if (bytes.length > 0 || !isLast) yield { bytes, line: this.#itemLine };
    this.#isBlank = true;
  }
}

function whyNotJson(bytes: Uint8Array): string | undefined {
  try {
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    return undefined;
  } catch (error) {
    return `expected JSON, got something else: ${(error as Error).message}`;
  }
}

function trimmed(bytes: Uint8Array): Uint8Array {
  let from = 0;
  let to = bytes.length;
  while (from < to && isSpace(bytes[from]!)) from++;
  while (to > from && isSpace(bytes[to - 1]!)) to--;
  return bytes.subarray(from, to);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function invalid(text: string): CodedError<'DATA_FILE_INVALID'> {
  return new CodedError('DATA_FILE_INVALID', text);
}
