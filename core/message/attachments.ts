/**
 * What a frame carries beside its bytes: memory that moves or is shared, and ports. The bytes name each by its index.
 * In two steps, so that a message that turns out not to be encodable takes nothing from its sender: while packing,
 * binaries are only claimed; when all is packed they are detached, and then they have left.
 * Runs on: any.
 */
import type { MessagePort } from 'node:worker_threads';
import { CodedError } from '../errors.js';
import { assertPresent, type Moved, markLeft, memoryOf } from './move.js';

/** What can change threads instead of being copied. */
export type Transferred = ArrayBuffer | MessagePort;

/** Memory that comes beside a frame, in bytes: it counts as in flight like the frame itself. */
export function attachedBytes(attachments: readonly unknown[] | undefined): number {
  let sum = 0;
  for (const item of attachments ?? []) if (item instanceof ArrayBuffer) sum += item.byteLength;
  return sum;
}

/** Ports whose place was taken by a fresh one, in a frame that then failed; null once they have left. */
const portDepartures = new WeakMap<MessagePort, MessagePort | null>();

export class Attachments {
  readonly #claims: (Moved | MessagePort | SharedArrayBuffer)[] = [];
  readonly #keys: object[] = [];

  /** Index the bytes name it by. BINARY_MOVED if it has left, or stands in this frame already. */
  claimMoved(moved: Moved): number {
    assertPresent(moved);
    if (this.#keys.includes(moved.key))
      throw new CodedError(
        'BINARY_MOVED',
        `expected a binary to be moved once, got ${moved.type} of ${moved.byteLength} bytes twice`,
      );
    return this.#claim(moved, moved.key);
  }

  claimPort(port: MessagePort): number {
    if (portDepartures.get(port) === null || this.#keys.includes(port))
      throw new CodedError('BINARY_MOVED', 'expected a MessagePort to be sent once, got one twice');
    return this.#claim(port, port);
  }

  /** The same memory in several places of a frame is carried once. */
  share(buffer: SharedArrayBuffer): number {
    const index = this.#keys.indexOf(buffer);
    return index === -1 ? this.#claim(buffer, buffer) : index;
  }

  get length(): number {
    return this.#claims.length;
  }

  /** Gives up what was claimed after there were only `length`. */
  truncate(length: number): void {
    this.#claims.length = length;
    this.#keys.length = length;
  }

  /**
   * Takes the claimed memory and ports from the sender. MESSAGE_NOT_ENCODABLE for what cannot be transferred (a
   * port that was closed or sent by other means); what was taken before that stays with its wrapper, so that the
   * other messages can be packed again.
   */
  detach(from = 0): unknown[] {
    return this.#claims.slice(from).map((claim) => {
      if (claim instanceof SharedArrayBuffer) return claim;
      try {
        return 'take' in claim ? memoryOf(claim) : freshPort(claim);
      } catch (cause) {
        if (cause instanceof CodedError) throw cause;
        throw new CodedError(
          'MESSAGE_NOT_ENCODABLE',
          `expected a ${'take' in claim ? claim.type : 'MessagePort'} that can be transferred, got one that cannot`,
          { cause },
        );
      }
    });
  }

  /** From here on the sender does not have it any more. */
  leave(items: readonly unknown[]): Transferred[] {
    const transfer: Transferred[] = [];
    for (const [index, claim] of this.#claims.entries()) {
      if (claim instanceof SharedArrayBuffer) continue;
      if ('take' in claim) markLeft(claim);
      else portDepartures.set(claim, null);
      transfer.push(items[index] as Transferred);
    }
    return transfer;
  }

  #claim(item: Moved | MessagePort | SharedArrayBuffer, key: object): number {
    this.#keys.push(key);
    return this.#claims.push(item) - 1;
  }
}

/**
 * Moving a port within this thread first finds out whether it can be transferred at all: once a frame is packed,
 * posting it must not fail, since the receiver would miss the shapes the frame teaches.
 */
function freshPort(port: MessagePort): MessagePort {
  let fresh = portDepartures.get(port);
  if (fresh === undefined || fresh === null) {
    fresh = structuredClone(port, { transfer: [port] });
    portDepartures.set(port, fresh);
  }
  return fresh;
}
