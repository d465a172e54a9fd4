/**
 * Senders that wait for room, per target, first in first out. Nobody is woken by polling:
 *
 *   (1) admission failed  (2) set this thread's bit in the target's waiter mask  (3) try again  (4) sleep
 *   owner, after a turn:  (a) store settled  (b) load the mask; at half depth: clear it, wake those threads
 *
 * (2) and (a) are sequentially consistent, so either (3) sees the room or (b) sees the bit. While a thread has
 * waiters for a target its `tell` to it is `full`, so that nobody overtakes them. A full channel is waited for the
 * same way, woken by its credit; stop and death wake all.
 * Runs on: any.
 */
import type { SlotTable } from '../slot-table.js';

/** One waiting send or ask. */
export interface RoomEntry {
  /** Set when it was given up: deadline, abort. It then keeps no place. */
  isOver: boolean;
  /** Tries once: true when accepted or failed for good, false when still full. */
  attempt(): boolean;
}

export class Room {
  readonly #table: SlotTable;
  readonly #thread: number;
  readonly #queues = new Map<number, RoomEntry[]>();
  /** Targets with waiters: the hot path asks only this. */
  size = 0;

  constructor(table: SlotTable, thread: number) {
    this.#table = table;
    this.#thread = thread;
  }

  /** True when somebody on this thread already waits for that target. */
  has(slot: number): boolean {
    return this.#queues.has(slot);
  }

  /** Puts an entry behind those that wait for the slot already, then tries once more. */
  wait(slot: number, entry: RoomEntry): void {
    const queue = this.#queues.get(slot);
    if (queue !== undefined) {
      queue.push(entry);
      return;
    }
    this.#queues.set(slot, [entry]);
    this.size = this.#queues.size;
    this.#table.addWaiter(slot, this.#thread);
    this.wake(slot, 1);
  }

  /** Lets up to `quota` waiting entries try; sets the waiter bit again while some are left. */
  wake(slot: number, quota: number): void {
    const queue = this.#queues.get(slot);
    if (queue === undefined) return;
    let left = quota;
    for (;;) {
      left = this.#admit(queue, left);
      if (queue.length === 0) {
        this.#queues.delete(slot);
        this.size = this.#queues.size;
        return;
      }
      this.#table.addWaiter(slot, this.#thread);
      // Room may have come between the last attempt and the bit: look once more.
      if (this.#table.depth(slot) >= this.#table.capacity(slot) || !this.#tryFirst(queue)) return;
      left = Math.max(left, 1);
    }
  }

  /** Lets all try again, e.g. when a channel has credit or a thread is back. */
  wakeAll(isConcerned: (slot: number) => boolean = () => true): void {
    for (const slot of [...this.#queues.keys()]) if (isConcerned(slot)) this.wake(slot, Infinity);
  }

  /** Takes an entry out that was given up. */
  leave(slot: number, entry: RoomEntry): void {
    const queue = this.#queues.get(slot);
    if (queue === undefined) return;
    const index = queue.indexOf(entry);
    if (index >= 0) queue.splice(index, 1);
    if (queue.length === 0) {
      this.#queues.delete(slot);
      this.size = this.#queues.size;
    }
  }

  #admit(queue: RoomEntry[], quota: number): number {
    let left = quota;
    while (left > 0 && queue.length > 0) {
      if (!this.#tryFirst(queue)) return 0;
      left--;
    }
    return left;
  }

  #tryFirst(queue: RoomEntry[]): boolean {
    const first = queue[0] as RoomEntry;
    if (!first.isOver && !first.attempt()) return false;
    if (queue[0] === first) queue.shift();
    return true;
  }
}
