/**
 * Frames within one thread, delivered only when told: the testkit decides when and how many, from its seed. What is
 * transferred leaves the sender here too, so that code that would fail between threads fails in a test.
 * Runs on: any.
 */
import type { Transferred } from '../message/attachments.js';
import type { FrameSink, FrameSource, OnFrame, Transport } from './transport.js';

interface MemoryFrame {
  readonly bytes: Uint8Array;
  readonly attachments: readonly unknown[] | undefined;
}

/** What both ends share. */
interface MemoryEnd {
  readonly frames: MemoryFrame[];
  isClosed: boolean;
}

interface MemoryTransport extends Transport {
  accept(end: unknown): MemorySource;
}

export const memoryTransport: MemoryTransport = {
  name: 'memory',
  open: () => {
    const end: MemoryEnd = { frames: [], isClosed: false };
    return { sink: new MemorySink(end), end, endTransfer: [] };
  },
  accept: (end) => new MemorySource(end as MemoryEnd),
};

/** Closing it is also how a testkit lets the sending thread die. */
class MemorySink implements FrameSink {
  readonly #end: MemoryEnd;

  constructor(end: MemoryEnd) {
    this.#end = end;
  }

  send(
    bytes: Uint8Array,
    attachments?: readonly unknown[],
    transfer: readonly Transferred[] = [],
  ): void {
    if (this.#end.isClosed) return;
    this.#end.frames.push({
      bytes: bytes.slice(),
      attachments:
        attachments === undefined
          ? undefined
          : structuredClone(attachments, { transfer: [...transfer] }),
    });
  }

  close(): void {
    this.#end.isClosed = true;
  }
}

export class MemorySource implements FrameSource {
  readonly #end: MemoryEnd;
  #onFrame: OnFrame | undefined;
  #onClose: (() => void) | undefined;
  #isDelivering = false;

  constructor(end: MemoryEnd) {
    this.#end = end;
  }

  start(onFrame: OnFrame, onClose: () => void): void {
    this.#onFrame = onFrame;
    this.#onClose = onClose;
  }

  /** Deliveries that wait: frames, and the close after them. Zero before start. */
  get pending(): number {
    if (this.#onFrame === undefined) return 0;
    return this.#end.frames.length + (this.#end.isClosed ? 1 : 0);
  }

  /** Makes at most `count` of the pending deliveries; answers how many it made. Zero within one. */
  deliver(count = Number.POSITIVE_INFINITY): number {
    if (this.#isDelivering) return 0;
    this.#isDelivering = true;
    let made = 0;
    try {
      for (; made < count && this.pending > 0; made++) this.#deliverOne();
    } finally {
      this.#isDelivering = false;
    }
    return made;
  }

  /** Always zero: nothing is delivered but by {@link deliver}. */
  poll(): number {
    return 0;
  }

  ref(): void {}

  unref(): void {}

  close(): void {
    this.#onFrame = undefined;
  }

  #deliverOne(): void {
    const frame = this.#end.frames.shift();
    if (frame !== undefined) {
      this.#onFrame?.(frame.bytes, frame.attachments);
      return;
    }
    this.#onFrame = undefined;
    this.#onClose?.();
  }
}
