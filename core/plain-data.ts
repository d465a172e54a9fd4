/**
 * Tells plain data from everything else, and what it weighs: for values from outside the system, before anything
 * that trusts them has a look. Plain are JSON's types, undefined, bigint, Date, Map, Set, ArrayBuffer and its views.
 * Runs on: any.
 */
import { types } from 'node:util';
import { textOf } from './errors.js';

export interface PlainBounds {
  /** Estimated bytes. */
  readonly bytesMax: number;
  /** How deep containers nest. */
  readonly depthMax: number;
}

/** Why a value is refused: too much of it, or something in it that is not plain. */
export interface PlainFault {
  readonly type: 'large' | 'deep' | 'foreign';
  readonly what: string;
}

/** The least that any value weighs, so that a bound on bytes is one on visits too. */
const VALUE_BYTES = 8;

/**
 * The first fault found in `value`, or undefined when it is plain and within the bounds. The estimate: 8 bytes a
 * value, the characters of strings and keys, the bytes of buffers. What is held twice counts twice, as it does for
 * whoever encodes it, so no few bytes unfold into many; a cycle is deeper than any bound. Never recurses; takes
 * time in proportion to the estimate, at most to `bytesMax`.
 */
export function findPlainFault(value: unknown, bounds: PlainBounds): PlainFault | undefined {
  const { bytesMax, depthMax } = bounds;
  const values: unknown[] = [value];
  const depths: number[] = [0];
  let bytes = 0;
  while (values.length > 0) {
    const current = values.pop();
    const depth = depths.pop() as number;
    const size = sizeOf(current, bytesMax - bytes);
    if (size === undefined) return { type: 'foreign', what: textOf(current) };
    bytes += size;
    if (bytes > bytesMax) return { type: 'large', what: `more than ${bytesMax} bytes` };
    const before = values.length;
    if (!openInto(values, current)) return { type: 'foreign', what: 'the key __proto__' };
    if (values.length === before) continue;
    if (depth >= depthMax) return { type: 'deep', what: `data nested more than ${depthMax} deep` };
    while (depths.length < values.length) depths.push(depth + 1);
  }
  return undefined;
}

/** What `value` weighs without what it holds, once that is known to fit `left`; undefined when it is not plain. */
function sizeOf(value: unknown, left: number): number | undefined {
  switch (typeof value) {
    case 'string':
      return VALUE_BYTES + value.length;
    case 'bigint':
      return VALUE_BYTES + bigintBytes(value, left);
    case 'function':
    case 'symbol':
      return undefined;
    case 'object':
      return value === null ? VALUE_BYTES : objectBytes(value);
    default:
      return VALUE_BYTES;
  }
}

function objectBytes(value: object): number | undefined {
  // By its length: a sparse array of any length must not be walked index by index.
  if (Array.isArray(value)) return VALUE_BYTES * (1 + value.length);
  if (types.isMap(value) || types.isSet(value)) return VALUE_BYTES * (1 + value.size);
  if (types.isDate(value)) return VALUE_BYTES;
  if (types.isArrayBuffer(value)) return VALUE_BYTES + value.byteLength;
  if (ArrayBuffer.isView(value))
    return types.isArrayBuffer(value.buffer) ? VALUE_BYTES + value.buffer.byteLength : undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  let bytes = VALUE_BYTES;
  for (const key of Object.keys(value)) bytes += key.length;
  return bytes;
}

/** Cuts to what is left before it measures, so that a huge one costs no more than the bound. */
function bigintBytes(value: bigint, left: number): number {
  if (BigInt.asIntN(64, value) === value) return 0;
  const bits = Math.min(Math.max(left, 0) * 8, Number.MAX_SAFE_INTEGER);
  return BigInt.asIntN(bits, value) === value ? value.toString(16).length / 2 : left + 1;
}

/** Appends what `container` holds; false when it has a key that would set a prototype where it is copied. */
function openInto(values: unknown[], container: unknown): boolean {
  if (typeof container !== 'object' || container === null) return true;
  if (types.isMap(container)) for (const [key, value] of container) values.push(key, value);
  else if (types.isSet(container)) for (const value of container) values.push(value);
  else if (!ArrayBuffer.isView(container) && !types.isAnyArrayBuffer(container)) {
    if (Object.hasOwn(container, '__proto__')) return false;
    for (const value of Object.values(container)) values.push(value);
  }
  return true;
}
