/**
 * Which class instances cross threads, and how: those of the platform that msgpackr knows, errors, moved and shared
 * memory, ports, and what upper floors register (ActorRef). Everything else is refused rather than flattened. All of
 * ours travel in one msgpackr extension as [type, data], so that no other user of msgpackr in the process is touched.
 * Runs on: any.
 */
import { MessagePort } from 'node:worker_threads';
import { CodedError, errorFromWire, errorToWire, textOf, type WireError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Attachments } from './attachments.js';
import { binaryNameOf, binaryOver, isPlatformView } from './binary-view.js';
import { Moved, MovedAway } from './move.js';

/**
 * How instances of a registered class cross: `write` gives encodable data, `read` makes an instance of it again.
 * `owner` is that of the encoder or decoder at work, see {@link codecContext}.
 */
export interface WireForm<T> {
  write(value: T, owner: unknown): unknown;
  read(data: unknown, owner: unknown): T;
}

/** The owner of the encoder or decoder at work; undefined when none is. */
export const codecContext: { current: unknown } = { current: undefined };

/** What a writer may add beside the bytes: a frame anything, alone only shared memory, or nothing. */
export interface Outgoing {
  readonly attachments: Attachments;
  readonly carries: 'all' | 'shared';
  /** Packed without a dictionary, so that reserved keys must be looked for in every object. */
  readonly isAlone: boolean;
}

/** What a reader has beside the bytes. Retained frames are read at the sender, after their memory has left. */
export interface Incoming {
  readonly attachments: readonly unknown[];
  readonly isRetained: boolean;
}

interface WireClass {
  readonly type: number;
  write(value: unknown, out: Outgoing): unknown;
  read(data: unknown, from: Incoming): unknown;
}

/** How a value that is no primitive, plain object, array or Map crosses. */
export type Crossing = WireClass | 'native' | 'refused';

const TYPE_MAX = 100;
const byType: (WireClass | undefined)[] = [];
const byConstructor = new Map<unknown, WireClass | 'native'>();
const registered: { readonly prototype: object; readonly wire: WireClass }[] = [];

/**
 * Lets instances of a class, and of classes that extend it, cross threads. Per thread: every thread must register the
 * same classes under the same types (1 to 100) before its first frame. The same type for two classes is a failed
 * assertion. Instances are told by their `constructor`, so it must be the class.
 */
export function registerClass<T extends object>(
  type: number,
  Class: { readonly prototype: T; readonly name: string },
  form: WireForm<T>,
): void {
  const isTaken = byType[type] !== undefined && byConstructor.get(Class) !== byType[type];
  if (!Number.isInteger(type) || type < 1 || type > TYPE_MAX || isTaken)
    throw new CodedError(
      'ASSERTION_FAILED',
      `expected a free type from 1 to ${TYPE_MAX} for class ${Class.name}, got ${type}`,
    );
  const wire: WireClass = {
    type,
    write: (value) => form.write(value as T, codecContext.current),
    read: (data) => form.read(data, codecContext.current),
  };
  install(wire, Class);
  registered.push({ prototype: Class.prototype, wire });
}

/**
 * How `value` crosses in a frame: as {@link crossingOf}, but a large binary is copied once and travels beside the
 * bytes, instead of through the packer's buffer, the frame, the post and the reader.
 */
export function crossingIn(value: object, out: Outgoing): Crossing {
  const crossing = crossingOf(value);
  const isLarge =
    ((value as { byteLength?: unknown }).byteLength as number) >= LIMITS.attachedBytes;
  if (!isLarge || out.carries !== 'all' || out.isAlone || crossing === 'refused') return crossing;
  return binaryNameOf(value) === undefined || isShared(value) ? crossing : largeBinary;
}

function isShared(value: object): boolean {
  return (
    value instanceof SharedArrayBuffer ||
    (ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer)
  );
}

/** How `value` crosses. For plain objects, arrays and Maps, with which msgpackr never asks, the answer is native. */
export function crossingOf(value: object): Crossing {
  const crossing = byConstructor.get(value.constructor);
  if (crossing !== undefined)
    return ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer
      ? sharedView
      : crossing;
  if (value instanceof Error) return findRegistered(value) ?? errors;
  if (typeof value === 'function') return 'refused';
  if (ArrayBuffer.isView(value)) return isPlatformView(value) ? unknownView : 'refused';
  if (Array.isArray(value)) return isPlainArray(value) ? 'native' : 'refused';
  return findRegistered(value) ?? (isPlainObject(value) ? 'native' : 'refused');
}

/** True for objects without a class: literals, without prototype, or from another realm. */
export function isPlainObject(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** What msgpackr writes for an instance that is not native. */
export function writeInstance(value: object, out: Outgoing): [number, unknown] {
  const crossing = crossingIn(value, out) as WireClass;
  return [crossing.type, crossing.write(value, out)];
}

/** The instance again. */
export function readInstance(data: unknown, from: Incoming): unknown {
  const [type, inner] = data as [number, unknown];
  const wire = byType[type];
  if (wire === undefined)
    throw new CodedError(
      'ASSERTION_FAILED',
      `expected wire type ${type} to be registered in this thread, got none`,
    );
  return wire.read(inner, from);
}

function findRegistered(value: object): WireClass | undefined {
  return registered.find(({ prototype }) => Object.prototype.isPrototypeOf.call(prototype, value))
    ?.wire;
}

// An array of another realm has its own Array.prototype, two steps from the end; one of a class has three.
function isPlainArray(value: readonly unknown[]): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return true;
  const above: object | null = prototype === null ? null : Object.getPrototypeOf(prototype);
  return above !== null && Object.getPrototypeOf(above) === null;
}

function install(wire: WireClass, Class?: unknown): WireClass {
  byType[wire.type] = wire;
  if (Class !== undefined) byConstructor.set(Class, wire);
  return wire;
}

function refuseCarrying(what: string, out: Outgoing): void {
  if (out.carries !== 'all')
    throw new CodedError(
      'MESSAGE_NOT_ENCODABLE',
      `expected a value that can be packed once for several threads, got ${what}, which only one can have`,
      { details: { what } },
    );
}

/** The types above those of registerClass are the codec's own. */
const errors = install({
  type: TYPE_MAX + 1,
  write: (value) => errorToWire(value),
  read: (data) => errorFromWire(data as WireError),
});

install(
  {
    type: TYPE_MAX + 2,
    write: (value) => asBytes(value as Buffer),
    read: (data) => Buffer.from((data as Uint8Array<ArrayBuffer>).buffer),
  },
  Buffer,
);

install(
  {
    type: TYPE_MAX + 3,
    write: (value, out) => out.attachments.share(value as SharedArrayBuffer),
    read: (data, from) => from.attachments[data as number] ?? new MovedAway('SharedArrayBuffer', 0),
  },
  SharedArrayBuffer,
);

const sharedView = install({
  type: TYPE_MAX + 4,
  write: (value, out) => {
    const view = value as ArrayBufferView<SharedArrayBuffer>;
    const index = out.attachments.share(view.buffer);
    return [index, binaryNameOf(view), view.byteOffset, view.byteLength];
  },
  read: (data, from) => {
    const [index, name, byteOffset, byteLength] = data as [number, string, number, number];
    const buffer = from.attachments[index] as SharedArrayBuffer | undefined;
    return buffer === undefined
      ? new MovedAway(name, byteLength)
      : binaryOver(name, buffer, byteOffset, byteLength);
  },
});

install(
  {
    type: TYPE_MAX + 5,
    write: (value, out) => {
      const moved = value as Moved;
      refuseCarrying(`a moved ${moved.type}`, out);
      return writeMoved(moved, out);
    },
    read: readMoved,
  },
  Moved,
);

const largeBinary = install({
  type: TYPE_MAX + 8,
  write: (value, out) => writeMoved(new Moved(value as ArrayBuffer | ArrayBufferView, true), out),
  read: readMoved,
});

install(
  {
    type: TYPE_MAX + 6,
    write: (value, out) => {
      refuseCarrying('a MessagePort', out);
      return out.attachments.claimPort(value as MessagePort);
    },
    read: (data, from) =>
      from.isRetained ? new MovedAway('MessagePort', 0) : from.attachments[data as number],
  },
  MessagePort,
);

/** Kinds of typed array that this msgpackr does not know yet. */
const unknownView = install({
  type: TYPE_MAX + 7,
  write: (value) => [binaryNameOf(value), asBytes(value as ArrayBufferView)],
  read: (data) => {
    const [name, bytes] = data as [string, Uint8Array<ArrayBuffer>];
    return binaryOver(name, bytes.buffer);
  },
});

for (const native of [Date, Set, RegExp, ArrayBuffer, DataView, Object, Array, Map])
  byConstructor.set(native, 'native');
for (const native of [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
])
  byConstructor.set(native, 'native');
for (const native of [Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array])
  byConstructor.set(native, 'native');

function writeMoved(moved: Moved, out: Outgoing): [number, string, number] {
  return [out.attachments.claimMoved(moved), moved.type, moved.byteLength];
}

function readMoved(data: unknown, from: Incoming): unknown {
  const [index, name, byteLength] = data as [number, string, number];
  const memory = from.attachments[index] as ArrayBuffer | undefined;
  return memory?.byteLength === byteLength
    ? binaryOver(name, memory)
    : new MovedAway(name, byteLength);
}

function asBytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** A refusal's text for something that cannot cross, in the words of {@link textOf}. */
export function refusalText(value: unknown): string {
  return value instanceof MovedAway
    ? `a ${value.type} that has been moved away`
    : typeof value === 'object' && value !== null
      ? `an instance of ${textOf(value)}`
      : textOf(value);
}
