/**
 * One direction of one channel between two threads: frames go in at the sink and come out at the source, in order,
 * each once, and then the channel closes, once. That also holds when the sending thread is terminated, exits or
 * crashes at any instant: all that `send` had returned for is delivered first. Three kinds: port-transport.ts,
 * ring-transport.ts, and memory-transport.ts for the testkit; test/conformance/transport.ts is what they share.
 * Runs on: any.
 */
import type { Transferred } from '../message/attachments.js';

/** The sending end. */
export interface FrameSink {
  /**
   * Hands a frame over; it is on its way when this returns. `bytes` is copied: it stays the sender's, unchanged.
   * `transfer` lists those of `attachments` that leave the sender. Never waits and never refuses; credit bounds
   * what is on its way. After `close`, or when the receiver has gone, frames vanish.
   */
  send(
    bytes: Uint8Array,
    attachments?: readonly unknown[],
    transfer?: readonly Transferred[],
  ): void;
  /** Ends the channel after what was sent. Again: nothing. */
  close(): void;
}

/** `bytes` is the receiver's own, for as long as it likes. */
export type OnFrame = (bytes: Uint8Array, attachments: readonly unknown[] | undefined) => void;

/** The receiving end. Frames wait in it until it is started. */
export interface FrameSource {
  /**
   * Begins to deliver: from the event loop, and from {@link poll}. `onClose` is called once, after the last frame,
   * when the sink was closed or its thread died; not when this end was closed. To be called once.
   */
  start(onFrame: OnFrame, onClose: () => void): void;
  /** Delivers what has arrived, now; answers how many frames that were. Zero within onFrame, and before start. */
  poll(): number;
  /** Makes the channel keep the process alive; at first it does not. */
  ref(): void;
  unref(): void;
  /** Stops delivering, at once; what is still on its way is dropped. Again: nothing. */
  close(): void;
}

/** A new channel, seen from its sender. */
export interface TransportPair {
  readonly sink: FrameSink;
  /** To be posted to the receiving thread, which makes its source of it by {@link Transport.accept}. */
  readonly end: unknown;
  /** Transfer list for posting `end`. */
  readonly endTransfer: Transferred[];
}

/** A way to carry frames. */
export interface Transport {
  readonly name: 'port' | 'ring' | 'memory';
  /** Called in the thread that will send. */
  open(): TransportPair;
  /** Called in the thread that will receive, with the `end` of a pair the same transport opened. */
  accept(end: unknown): FrameSource;
}
