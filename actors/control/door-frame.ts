/**
 * One message at the door of a data folder: a small JSON head and, apart, bytes that are passed on as they are. Length
 * first, so that whoever reads knows what is coming before it takes it in, and refuses what is too large unread.
 *
 *    u32 length of all that follows   u32 length of the head   head: JSON, UTF-8   payload: the rest
 *    └──────────── big endian ───────────────────────────────┘
 * Runs on: main.
 */
import { CodedError } from '../../core/index.js';

/** A head and, if any, a payload; the payload is a view of the memory it came in. */
export interface DoorFrame {
  readonly head: unknown;
  readonly payload: Uint8Array;
}

const LENGTHS_BYTES = 8;
const NO_BYTES: Uint8Array = new Uint8Array(0);

/** The bytes of a frame. Throws DOOR_REFUSED when they would be more than `bytesMax`. */
export function encodeFrame(
  head: unknown,
  payload: Uint8Array = NO_BYTES,
  bytesMax = Infinity,
): Uint8Array {
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const length = 4 + text.length + payload.length;
  if (4 + length > bytesMax) throw tooLarge(4 + length, bytesMax);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt32BE(text.length, 4);
  text.copy(frame, LENGTHS_BYTES);
  frame.set(payload, LENGTHS_BYTES + text.length);
  return frame;
}

/** Puts frames together from the chunks a socket gives, however it cuts them. */
export class FrameReader {
  readonly #bytesMax: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** `bytesMax`: of one frame, lengths included. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next whole frame; undefined until there is one. Throws DOOR_REFUSED when what comes cannot be one. */
  next(): DoorFrame | undefined {
    if (this.#bytes < LENGTHS_BYTES) return undefined;
    const first = this.#chunks[0]!.length >= LENGTHS_BYTES ? this.#chunks[0]! : this.#whole();
    const view = Buffer.from(first.buffer, first.byteOffset, first.byteLength);
    const length = view.readUInt32BE(0);
    const headLength = view.readUInt32BE(4);
    if (4 + length > this.#bytesMax) throw tooLarge(4 + length, this.#bytesMax);
    if (4 + headLength > length)
      throw refused(`expected a head within its frame of ${length} bytes, got ${headLength}`);
    if (this.#bytes < 4 + length) return undefined;
    const all = this.#whole();
    const rest = all.subarray(4 + length);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
    const end = LENGTHS_BYTES + headLength;
    return {
      head: parseHead(all.subarray(LENGTHS_BYTES, end)),
      payload: all.subarray(end, 4 + length),
    };
  }

  #whole(): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks, this.#bytes)];
    return this.#chunks[0] ?? NO_BYTES;
  }
}

function parseHead(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch (error) {
    throw refused('expected a head of JSON, got something else', error);
  }
}

function tooLarge(bytes: number, bytesMax: number): CodedError<'DOOR_REFUSED'> {
  return refused(`expected a frame of at most ${bytesMax} bytes, got ${bytes}`);
}

function refused(text: string, cause?: unknown): CodedError<'DOOR_REFUSED'> {
  return new CodedError('DOOR_REFUSED', text, { cause });
}
