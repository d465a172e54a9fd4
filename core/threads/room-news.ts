/**
 * Tells senders, on this thread and on others, that a mailbox has room. The protocol is in mailbox/room.ts; this is the
 * owner's half of it.
 *
 *   depth at half ─▶ take the waiter mask ─▶ each thread in it: room, n      n: how many of its senders may try
 *
 * Runs on: any.
 */
import { LIMITS } from '../limits.js';
import type { Room } from '../mailbox/room.js';
import type { Signal } from '../message/signal.js';
import type { SlotTable } from '../slot-table.js';
import type { OutgoingChannel } from '../transport/outgoing-channel.js';

/** What it needs of its thread. */
interface NewsHost {
  readonly thread: number;
  readonly table: SlotTable;
  /** Senders of this thread that wait. */
  readonly room: Room;
  channelTo(thread: number): OutgoingChannel | undefined;
  signal(thread: number, signal: Signal): void;
}

export class RoomNews {
  readonly #host: NewsHost;

  constructor(host: NewsHost) {
    this.#host = host;
  }

  /** Something was settled there: tells those that wait once it is half empty. */
  made(slot: number): void {
    const { table } = this.#host;
    if (table.waiters(slot) === 0) return;
    const capacity = table.capacity(slot);
    const depth = table.depth(slot);
    if (depth <= capacity >> 1) this.#tell(slot, capacity - depth);
  }

  /** An admission was taken back, by a thread that has no turn of the actor in which to say so. */
  madeOne(slot: number): void {
    if (this.#host.table.waiters(slot) !== 0) this.#tell(slot, 1);
  }

  /** The actor has ended: all that wait for it, here and elsewhere, may try, and hear that. */
  ended(slot: number): void {
    const { room } = this.#host;
    if (room.size > 0) room.wake(slot, Infinity);
    if (this.#host.table.waiters(slot) !== 0) this.#tell(slot, Infinity);
  }

  /** The channel to that thread was starved and is not any more. */
  creditCame(thread: number): void {
    const { room } = this.#host;
    this.#host.channelTo(thread)?.flush();
    if (room.size > 0) room.wakeAll((slot) => this.#host.table.owner(slot) === thread);
  }

  #tell(slot: number, quota: number): void {
    const mask = this.#host.table.takeWaiters(slot);
    const generation = this.#host.table.generation(slot);
    for (let thread = 0; thread < LIMITS.threadsMax; thread++) {
      if (((mask >>> thread) & 1) === 0) continue;
      if (thread === this.#host.thread) this.#host.room.wake(slot, quota);
      else this.#host.signal(thread, { type: 'room', slot, generation, quota });
    }
  }
}
