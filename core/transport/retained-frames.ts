/**
 * What a sender keeps of a channel until the receiver has begun it: the posted frames, as bytes. When the
 * receiver's thread dies, the messages that had not begun are read out of them and given again, in order.
 * Bounded in messages (the window of begun marks) and bytes; what falls out can only be counted.
 * Runs on: any.
 */
import { LIMITS } from '../limits.js';
import type { ChannelMemory } from './channel-memory.js';

/** One posted frame. */
export interface RetainedFrame {
  /** Undefined when it could not be kept: it carried moved buffers, or was too large. */
  readonly bytes: Uint8Array | undefined;
  /** Dictionary epoch it was packed in. */
  readonly epoch: number;
  /** Sequence number of its first message. */
  readonly first: number;
  readonly messages: number;
}

export class RetainedFrames {
  readonly #memory: ChannelMemory;
  #frames: RetainedFrame[] = [];
  #start = 0;
  /** Messages of the oldest frame known to have begun. */
  #begunOfOldest = 0;
  #messages = 0;
  #bytes = 0;

  constructor(memory: ChannelMemory) {
    this.#memory = memory;
  }

  /** Keeps a posted frame, and lets go of what has begun or falls out of the window. */
  add(frame: RetainedFrame): void {
    this.release();
    this.#frames.push(frame);
    this.#messages += frame.messages;
    this.#bytes += frame.bytes?.length ?? 0;
    while (this.#messages > LIMITS.retainedMessages || this.#bytes > LIMITS.retainedBytes)
      this.#drop();
  }

  /** Lets go of the oldest frames whose messages have all begun. */
  release(): void {
    while (this.#start < this.#frames.length) {
      const frame = this.#frames[this.#start] as RetainedFrame;
      let begun = this.#begunOfOldest;
      while (begun < frame.messages && this.#memory.hasBegun(frame.first + begun)) begun++;
      this.#begunOfOldest = begun;
      if (begun < frame.messages) return;
      this.#drop();
    }
  }

  /** The oldest dictionary epoch still needed. */
  get oldestEpoch(): number | undefined {
    return this.#frames[this.#start]?.epoch;
  }

  /** Everything kept, oldest first. */
  frames(): readonly RetainedFrame[] {
    return this.#frames.slice(this.#start);
  }

  #drop(): void {
    const frame = this.#frames[this.#start] as RetainedFrame;
    this.#messages -= frame.messages;
    this.#bytes -= frame.bytes?.length ?? 0;
    this.#begunOfOldest = 0;
    this.#start++;
    if (this.#start > 64 && this.#start * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#start);
      this.#start = 0;
    }
  }
}
