/**
 * The kinds of binaries by name, and views rebuilt from a name: what lets a moved or shared buffer arrive as the
 * type it was given as, though only bare buffers can be transferred.
 * Runs on: any.
 */

const tagOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)?.get as (this: unknown) => string | undefined;

/** A typed array of any kind: what all of them have in common. */
interface TypedArrayClass {
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): ArrayBufferView;
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * The name a binary travels under: `ArrayBuffer`, `SharedArrayBuffer`, `DataView`, `Buffer`, or a typed array's.
 * Undefined for what is no binary.
 */
export function binaryNameOf(value: unknown): string | undefined {
  if (ArrayBuffer.isView(value)) {
    if (value instanceof DataView) return 'DataView';
    return Buffer.isBuffer(value) ? 'Buffer' : tagOf.call(value);
  }
  if (value instanceof ArrayBuffer) return 'ArrayBuffer';
  return value instanceof SharedArrayBuffer ? 'SharedArrayBuffer' : undefined;
}

/** A binary of that name over the whole buffer, or over `byteLength` bytes of it. */
export function binaryOver(
  name: string,
  buffer: ArrayBufferLike,
  byteOffset = 0,
  byteLength = buffer.byteLength,
): ArrayBufferLike | ArrayBufferView {
  if (name === 'ArrayBuffer' || name === 'SharedArrayBuffer') return buffer;
  if (name === 'DataView') return new DataView(buffer, byteOffset, byteLength);
  if (name === 'Buffer') return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  const TypedArray = (globalThis as unknown as Record<string, TypedArrayClass>)[name];
  if (TypedArray === undefined) throw new TypeError(`expected a kind of typed array, got ${name}`);
  return new TypedArray(buffer, byteOffset, byteLength / TypedArray.BYTES_PER_ELEMENT);
}

/** True for typed arrays and DataViews of the platform itself, Buffer included; false for classes that extend them. */
export function isPlatformView(view: ArrayBufferView): boolean {
  const name = binaryNameOf(view) as string;
  const platform = (globalThis as unknown as Record<string, unknown>)[name];
  return view.constructor === platform;
}
