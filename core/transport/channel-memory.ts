/**
 * The shared memory of one channel (one direction between two threads).
 *
 *   word 0    written   bytes the sender has posted          (sender's line)
 *   word 16   taken     bytes the receiver has decoded       (receiver's line)
 *   word 32   starved   the sender waits for credit
 *   word 48   posted    messages of the journal already posted   (sender's line)
 *   word 49   admitted  messages ever put in the journal
 *   word 50   epoch     the life of the receiving thread it was opened for
 *   word 51   dropped   of those counted as posted, the ones that were given up instead
 *   word 64…  journal   ring of target slots: admitted, not yet posted
 *   bytes …   begun     ring of marks: which posted messages have begun
 *
 * Journal: a message counts in its target's slot from admission on, but reaches the target's thread only when its
 * frame is posted. If the sender dies in between, the receiver finds here whom to settle.
 * Begun: the receiver marks each message when its handler begins; what is not marked when the receiver dies, the
 * sender gives again. A mark holds the lap of the ring, so a late mark of an older lap cannot be mistaken.
 * Runs on: any.
 */
import { LIMITS } from '../limits.js';
import { JOURNAL, JOURNAL_SIZE, JOURNAL_TAIL } from '../slot-table.js';

const WRITTEN = 0;
const TAKEN = 16;
const STARVED = 32;
const POSTED = 48;
const EPOCH = 50;
const DROPPED = 51;
const BYTES = (JOURNAL + JOURNAL_SIZE) * 4;

const POSITION_BITS = 14;
const POSITION_MASK = LIMITS.retainedMessages - 1;
/** Lap and position of a sequence number, as a begun mark holds them. */
const SEQUENCE_MASK = 0x3fffff;
/** First sequence number: lap 1, since a zeroed byte must mean not begun. */
export const FIRST_SEQUENCE = LIMITS.retainedMessages;

export class ChannelMemory {
  /** For {@link SlotTable.admit}, which journals in the same straight line as it admits. */
  readonly words: Int32Array;
  readonly #begun: Uint8Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer, 0, BYTES / 4);
    this.#begun = new Uint8Array(buffer, BYTES, LIMITS.retainedMessages);
  }

  /** For a channel to that life of a thread. */
  static allocate(epoch = 0): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer(BYTES + LIMITS.retainedMessages);
    new Int32Array(buffer)[EPOCH] = epoch;
    return buffer;
  }

  get epoch(): number {
    return this.words[EPOCH] as number;
  }

  /** Sender: true while less than the credit is on its way; a single frame may go over. */
  hasCredit(): boolean {
    return this.inFlightBytes() < LIMITS.creditBytes;
  }

  inFlightBytes(): number {
    return (Atomics.load(this.words, WRITTEN) - Atomics.load(this.words, TAKEN)) | 0;
  }

  /**
   * Sender: says that it waits for credit; answers whether credit has come meanwhile. (1) the sender stores
   * starved, then loads taken; (2) the receiver stores taken, then takes starved; one of them sees the other.
   */
  starve(): boolean {
    Atomics.store(this.words, STARVED, 1);
    if (!this.hasCredit()) return false;
    Atomics.store(this.words, STARVED, 0);
    return true;
  }

  /** Receiver: gives credit back; answers whether the sender must be told. */
  take(bytes: number): boolean {
    Atomics.add(this.words, TAKEN, bytes);
    return (
      Atomics.load(this.words, STARVED) === 1 && Atomics.exchange(this.words, STARVED, 0) === 1
    );
  }

  /** Sender: messages in the journal. */
  unposted(): number {
    return ((this.words[JOURNAL_TAIL] as number) - (this.words[POSTED] as number)) | 0;
  }

  /** Sender: journals a message that is given again and so was admitted long ago. */
  journal(slot: number): void {
    const tail = this.words[JOURNAL_TAIL] as number;
    this.words[JOURNAL + (tail & (JOURNAL_SIZE - 1))] = slot;
    this.words[JOURNAL_TAIL] = (tail + 1) | 0;
  }

  /** Sender, straight after a frame was handed to the transport. */
  posted(messages: number, bytes: number): void {
    this.words[POSTED] = ((this.words[POSTED] as number) + messages) | 0;
    Atomics.add(this.words, WRITTEN, bytes);
  }

  /** Sender: the next message of the journal will not be posted. */
  dropped(): void {
    this.words[DROPPED] = ((this.words[DROPPED] as number) + 1) | 0;
    this.posted(1, 0);
  }

  /**
   * Receiver, after the sender's death and its last frame: slots of what was admitted and never posted. `received`
   * is how many messages have come: the sender may have died between posting a frame and noting that.
   */
  orphans(received: number = this.#posted()): number[] {
    const slots: number[] = [];
    const tail = Atomics.load(this.words, JOURNAL_TAIL);
    const first = (received + Atomics.load(this.words, DROPPED)) | 0;
    const count = (tail - first) | 0;
    for (let i = 0; i < count; i++) {
      slots.push(this.words[JOURNAL + ((first + i) & (JOURNAL_SIZE - 1))] as number);
    }
    return slots;
  }

  #posted(): number {
    return (Atomics.load(this.words, POSTED) - Atomics.load(this.words, DROPPED)) | 0;
  }

  /** Receiver: the message of that mark has begun. */
  markBegun(mark: number): void {
    const sequence = (mark >>> 2) & SEQUENCE_MASK;
    const position = sequence & POSITION_MASK;
    const lap = sequence >>> POSITION_BITS;
    // Only forward: an older lap must not hide that a newer message at this place has begun.
    if (((lap - (this.#begun[position] as number)) & 0xff) < 128) this.#begun[position] = lap;
  }

  /** Sender: has the message with that sequence number begun? Only asked within the retained window. */
  hasBegun(sequence: number): boolean {
    const lap = ((sequence & SEQUENCE_MASK) >>> POSITION_BITS) & 0xff;
    return this.#begun[sequence & POSITION_MASK] === lap;
  }
}

/** The begun mark of a message, in the place a meta word has for it. */
export function begunMark(thread: number, sequence: number): number {
  return ((thread + 1) << 24) | ((sequence & SEQUENCE_MASK) << 2);
}

/** The thread that sent the message of a mark. */
export function threadOfMark(mark: number): number {
  return (mark >>> 24) - 1;
}
