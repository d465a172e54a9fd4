/**
 * A ring of bytes in shared memory for one writer and one reader. Nobody ever waits: a full ring refuses.
 *
 *   words 0 tail · 16 head · 32 asleep     each on a cache line of its own; tail and head count bytes and never reset
 *
 *   ring    ┌──────┬────────┬─────────┬──────┬────────┬─────────┬──────────────┐
 *           │length│sequence│ bytes…  │length│sequence│ bytes…  │ SKIP …       │   records begin at multiples of 8;
 *           └──────┴────────┴─────────┴──────┴────────┴─────────┴──────────────┘   none is split at the end
 *            ▲ head: next to read                     ▲ tail: next to write
 *
 * Why the reader never sees half a record: (1) the writer fills the record in bytes the reader does not look at, as
 * they lie from tail on; (2) it stores the tail; a writer that dies before (2) has written nothing. (3) The reader
 * loads the tail, copies the bytes, then stores the head; only after that does the writer reuse them.
 *
 * Why no wake-up is lost: the writer (a) stores the tail, then (b) loads `asleep`; the reader (c) stores `asleep`,
 * then (d) loads the tail. These four are totally ordered. If (b) finds the reader awake, (b) was before (c), so (a)
 * was before (d): the reader finds the record and stays awake. Else the writer wakes it. A writer that dies between
 * (a) and (b) wakes it by its death, see ring-transport.ts.
 * Runs on: any.
 */
import { assert } from '../errors.js';

const TAIL = 0;
const HEAD = 16;
const ASLEEP = 32;
const HEADER_BYTES = 256;
const RECORD_HEADER_BYTES = 8;
/** In place of a length: the rest of the ring up to its end is unused. */
const SKIP = -1;

const sliceOf = Uint8Array.prototype.slice;

/** Memory for a ring of `bytes` (a power of two, at least 64). A record may take up to half of it, header included. */
export function allocateRing(bytes: number): SharedArrayBuffer {
  assert(bytes >= 64 && (bytes & (bytes - 1)) === 0, 'the size of a ring to be a power of two');
  return new SharedArrayBuffer(HEADER_BYTES + bytes);
}

/** Bytes of ring that a record of `length` bytes takes. */
function recordBytes(length: number): number {
  return RECORD_HEADER_BYTES + ((length + 7) & ~7);
}

/** The writing side, for one thread at a time. */
export class RingWriter {
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #capacity: number;
  #tail: number;
  /** Head as last loaded: the true one may be further. */
  #head: number;

  constructor(memory: SharedArrayBuffer) {
    this.#control = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#words = new Int32Array(memory, HEADER_BYTES);
    this.#bytes = new Uint8Array(memory, HEADER_BYTES);
    this.#capacity = this.#bytes.length;
    this.#tail = Atomics.load(this.#control, TAIL);
    this.#head = Atomics.load(this.#control, HEAD);
  }

  /** Appends a copy of `bytes`; false, and nothing is written, when there is no room for it now. */
  tryWrite(bytes: Uint8Array, sequence: number): boolean {
    const size = recordBytes(bytes.length);
    const capacity = this.#capacity;
    if (size > capacity >>> 1) return false;
    let tail = this.#tail;
    let at = tail & (capacity - 1);
    const untilEnd = capacity - at;
    const needed = size <= untilEnd ? size : untilEnd + size;
    if (capacity - ((tail - this.#head) | 0) < needed) {
      this.#head = Atomics.load(this.#control, HEAD);
      if (capacity - ((tail - this.#head) | 0) < needed) return false;
    }
    if (size > untilEnd) {
      this.#words[at >>> 2] = SKIP;
      tail = (tail + untilEnd) | 0;
      at = 0;
    }
    this.#words[at >>> 2] = bytes.length;
    this.#words[(at >>> 2) + 1] = sequence;
    this.#bytes.set(bytes, at + RECORD_HEADER_BYTES);
    this.#tail = (tail + size) | 0;
    Atomics.store(this.#control, TAIL, this.#tail);
    return true;
  }

  /** True when the reader sleeps and this writer is the one to wake it. To be asked after every write. */
  mustWake(): boolean {
    return (
      Atomics.load(this.#control, ASLEEP) === 1 && Atomics.exchange(this.#control, ASLEEP, 0) === 1
    );
  }
}

/** The reading side, for one thread at a time. */
export class RingReader {
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  #head: number;
  /** Tail as last loaded: the true one may be further. */
  #tail: number;

  constructor(memory: SharedArrayBuffer) {
    this.#control = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#words = new Int32Array(memory, HEADER_BYTES);
    this.#bytes = new Uint8Array(memory, HEADER_BYTES);
    this.#mask = this.#bytes.length - 1;
    this.#head = Atomics.load(this.#control, HEAD);
    this.#tail = this.#head;
  }

  /** True when there is a record to read. */
  hasNext(): boolean {
    if (this.#head === this.#tail) this.#tail = Atomics.load(this.#control, TAIL);
    if (this.#head === this.#tail) return false;
    // A skip is published together with the record that follows it at the start.
    const at = this.#head & this.#mask;
    if (this.#words[at >>> 2] === SKIP) this.#head = (this.#head + this.#mask + 1 - at) | 0;
    return true;
  }

  /** Sequence number of the next record; only after {@link hasNext}. */
  get sequence(): number {
    return this.#words[((this.#head & this.#mask) >>> 2) + 1] as number;
  }

  /** Takes the next record out, as a copy of its own; only after {@link hasNext}. */
  take(): Uint8Array<ArrayBuffer> {
    const at = this.#head & this.#mask;
    const length = this.#words[at >>> 2] as number;
    const begin = at + RECORD_HEADER_BYTES;
    const bytes = sliceOf.call(this.#bytes, begin, begin + length);
    this.#head = (this.#head + recordBytes(length)) | 0;
    Atomics.store(this.#control, HEAD, this.#head);
    return bytes;
  }

  /** Declares this reader asleep; false, and it is not, when a record has come meanwhile. */
  trySleep(): boolean {
    Atomics.store(this.#control, ASLEEP, 1);
    if (!this.hasNext()) return true;
    Atomics.store(this.#control, ASLEEP, 0);
    return false;
  }

  /** Declares it awake, so that no more wake-ups are sent. */
  wake(): void {
    Atomics.store(this.#control, ASLEEP, 0);
  }
}
