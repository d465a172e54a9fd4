/**
 * A stored value into bytes and back, exactly: null, undefined, booleans, numbers (-0 and fractions too), bigints, any
 * string, arrays and plain objects of these. Own, because msgpack would lose -0 and `__proto__` keys, take twice the
 * bytes for times and counters, and read definitions of shapes from bytes that may be damaged.
 *
 *   first byte   0..31 kinds below | 64..127 the integer 0..63 | other: STORED_BYTES_INVALID
 *
 * Three or more integers in a row are written as differences, other numbers in a row as bare floats.
 * Not kept: prototypes of prototype-less objects, holes in arrays (undefined).
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import { textOf } from '../core/internal.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { STORE_LIMITS } from './limits.js';
import type { EntityId } from './schema/entity-id.js';

const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
const INTEGER = 4;
const FLOAT = 5;
const TEXT = 6;
const BIG_POSITIVE = 7;
const BIG_NEGATIVE = 8;
const ARRAY = 9;
const OBJECT = 10;
const INTEGERS = 11;
const FLOATS = 12;
const SMALL = 64;
const SMALL_COUNT = 64;
/** Shorter arrays of numbers are written one by one. */
const ROW_LENGTH = 3;
/** Integers beyond are written as floats, which hold them exactly. */
const INTEGER_MAX = 2 ** 51;

/**
 * Appends `value`. Throws VALUE_NOT_STORABLE for what is no plain data (functions, symbols, class instances), or nests
 * deeper than STORE_LIMITS.storedDepthMax, as cycles do; the writer is of no more use then.
 */
export function writeValue(writer: ByteWriter, value: unknown, depth = 0): void {
  switch (typeof value) {
    case 'string':
      writer.byte(TEXT);
      writer.text(value);
      return;
    case 'number':
      writeNumber(writer, value);
      return;
    case 'boolean':
      writer.byte(value ? TRUE : FALSE);
      return;
    case 'undefined':
      writer.byte(UNDEFINED);
      return;
    case 'bigint':
      writer.byte(value < 0n ? BIG_NEGATIVE : BIG_POSITIVE);
      writer.text((value < 0n ? -value : value).toString(16));
      return;
    case 'object':
      if (value === null) writer.byte(NULL);
      else writeComposite(writer, value, depth);
      return;
    default:
      throw notStorable(`a ${typeof value}`);
  }
}

/** The value that {@link writeValue} wrote there, nothing of it a view. Throws STORED_BYTES_INVALID. */
export function readValue(reader: ByteReader, depth = 0): unknown {
  const kind = reader.byte();
  if (kind >= SMALL && kind < SMALL + SMALL_COUNT) return kind - SMALL;
  switch (kind) {
    case TEXT:
      return reader.text();
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case INTEGER:
      return reader.signed();
    case FLOAT:
      return reader.float();
    case BIG_POSITIVE:
      return readDigits(reader);
    case BIG_NEGATIVE:
      return -readDigits(reader);
    default:
      if (depth >= STORE_LIMITS.storedDepthMax) throw reader.fault('a value less deep');
      return readComposite(reader, kind, depth + 1);
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (!isInteger(value)) {
    writer.byte(FLOAT);
    writer.float(value);
  } else if (value >= 0 && value < SMALL_COUNT) {
    writer.byte(SMALL + value);
  } else {
    writer.byte(INTEGER);
    writer.signed(value);
  }
}

function isInteger(value: unknown): value is number {
  return (
    Number.isInteger(value) &&
    (value as number) < INTEGER_MAX &&
    (value as number) > -INTEGER_MAX &&
    (value !== 0 || !Object.is(value, -0))
  );
}

function writeComposite(writer: ByteWriter, value: object, depth: number): void {
  if (depth >= STORE_LIMITS.storedDepthMax)
    throw notStorable(`one deeper than ${STORE_LIMITS.storedDepthMax}`);
  if (Array.isArray(value)) {
    writeArray(writer, value, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw notStorable(`an instance: ${textOf(value)}`);
  const keys = Object.keys(value);
  writer.byte(OBJECT);
  writer.varint(keys.length);
  for (const key of keys) {
    writer.text(key);
    writeValue(writer, (value as Record<string, unknown>)[key], depth + 1);
  }
}

function writeArray(writer: ByteWriter, values: readonly unknown[], depth: number): void {
  const { length } = values;
  const row = length < ROW_LENGTH ? ARRAY : rowKind(values);
  writer.byte(row);
  writer.varint(length);
  if (row === INTEGERS) {
    let last = 0;
    for (const value of values as readonly number[]) {
      writer.signed(value - last);
      last = value;
    }
  } else if (row === FLOATS) {
    for (const value of values as readonly number[]) writer.float(value);
  } else {
    for (let i = 0; i < length; i++) writeValue(writer, values[i], depth);
  }
}

function rowKind(values: readonly unknown[]): number {
  let kind = INTEGERS;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') return ARRAY;
    if (!isInteger(value)) kind = FLOATS;
  }
  return kind;
}

function readComposite(reader: ByteReader, kind: number, depth: number): unknown {
  if (kind === OBJECT) return readObject(reader, depth);
  if (kind === INTEGERS) {
    const count = reader.count();
    const values: number[] = [];
    for (let i = 0, last = 0; i < count; i++) {
      last += reader.signed();
      values.push(last);
    }
    return values;
  }
  if (kind !== ARRAY && kind !== FLOATS) throw reader.fault('a kind of value');
  const count = reader.count(kind === FLOATS ? 8 : 1);
  const values: unknown[] = [];
  for (let i = 0; i < count; i++)
    values.push(kind === FLOATS ? reader.float() : readValue(reader, depth));
  return values;
}

function readObject(reader: ByteReader, depth: number): Record<string, unknown> {
  const count = reader.count(2);
  const object: Record<string, unknown> = {};
  for (let i = 0; i < count; i++) {
    const key = reader.text();
    const value = readValue(reader, depth);
    setOwn(object, key, value);
  }
  return object;
}

/** An entity id that {@link writeValue} wrote; another value is STORED_BYTES_INVALID. */
export function readEntityId(reader: ByteReader): EntityId {
  const eid = readValue(reader);
  if (typeof eid !== 'string' && typeof eid !== 'number') throw reader.fault('an entity id');
  return eid;
}

/** `object[key] = value`, also where the key is `__proto__`. */
export function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  else object[key] = value;
}

function readDigits(reader: ByteReader): bigint {
  const digits = reader.text();
  if (!/^[0-9a-f]+$/.test(digits)) throw reader.fault('the digits of an integer');
  return BigInt(`0x${digits}`);
}

function notStorable(got: string): CodedError<'VALUE_NOT_STORABLE'> {
  return new CodedError('VALUE_NOT_STORABLE', `expected a value of plain data, got ${got}`);
}
