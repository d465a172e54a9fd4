/**
 * A value packed once for many receivers: without a learned dictionary, so that it means the same in every channel.
 * It travels as bytes inside the frames of each channel and is unpacked where it arrives. Shared memory in it goes
 * beside, as in any message; what only one receiver can have is refused.
 * Runs on: any.
 */
import { decodeAlone, encodeAlone, registerClass } from './codec.js';

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
