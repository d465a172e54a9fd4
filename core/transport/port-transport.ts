/**
 * Frames over a MessagePort. Posting puts the frame in the receiver's queue before it returns, and the close of a
 * port, also by the death of its thread, is queued behind: Node itself gives the guarantee of transport.ts.
 * Runs on: any.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { LIMITS } from '../limits.js';
import type { Transferred } from '../message/attachments.js';
import type { FrameSink, FrameSource, OnFrame, Transport } from './transport.js';

/** What is posted: the bytes, with their attachments only where there are any. */
type PortFrame = Uint8Array | readonly [bytes: Uint8Array, attachments: readonly unknown[]];

export const portTransport: Transport = {
  name: 'port',
  open: () => {
    const { port1, port2 } = new MessageChannel();
    return { sink: new PortSink(port1), end: port2, endTransfer: [port2] };
  },
  accept: (end) => new PortSource(end as MessagePort),
};

class PortSink implements FrameSink {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  send(
    bytes: Uint8Array,
    attachments?: readonly unknown[],
    transfer: readonly Transferred[] = [],
  ): void {
    if (attachments === undefined) this.#port.postMessage(bytes);
    else this.#port.postMessage([bytes, attachments], transfer);
  }

  close(): void {
    this.#port.close();
  }
}

class PortSource implements FrameSource {
  readonly #port: MessagePort;
  #onFrame: OnFrame | undefined;
  #isDelivering = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  start(onFrame: OnFrame, onClose: () => void): void {
    this.#onFrame = onFrame;
    this.#port.on('message', (frame: PortFrame) => this.#deliver(frame));
    this.#port.once('close', () => {
      const wasOpen = this.#onFrame !== undefined;
      this.#onFrame = undefined;
      if (wasOpen) onClose();
    });
    // Listening made it keep the process alive.
    this.#port.unref();
  }

  poll(): number {
    if (this.#isDelivering) return 0;
    let count = 0;
    // Bounded, so that a sender that is as fast as this loop does not keep it from ending.
    while (this.#onFrame !== undefined && count < LIMITS.framesPerPoll) {
      const received = receiveMessageOnPort(this.#port) as { message: PortFrame } | undefined;
      if (received === undefined) break;
      count++;
      this.#deliver(received.message);
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
    this.#onFrame = undefined;
    this.#port.close();
  }

  #deliver(frame: PortFrame): void {
    if (this.#onFrame === undefined) return;
    this.#isDelivering = true;
    try {
      if (frame instanceof Uint8Array) this.#onFrame(frame, undefined);
      else this.#onFrame(frame[0], frame[1]);
    } finally {
      this.#isDelivering = false;
    }
  }
}
