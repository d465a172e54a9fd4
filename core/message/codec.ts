/**
 * Values to bytes and back, the only door of msgpackr. A channel has one FrameEncoder and one FrameDecoder: the shape
 * of an object crosses once, later objects of that shape name it by number. `encodeAlone` packs without such memory.
 *
 *   frame:  flags (1: a new dictionary starts here) | msgpack array of the batch      dictionary = one epoch
 *
 * Not kept: -0 (0 arrives), lone surrogates (U+FFFD), holes in arrays (undefined), identity (what stands twice arrives
 * twice), prototypes of prototype-less objects, keys that are symbols or not enumerable, native classes of errors.
 * Runs on: any.
 */
import {
  addExtension,
  type Options,
  Packr,
  RESERVE_START_SPACE,
  RESET_BUFFER_MODE,
  REUSE_BUFFER_MODE,
  Unpackr,
} from 'msgpackr';
import { CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import { Attachments, type Transferred } from './attachments.js';
import { acceptRecord, session, wireExtension } from './packing-guard.js';
import { asNotEncodable, findUnencodable, RESERVED_KEYS, refused } from './refusal-path.js';
import { codecContext, type Incoming, type Outgoing } from './wire-classes.js';

export { MovedAway, move, unwrapMoved } from './move.js';
export { findUnencodable, type Unencodable } from './refusal-path.js';
export { codecContext, registerClass, type WireForm } from './wire-classes.js';

/** A packed batch, ready for a {@link FrameSink}. */
export interface EncodedFrame {
  /** In memory of exactly that size. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly attachments: unknown[] | undefined;
  /** Those attachments that change threads; the sender no longer has them. */
  readonly transfer: Transferred[] | undefined;
  /** Dictionary it was packed with, see {@link FrameEncoder.decoderFor}. */
  readonly epoch: number;
}

/** Reads frames of one epoch again, in any order. */
export interface RetainedDecoder {
  /** What has left with the frame is a MovedAway in its place. */
  decode(bytes: Uint8Array, attachments?: readonly unknown[]): unknown[];
}

/** Options of {@link encodeAlone} and {@link decodeAlone}. */
export interface AloneOptions {
  /** What {@link codecContext} holds meanwhile. */
  readonly owner?: unknown;
  /** Shared memory the bytes name by index: filled when packing, refused if absent; the same again when reading. */
  readonly shared?: unknown[];
}

type Shape = string[];
/** What a Packr has learned: `structures` is its table, in the order of the numbers given. */
type LearningPackr = Packr & { readonly structures: Shape[] };

/** Numbers that two-byte records have; then msgpackr begins again with the first. */
const SHAPES_MAX = 8_192;
const EPOCH_STARTS = 1;
/** Into msgpackr's own buffer, whose place in use is given back at once: no view of it is made, and it never runs out. */
const PACK_ALONE = REUSE_BUFFER_MODE | RESET_BUFFER_MODE;
const PACK_FRAME = PACK_ALONE | RESERVE_START_SPACE | 1;
/** What msgpackr returns in that mode: the whole buffer, and where the result is in it. */
type PackedBuffer = Buffer & { readonly start: number; readonly end: number };
// Buffer has a slice of its own, which makes a view.
const sliceOf = Uint8Array.prototype.slice;
const AFTER_FLAGS = { start: 1 };
const NOTHING: Incoming = { attachments: [], isRetained: false };
const SHARED_OPTIONS = {
  moreTypes: true,
  useToJSON: false,
  structuredClone: false,
  copyBuffers: true,
  mapsAsObjects: false,
} satisfies Options;

/** One per outgoing channel. `owner` is what {@link codecContext} holds while it works. */
export class FrameEncoder {
  readonly #owner: unknown;
  readonly #attachments = new Attachments();
  readonly #outgoing: Outgoing = { attachments: this.#attachments, carries: 'all', isAlone: false };
  readonly #tables = new Map<number, Shape[]>();
  #epoch = 0;
  #packr: LearningPackr | undefined;
  /** The shapes frames of this epoch have taught so far. */
  #table: Shape[] = [];
  #isFresh = false;

  constructor(owner?: unknown) {
    this.#owner = owner;
  }

  /**
   * Packs a batch. Moved memory in it has then left the sender, so the frame must be sent, and in order.
   * Throws MESSAGE_NOT_ENCODABLE or BINARY_MOVED: nothing has left then, and the next frame starts a new epoch.
   */
  encode(batch: readonly unknown[]): EncodedFrame {
    const attachments = this.#attachments;
    attachments.truncate(0);
    if (this.#packr === undefined || this.#table.length >= LIMITS.shapesPerEpoch) this.#begin();
    try {
      let bytes = this.#pack(batch);
      if (!this.#isFresh && this.#hasOverflowed()) {
        this.#begin();
        attachments.truncate(0);
        bytes = this.#pack(batch);
      }
      this.#learn(batch);
      const items = attachments.length === 0 ? undefined : attachments.detach();
      const transfer = items === undefined ? undefined : attachments.leave(items);
      bytes[0] = this.#isFresh ? EPOCH_STARTS : 0;
      this.#isFresh = false;
      // Its numbers mean different shapes in different places of this frame: nothing may follow in its epoch.
      if (this.#hasOverflowed()) this.#packr = undefined;
      return { bytes, attachments: items, transfer, epoch: this.#epoch };
    } catch (error) {
      // The packer has learned shapes that the receiver will never hear of.
      this.#packr = undefined;
      throw asNotEncodable(error);
    }
  }

  /**
   * After a batch was refused: what is wrong with each of its parts, undefined for those that can be sent. What is
   * left without the faulty ones encodes; a binary that stands in two parts is the fault of the second.
   */
  faultsOf(parts: readonly (readonly unknown[])[]): (CodedError | undefined)[] {
    const attachments = new Attachments();
    const out: Outgoing = { attachments, carries: 'all', isAlone: true };
    return parts.map((part) => {
      const before = attachments.length;
      try {
        packAlone(part, out, this.#owner);
        attachments.detach(before);
        return undefined;
      } catch (error) {
        attachments.truncate(before);
        return asNotEncodable(error);
      }
    });
  }

  /** Reads frames of that epoch again, for when their receiver has died. An assertion fails for a forgotten epoch. */
  decoderFor(epoch: number): RetainedDecoder {
    const table = this.#tables.get(epoch);
    if (table === undefined)
      throw new CodedError('ASSERTION_FAILED', `expected a remembered epoch, got ${epoch}`);
    // Copies, since reading adds to them; with the high byte that tells two-byte numbers, as the packer sets it.
    const structures = table.map((keys, index) =>
      Object.assign([...keys], { highByte: index < 32 ? -1 : (index - 32) >> 5 }),
    );
    const unpackr = learningUnpackr(structures);
    return {
      decode: (bytes, attachments = []) =>
        readFrame(unpackr, bytes, { attachments, isRetained: true }, this.#owner),
    };
  }

  /** Lets go of the dictionaries of older epochs. Until then every one is kept. */
  forgetEpochsBefore(epoch: number): void {
    for (const known of this.#tables.keys()) {
      if (known >= epoch) return;
      this.#tables.delete(known);
    }
  }

  #begin(): void {
    if (this.#isFresh) this.#tables.delete(this.#epoch);
    this.#epoch++;
    this.#table = [];
    this.#tables.set(this.#epoch, this.#table);
    this.#isFresh = true;
    this.#packr = new Packr({
      ...SHARED_OPTIONS,
      sequential: true,
      maxSharedStructures: 0,
      maxOwnStructures: SHAPES_MAX,
      useRecords: acceptRecord,
    }) as LearningPackr;
  }

  #pack(batch: readonly unknown[]): Uint8Array<ArrayBuffer> {
    return pack(this.#packr as LearningPackr, batch, PACK_FRAME, this.#outgoing, this.#owner);
  }

  /** More shapes in the epoch than there are numbers, so that numbers have been given anew. */
  #hasOverflowed(): boolean {
    return (this.#packr as LearningPackr).structures.length >= SHAPES_MAX;
  }

  #learn(batch: readonly unknown[]): void {
    const { structures } = this.#packr as LearningPackr;
    if (structures.length === this.#table.length) return;
    if (this.#hasOverflowed()) {
      const at = findUnencodable(batch, 'batch');
      if (at !== undefined) throw refused(at.what);
      return;
    }
    for (let i = this.#table.length; i < structures.length; i++) {
      const keys = structures[i] as Shape;
      // A reserved key may have confused what the packer has learned, so that these are not even keys.
      if (!Array.isArray(keys) || keys.some((key) => RESERVED_KEYS.has(key)))
        throw refused(`an object with a reserved key (${[...RESERVED_KEYS].join(', ')})`);
      this.#table.push(keys);
    }
  }
}

/** One per incoming channel: takes every frame of its encoder, in order. */
export class FrameDecoder {
  readonly #owner: unknown;
  #unpackr = learningUnpackr([]);

  constructor(owner?: unknown) {
    this.#owner = owner;
  }

  /**
   * The batch again, nothing of it a view of `bytes`. Bytes that are no frame of this channel, or come out of order,
   * are a failed assertion, and then the channel is of no more use.
   */
  decode(bytes: Uint8Array, attachments?: readonly unknown[]): unknown[] {
    if (bytes[0] === EPOCH_STARTS) this.#unpackr = learningUnpackr([]);
    const from = attachments === undefined ? NOTHING : { attachments, isRetained: false };
    return readFrame(this.#unpackr, bytes, from, this.#owner);
  }
}

/**
 * Packs one value so that any thread can read it, any number of times: spawn arguments, broadcasts. Refuses what only
 * one receiver can have (moved binaries, MessagePorts), and shared memory unless `options.shared` takes it.
 * Throws MESSAGE_NOT_ENCODABLE, with the path from `value` to the culprit.
 */
export function encodeAlone(value: unknown, options: AloneOptions = {}): Uint8Array<ArrayBuffer> {
  const attachments = new Attachments();
  try {
    const out: Outgoing = { attachments, carries: 'shared', isAlone: true };
    const bytes = packAlone(value, out, options.owner);
    if (attachments.length === 0) return bytes;
    if (options.shared === undefined)
      throw refused('a SharedArrayBuffer, which only messages carry');
    options.shared.push(...attachments.detach());
    return bytes;
  } catch (error) {
    const at = findUnencodable(value, 'value');
    throw at === undefined ? asNotEncodable(error) : refused(at.what, error, at.path);
  }
}

/** What {@link encodeAlone} packed. Other bytes are a failed assertion. */
export function decodeAlone(bytes: Uint8Array, options: AloneOptions = {}): unknown {
  const from = { attachments: options.shared ?? [], isRetained: false };
  return read(aloneUnpackr, bytes, undefined, from, options.owner);
}

const aloneUnpackr = new Unpackr(SHARED_OPTIONS);
let alonePackr: Packr | undefined;

function packAlone(value: unknown, out: Outgoing, owner: unknown): Uint8Array<ArrayBuffer> {
  const packr = alonePackr ?? new Packr({ ...SHARED_OPTIONS, useRecords: acceptRecord });
  // Comes back only after a success: a packer that was interrupted may hold half a shape.
  alonePackr = undefined;
  const bytes = pack(packr, value, PACK_ALONE, out, owner);
  alonePackr = packr;
  return bytes;
}

/** Runs the packer with the given roles and copies the result out of its buffer. */
function pack(
  packr: Packr,
  value: unknown,
  mode: number,
  out: Outgoing,
  owner: unknown,
): Uint8Array<ArrayBuffer> {
  const outerOutgoing = session.outgoing;
  const outerOwner = codecContext.current;
  session.outgoing = out;
  codecContext.current = owner;
  try {
    const buffer = packr.pack(value, mode) as PackedBuffer;
    const bytes = sliceOf.call(buffer, buffer.start, buffer.end);
    if (buffer.length > LIMITS.packerBytesKept && outerOutgoing === undefined)
      packr.useBuffer(Buffer.allocUnsafeSlow(8_192));
    return bytes;
  } finally {
    session.outgoing = outerOutgoing;
    codecContext.current = outerOwner;
  }
}

function readFrame(unpackr: Unpackr, bytes: Uint8Array, from: Incoming, owner: unknown): unknown[] {
  return read(unpackr, bytes, AFTER_FLAGS, from, owner) as unknown[];
}

function read(
  unpackr: Unpackr,
  bytes: Uint8Array,
  options: typeof AFTER_FLAGS | undefined,
  from: Incoming,
  owner: unknown,
): unknown {
  const outerIncoming = session.incoming;
  const outerOwner = codecContext.current;
  session.incoming = from;
  codecContext.current = owner;
  try {
    return unpackr.unpack(bytes, options);
  } catch (cause) {
    const text = `expected ${bytes.length} bytes of our own packing, got some that cannot be read: ${textOf(cause)}`;
    throw new CodedError('ASSERTION_FAILED', text, { cause });
  } finally {
    session.incoming = outerIncoming;
    codecContext.current = outerOwner;
  }
}

function learningUnpackr(structures: Shape[]): Unpackr {
  return new Unpackr({ ...SHARED_OPTIONS, sequential: true, structures });
}

addExtension(wireExtension);

/**
 * Reads bytes that anyone may have written, with a decoder that is thrown away: plain data, Dates, Sets and binaries
 * only. ENDPOINT_REFUSED for more than `bytesMax` bytes (default 1 MiB), for anything malformed, for record
 * definitions, and for instances: errors, regular expressions, whatever the runtime registers.
 */
export function decodeUntrusted(bytes: Uint8Array, options: { bytesMax?: number } = {}): unknown {
  const bytesMax = options.bytesMax ?? LIMITS.endpointBytes;
  if (bytes.byteLength > bytesMax)
    throw new CodedError(
      'ENDPOINT_REFUSED',
      `expected at most ${bytesMax} bytes, got ${bytes.byteLength}`,
    );
  const outerIncoming = session.incoming;
  session.incoming = 'untrusted';
  try {
    const unpackr = new Unpackr({
      useRecords: false,
      structuredClone: false,
      copyBuffers: true,
      mapsAsObjects: true,
      structures: new Proxy<Shape[]>([], { set: refuseDefinition }),
    });
    return plainOnly(unpackr.unpack(bytes));
  } catch (cause) {
    const text = `expected msgpack of plain data, got what cannot be taken: ${textOf(cause)}`;
    throw new CodedError('ENDPOINT_REFUSED', text, { cause });
  } finally {
    session.incoming = outerIncoming;
  }
}

function refuseDefinition(table: Shape[], key: string | symbol, value: unknown): boolean {
  if (Number.isInteger(Number(String(key))))
    throw new TypeError('expected maps, got a record definition');
  return Reflect.set(table, key, value);
}

function plainOnly(value: unknown): unknown {
  const found = [value];
  for (
    let current = found.pop();
    found.length > 0 || current !== undefined;
    current = found.pop()
  ) {
    if (current instanceof RegExp || current instanceof Error)
      throw new TypeError(`expected plain data, got ${textOf(current)}`);
    if (ArrayBuffer.isView(current) || typeof current !== 'object' || current === null) continue;
    const inner =
      current instanceof Set || Array.isArray(current) ? current : Object.values(current);
    for (const item of inner) if (typeof item === 'object' && item !== null) found.push(item);
  }
  return value;
}
