/**
 * A value packed once for many receivers: without a learned dictionary, so that it means the same in every channel.
 * It travels as bytes inside the frames of each channel and is unpacked where it arrives. Shared memory in it goes
 * beside, as in any message; what only one receiver can have is refused. Small plain data goes as it is: packed with
 * the rest of a batch it costs less, even once per channel, than packed by itself (0.2 µs against 3).
 * Runs on: any.
 */
import { decodeAlone, encodeAlone, registerClass } from './codec.js';
import { RESERVED_KEYS } from './refusal-path.js';

export class Packed {
  constructor(
    readonly bytes: Uint8Array,
    readonly shared: readonly unknown[],
    readonly owner: unknown,
  ) {}

  /** Throws MESSAGE_NOT_ENCODABLE, with the path to the culprit. */
  static of(value: unknown, owner: unknown): Packed {
    const shared: unknown[] = [];
    return new Packed(encodeAlone(value, { owner, shared }), shared, owner);
  }

  get byteLength(): number {
    return this.bytes.length;
  }

  /** The value again, a fresh one each time. */
  open(): unknown {
    return decodeAlone(this.bytes, { owner: this.owner, shared: [...this.shared] });
  }
}

const SMALL_VALUES = 64;
const SMALL_DEPTH = 3;
let budget = 0;

/** The value, or it packed. Throws MESSAGE_NOT_ENCODABLE for what not every receiver could have. */
export function packedForMany(value: unknown, owner: unknown): unknown {
  budget = SMALL_VALUES;
  return isSmall(value, SMALL_DEPTH) ? value : Packed.of(value, owner);
}

/** True for few plain values that are sure to be encodable. */
function isSmall(value: unknown, depth: number): boolean {
  if (--budget < 0) return false;
  if (typeof value === 'string') {
    budget -= value.length >> 4;
    return budget >= 0;
  }
  if (typeof value !== 'object') return typeof value !== 'function' && typeof value !== 'symbol';
  if (value === null) return true;
  if (depth === 0) return false;
  const made = value.constructor;
  if (made === Array) return (value as unknown[]).every((item) => isSmall(item, depth - 1));
  return made === Object && isSmallObject(value, depth);
}

function isSmallObject(value: object, depth: number): boolean {
  try {
    for (const key in value) {
      if (RESERVED_KEYS.has(key)) return false;
      if (!isSmall((value as Record<string, unknown>)[key], depth - 1)) return false;
    }
    return true;
  } catch {
    // A property that throws when read: packing says where.
    return false;
  }
}

registerClass(2, Packed, {
  write: ({ bytes, shared }) => (shared.length === 0 ? bytes : [bytes, ...shared]),
  read: (data, owner) => {
    const [bytes, ...shared] = (data instanceof Uint8Array ? [data] : data) as [
      Uint8Array,
      ...unknown[],
    ];
    return new Packed(bytes, shared, owner);
  },
});
