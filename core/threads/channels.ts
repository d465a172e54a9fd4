/**
 * The channels of one thread: one out to each other thread, opened at first use, and those others have opened to
 * it. While a thread is being replaced nothing goes out to it; what is sent meanwhile is held here.
 * Runs on: any.
 */

import { LIMITS } from '../limits.js';
import { FrameDecoder, FrameEncoder } from '../message/codec.js';
import type { ThreadTable } from '../thread-table.js';
import { Word } from '../thread-table.js';
import { ChannelMemory, threadOfMark } from '../transport/channel-memory.js';
import { IncomingChannel, type Receiver } from '../transport/incoming-channel.js';
import {
  type ChannelHost,
  OutgoingChannel,
  type SalvagedMessage,
} from '../transport/outgoing-channel.js';
import type { Transport } from '../transport/transport.js';

/** Hands the other end of a new channel to its thread. */
export type Connect = (
  to: number,
  memory: SharedArrayBuffer,
  end: unknown,
  transfer: unknown[],
) => void;

export interface ChannelsOptions {
  readonly thread: number;
  /** Which life of it this is. */
  readonly epoch: number;
  readonly threads: ThreadTable;
  readonly transport: Transport;
  readonly connect: Connect;
  /** What frames are decoded for: refs in them belong to it. */
  readonly owner: ChannelHost;
  readonly receiver: Receiver;
  /** After each frame from a thread that waits for credit. */
  readonly creditTaken: (thread: number) => void;
}

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #outgoing: (OutgoingChannel | undefined)[] = [];
  readonly #incoming: (IncomingChannel | undefined)[] = [];
  readonly #closers = new Map<number, (() => void)[]>();
  #held = new Map<number, SalvagedMessage[]>();
  /** Bit per thread that is away: what is for it is held. */
  #downMask = 0;
  /** Bit per thread that cannot be reached at all. */
  #goneMask = 0;
  /** Bit per thread that is being vacated: it still serves, and gets no new messages. */
  #heldMask = 0;
  #isClosed = false;

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  /** The channel to a thread; undefined while it cannot be reached. */
  to(thread: number): OutgoingChannel | undefined {
    return this.#outgoing[thread] ?? this.#open(thread);
  }

  isDown(thread: number): boolean {
    return (this.#downMask & (1 << thread)) !== 0;
  }

  /** Another thread has opened its channel to this one. */
  accept(from: number, epoch: number, memory: SharedArrayBuffer, end: unknown): void {
    const { transport, owner, receiver, creditTaken } = this.#options;
    // What was on its way to an earlier life is lost, or is given again by its sender.
    if (this.#isClosed || new ChannelMemory(memory).epoch !== this.#options.epoch)
      return transport.accept(end).close();
    this.#incoming[from]?.close();
    this.#incoming[from] = new IncomingChannel(
      from,
      epoch,
      memory,
      transport.accept(end),
      new FrameDecoder(owner),
      receiver,
      {
        taken: (channel, wasStarved) => {
          if (wasStarved) creditTaken(channel.thread);
        },
        closed: (channel) => {
          if (this.#incoming[from] === channel)
            for (const done of this.#closers.get(from) ?? []) done();
        },
      },
    );
  }

  /** Resolves when the last frame a dead thread had sent has been read, or none is read here any more. */
  async closed(from: number): Promise<void> {
    const channel = this.#incoming[from];
    if (channel === undefined || channel.isClosed || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const closers = this.#closers.get(from) ?? [];
      closers.push(resolve);
      this.#closers.set(from, closers);
    });
    this.#closers.delete(from);
  }

  /** Slots of what a dead thread had admitted here and never sent. Forgets its channel. */
  takeOrphans(from: number): number[] {
    const channel = this.#incoming[from];
    if (channel === undefined) return [];
    const slots = channel.memory.orphans(channel.received);
    channel.close();
    this.#incoming[from] = undefined;
    return slots;
  }

  markBegun(mark: number): void {
    this.#incoming[threadOfMark(mark)]?.memory.markBegun(mark);
  }

  /** A thread that does not serve yet, or no more: reads out what it never began. */
  down(thread: number): SalvagedMessage[] {
    this.#downMask |= 1 << thread;
    this.#goneMask |= 1 << thread;
    const channel = this.#outgoing[thread];
    this.#outgoing[thread] = undefined;
    return channel?.salvage() ?? [];
  }

  /** It is there again, and may be answered; messages for it are held still. */
  reachable(thread: number): void {
    this.#goneMask &= ~(1 << thread);
  }

  /** From now on messages for that thread are held, until it is back; answers and signals still go to it. */
  holdBack(thread: number): void {
    this.#heldMask |= 1 << thread;
    const channel = this.#outgoing[thread];
    if (channel !== undefined) channel.isHeld = true;
  }

  /** What is held for a thread, oldest first. */
  held(thread: number): readonly SalvagedMessage[] {
    return this.#held.get(thread) ?? [];
  }

  /** True when nothing is on its way here: what other threads have admitted has come. */
  get hasAllCome(): boolean {
    return this.#incoming.every(
      (channel) => channel === undefined || channel.memory.orphans(channel.received).length === 0,
    );
  }

  /** Keeps a message for a thread that is away, or being vacated; false when too much is kept. */
  hold(thread: number, message: SalvagedMessage): boolean {
    const held = this.#held.get(thread) ?? [];
    if (held.length >= LIMITS.outboxMessages) return false;
    held.push(message);
    this.#held.set(thread, held);
    return true;
  }

  /** The thread serves (again): what was held for it, oldest first. */
  up(thread: number): SalvagedMessage[] {
    this.#downMask &= ~(1 << thread);
    this.#goneMask &= ~(1 << thread);
    this.#heldMask &= ~(1 << thread);
    const channel = this.#outgoing[thread];
    if (channel !== undefined) channel.isHeld = false;
    const held = this.#held.get(thread) ?? [];
    this.#held.delete(thread);
    return held;
  }

  heldFor(thread: number): number {
    return this.#held.get(thread)?.length ?? 0;
  }

  /** True when nothing waits here to be posted. */
  get isQuiet(): boolean {
    return (
      this.#outgoing.every((channel) => channel === undefined || !channel.isStarved) &&
      this.#held.size === 0
    );
  }

  close(): void {
    this.#isClosed = true;
    for (const channel of this.#outgoing) channel?.close();
    for (const channel of this.#incoming) channel?.close();
    for (const closers of this.#closers.values()) for (const done of closers) done();
  }

  #open(thread: number): OutgoingChannel | undefined {
    if ((this.#goneMask & (1 << thread)) !== 0) return undefined;
    const { transport, threads, owner, connect } = this.#options;
    const { sink, end, endTransfer } = transport.open();
    const epoch = threads.load(thread, Word.epoch);
    const memory = ChannelMemory.allocate(epoch);
    const channel = new OutgoingChannel(
      thread,
      epoch,
      owner,
      sink,
      memory,
      new FrameEncoder(owner),
    );
    channel.isHeld = ((this.#heldMask | this.#downMask) & (1 << thread)) !== 0;
    this.#outgoing[thread] = channel;
    connect(thread, memory, end, [...endTransfer]);
    return channel;
  }
}
