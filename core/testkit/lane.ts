/**
 * Things that wait to happen on a logical thread in the order they came: frames of one channel, timers that are due,
 * calls of one caller. What is at the head of a lane may happen next; which lane goes on is drawn.
 * Runs on: any.
 */
import type { MemorySource } from '../transport/memory-transport.js';
import type { FrameSource, OnFrame } from '../transport/transport.js';

export interface Lane {
  /** For the trace: what kind of thing it is. */
  readonly label: string;
  readonly isReady: boolean;
  /** Lets the head happen. */
  next(): void;
}

/** Callbacks, first in first out. */
export class CallLane implements Lane {
  #calls: (() => void)[] = [];

  constructor(
    readonly label: string,
    readonly onPush: () => void,
  ) {}

  get isReady(): boolean {
    return this.#calls.length > 0;
  }

  push(fn: () => void): void {
    this.#calls.push(fn);
    this.onPush();
  }

  /** Takes one back that has not happened yet. */
  remove(fn: () => void): void {
    const index = this.#calls.indexOf(fn);
    if (index >= 0) this.#calls.splice(index, 1);
  }

  next(): void {
    this.#calls.shift()?.();
  }

  clear(): void {
    this.#calls = [];
  }
}

/** The frames of one channel, one at a time, and its close after them. */
export class FrameLane implements Lane, FrameSource {
  readonly #source: MemorySource;
  readonly #onEnd: (lane: FrameLane) => void;

  constructor(
    readonly label: string,
    source: MemorySource,
    onEnd: (lane: FrameLane) => void,
  ) {
    this.#source = source;
    this.#onEnd = onEnd;
  }

  get isReady(): boolean {
    return this.#source.pending > 0;
  }

  next(): void {
    this.#source.deliver(1);
  }

  start(onFrame: OnFrame, onClose: () => void): void {
    this.#source.start(onFrame, () => {
      this.#onEnd(this);
      onClose();
    });
  }

  poll(): number {
    return 0;
  }

  ref(): void {}

  unref(): void {}

  close(): void {
    this.#source.close();
    this.#onEnd(this);
  }
}
