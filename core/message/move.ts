/**
 * `move(buffer)`: hands a binary over instead of copying it. The wrapper stands in the message until it leaves;
 * then the memory is detached at the sender, whether the receiver is in another thread or in this one.
 *
 *   move(view)          Moved         the frame is packed              the frame is posted
 *   user's memory  ──▶  remembered ──▶ detached into a fresh buffer ──▶ transferred; a second use is BINARY_MOVED
 *
 * A view of only a part of its buffer (as Node's small Buffers are, cut from a pool) cannot be detached without
 * taking its neighbours along: that part is copied out, and nothing is detached.
 * Runs on: any.
 */
import { CodedError, textOf } from '../errors.js';
import { binaryNameOf, binaryOver } from './binary-view.js';

/** Stands for a binary on its way out. Receivers never see it. */
export class Moved {
  /** What the receiver gets it as, see binary-view.ts. */
  readonly type: string;
  readonly byteLength: number;
  /** What may leave only once: the buffer, or this wrapper when a part is copied out of its buffer. */
  readonly key: object;
  readonly #value: ArrayBuffer | ArrayBufferView;

  /** A copy leaves its original with the sender. */
  constructor(value: ArrayBuffer | ArrayBufferView, isCopy = false) {
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
    this.#value = value;
    this.type = binaryNameOf(value) as string;
    this.byteLength = value.byteLength;
    this.key = value.byteLength === buffer.byteLength && !isCopy ? buffer : this;
  }

  /** The memory alone: detached from the sender, or copied out of its neighbours. Throws if it cannot be had. */
  take(): ArrayBuffer {
    if (this.key !== this) return detach(this.key as ArrayBuffer);
    const value = this.#value;
    if (!ArrayBuffer.isView(value)) return value.slice(0);
    const { buffer, byteOffset, byteLength } = value;
    return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
  }
}

/** What is in the place of a moved binary when a message is read again after the binary has left. */
export class MovedAway {
  constructor(
    /** What it was: a typed array's name, `ArrayBuffer`, `MessagePort`, … */
    readonly type: string,
    readonly byteLength: number,
  ) {}
}

/** What may leave once: its memory after it was detached and before it was posted; null once it has left. */
const departures = new WeakMap<object, ArrayBuffer | null>();

/**
 * Wrappers of this thread that somebody may still put in a message, also those whose binary has left: using one of
 * these is an error that must be seen. Only their collection ends that.
 */
let reachable = 0;
const collected = new FinalizationRegistry<undefined>(() => {
  reachable--;
});

/**
 * Marks a binary to be moved with the next message it is put in: no copy is made, and the sender's memory is
 * detached when the message leaves. Give the result to one message only, anywhere in its plain objects and arrays;
 * a second use, and a second move of the same memory, is BINARY_MOVED. A view of a part of its buffer is copied and
 * stays usable. Shared memory is returned as it is: it is shared, never moved.
 */
export function move<T extends ArrayBufferLike | ArrayBufferView>(value: T): T {
  const name = binaryNameOf(value);
  if (name === undefined)
    throw new CodedError(
      'MESSAGE_NOT_ENCODABLE',
      `expected an ArrayBuffer or a view of one to move, got ${textOf(value)}`,
    );
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (buffer instanceof SharedArrayBuffer) return value;
  const moved = new Moved(value as unknown as ArrayBuffer | ArrayBufferView);
  assertPresent(moved);
  reachable++;
  collected.register(moved, undefined);
  return moved as unknown as T;
}

/** Throws BINARY_MOVED unless the binary can still leave. */
export function assertPresent(moved: Moved): void {
  const departure = departures.get(moved.key);
  if (departure === null || (departure === undefined && isDetached(moved.key)))
    throw new CodedError(
      'BINARY_MOVED',
      `expected a binary to be moved once, got ${moved.type} of ${moved.byteLength} bytes that has left already`,
    );
}

/** The memory of a binary that is about to leave. May be asked again until {@link markLeft}. */
export function memoryOf(moved: Moved): ArrayBuffer {
  assertPresent(moved);
  let memory = departures.get(moved.key);
  if (memory === undefined || memory === null) {
    memory = moved.take();
    departures.set(moved.key, memory);
  }
  return memory;
}

/** From here on the binary has left. */
export function markLeft(moved: Moved): void {
  departures.set(moved.key, null);
}

/**
 * For delivery within a thread: the value with every {@link Moved} in it replaced by a binary of the same type over
 * memory the sender no longer has. Looks into plain objects and arrays and changes them in place, as the message is
 * the receiver's now. Throws BINARY_MOVED for what has left already.
 */
export function unwrapMoved(value: unknown): unknown {
  // Nearly always the count is zero: then no message needs to be looked through.
  if (reachable === 0 || typeof value !== 'object' || value === null) return value;
  if (value instanceof Moved) return receive(value);
  if (isContainer(value)) unwrapWithin(value);
  return value;
}

function unwrapWithin(root: object): void {
  const found = [root];
  const seen = new Set(found);
  for (let container = found.pop(); container !== undefined; container = found.pop()) {
    for (const key of Object.keys(container)) {
      const inner = (container as Record<string, unknown>)[key];
      if (inner instanceof Moved) {
        if (!Reflect.set(container, key, receive(inner)))
          throw new CodedError(
            'MESSAGE_NOT_ENCODABLE',
            `expected a moved ${inner.type} in an object that can be changed, got one in a frozen object`,
          );
      } else if (isContainer(inner) && !seen.has(inner)) {
        seen.add(inner);
        found.push(inner);
      }
    }
  }
}

function receive(moved: Moved): ArrayBufferLike | ArrayBufferView {
  const memory = memoryOf(moved);
  markLeft(moved);
  return binaryOver(moved.type, memory);
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function detach(buffer: ArrayBuffer): ArrayBuffer {
  return structuredClone(buffer, { transfer: [buffer] });
}

function isDetached(key: object): boolean {
  if (!(key instanceof ArrayBuffer) || key.byteLength > 0) return false;
  try {
    new Uint8Array(key);
    return false;
  } catch {
    return true;
  }
}
