/**
 * Frames through a ring in shared memory, with a MessagePort beside it for what the ring cannot do: wake a sleeping
 * reader, carry frames with attachments, frames too large, and frames that find the ring full. Every frame has a
 * sequence number, whichever way it goes, so the reader takes them in order.
 *
 *   sink ─ frame 7 ─▶ [ring: 7 · 8 · 10] ─▶ source        the ring holds 10, but 9 is due: it was posted before
 *        └ frame 9 ─▶ (port: 9)          ─▶               10 was written, so it is in the port's queue already
 *
 * When the writer's thread dies, its port closes; by then nothing more is written, so what the ring holds is all
 * there was, and it is delivered before the close.
 * Runs on: any.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { assert } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Transferred } from '../message/attachments.js';
import { allocateRing, RingReader, RingWriter } from './spsc-ring.js';
import type { FrameSink, FrameSource, OnFrame, Transport } from './transport.js';

/** Looking in vain this often in a row, a reader gives it up. */
const TRUST_MAX = 8;
/** Falling asleep this often, it tries once again whether looking pays. */
const SLEEPS_PER_TRIAL = 64;

interface RingEnd {
  readonly memory: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** A frame that goes by the port; null in its place only wakes. */
type PostedFrame = readonly [
  sequence: number,
  bytes: Uint8Array,
  attachments: readonly unknown[] | undefined,
];

export const ringTransport: Transport = {
  name: 'ring',
  open: () => {
    const { port1, port2 } = new MessageChannel();
    const memory = allocateRing(LIMITS.ringBytes);
    const end: RingEnd = { memory, port: port2 };
    return { sink: new RingSink(memory, port1), end, endTransfer: [port2] };
  },
  accept: (end) => new RingSource(end as RingEnd),
};

class RingSink implements FrameSink {
  readonly #ring: RingWriter;
  readonly #port: MessagePort;
  #sequence = 0;
  #isClosed = false;

  constructor(memory: SharedArrayBuffer, port: MessagePort) {
    this.#ring = new RingWriter(memory);
    this.#port = port;
  }

  send(
    bytes: Uint8Array,
    attachments?: readonly unknown[],
    transfer: readonly Transferred[] = [],
  ): void {
    if (this.#isClosed) return;
    const isSmall = attachments === undefined && bytes.length <= LIMITS.ringFrameBytes;
    if (isSmall && this.#ring.tryWrite(bytes, this.#sequence)) {
      if (this.#ring.mustWake()) this.#port.postMessage(null);
    } else {
      this.#port.postMessage([this.#sequence, bytes, attachments], transfer);
    }
    // Only now: a frame that could not be posted has taken no number.
    this.#sequence = (this.#sequence + 1) | 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#port.close();
  }
}

class RingSource implements FrameSource {
  readonly #ring: RingReader;
  readonly #port: MessagePort;
  /** Frames taken from the port before their turn; at most one, but for those that came as events. */
  readonly #posted: PostedFrame[] = [];
  #onFrame: OnFrame | undefined;
  #onClose: (() => void) | undefined;
  /** The sender has gone: what is here is all that will ever be. */
  #hasEnded = false;
  #due = 0;
  #attachments: readonly unknown[] | undefined;
  #isDelivering = false;
  /** Turns without a frame since the last one. */
  #idleTurns = 0;
  /** How often looking has paid of late; at zero it is given up. */
  #trust = TRUST_MAX;
  #sleeps = 0;
  #turn: NodeJS.Immediate | undefined;

  constructor({ memory, port }: RingEnd) {
    this.#ring = new RingReader(memory);
    this.#port = port;
  }

  start(onFrame: OnFrame, onClose: () => void): void {
    this.#onFrame = onFrame;
    this.#onClose = onClose;
    this.#port.on('message', (posted: PostedFrame | null) => {
      if (posted !== null) this.#posted.push(posted);
      this.#run(false);
    });
    this.#port.once('close', () => {
      this.#hasEnded = true;
      this.#run(false);
    });
    // Listening made it keep the process alive.
    this.#port.unref();
    this.#scheduleTurn();
  }

  poll(): number {
    if (this.#isDelivering) return 0;
    const count = this.#deliver();
    if (count > 0) {
      this.#idleTurns = 0;
      // Whoever sends now is likely to send more: no wake-ups while the next turns look anyway.
      if (this.#turn === undefined && this.#onFrame !== undefined) {
        this.#ring.wake();
        this.#scheduleTurn();
      }
    }
    return count;
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }

  close(): void {
    this.#stop();
    this.#port.close();
  }

  #stop(): void {
    this.#onFrame = undefined;
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
  }

  #run(isTurn: boolean): void {
    try {
      this.#ring.wake();
      if (this.#deliver() === 0) this.#idleTurns++;
      else {
        this.#idleTurns = 0;
        if (isTurn && this.#trust < TRUST_MAX) this.#trust++;
      }
    } finally {
      if (this.#onFrame !== undefined && this.#turn === undefined) this.#rest();
    }
  }

  /**
   * Looks again in the next turns of the event loop, or falls asleep. To be woken costs as much as many turns; but
   * where frames are rare, or the sender waits for this very processor, looking is wasted. So it is done while it
   * pays more often than not, and when it has stopped paying it is tried again now and then. At the end, closes.
   */
  #rest(): void {
    if (this.#hasEnded && !this.#ring.hasNext() && this.#posted.length === 0) {
      this.#stop();
      this.#onClose?.();
      return;
    }
    const idleTurnsMax = this.#trust > 0 ? LIMITS.ringIdleTurns : 0;
    const isBusy = this.#idleTurns < idleTurnsMax || this.#posted.length > 0;
    if (isBusy || !this.#ring.trySleep()) {
      this.#scheduleTurn();
      return;
    }
    this.#idleTurns = 0;
    this.#sleeps = (this.#sleeps + 1) % SLEEPS_PER_TRIAL;
    if (this.#trust > 0) this.#trust--;
    else if (this.#sleeps === 0) this.#trust = 1;
  }

  #scheduleTurn(): void {
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#run(true);
    });
  }

  /**
   * Hands over frames in their order; answers how many. Bounded, so that a sender that is as fast as this loop does not
   * keep it from ending.
   */
  #deliver(): number {
    let count = 0;
    let bytesLeft: number = LIMITS.creditBytes;
    this.#isDelivering = true;
    try {
      while (this.#onFrame !== undefined && bytesLeft > 0 && count < LIMITS.framesPerPoll) {
        const bytes = this.#next();
        if (bytes === undefined) break;
        count++;
        bytesLeft -= bytes.length;
        this.#onFrame(bytes, this.#attachments);
      }
    } finally {
      this.#isDelivering = false;
    }
    return count;
  }

  /** The bytes of the frame that is due, if it is here; what is attached to it is in #attachments. */
  #next(): Uint8Array | undefined {
    this.#attachments = undefined;
    const posted = this.#posted[0];
    if (posted?.[0] === this.#due) {
      this.#posted.shift();
      this.#due = (this.#due + 1) | 0;
      this.#attachments = posted[2];
      return posted[1];
    }
    if (!this.#ring.hasNext()) {
      // All that was sent before a posted frame was in the ring when it was posted.
      assert(posted === undefined, 'the ring to hold what was sent before a posted frame');
      return undefined;
    }
    if (this.#ring.sequence !== this.#due) {
      this.#fetchPosted();
      return this.#next();
    }
    this.#due = (this.#due + 1) | 0;
    return this.#ring.take();
  }

  /** The frame that is due went by the port, before the one in the ring: it must be in the port's queue. */
  #fetchPosted(): void {
    let received: { message: PostedFrame | null } | undefined;
    do {
      received = receiveMessageOnPort(this.#port);
      assert(
        received !== undefined,
        'a frame that is not in the ring to be in the queue of its port',
      );
    } while (received.message === null);
    this.#posted.push(received.message);
  }
}
