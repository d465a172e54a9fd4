/**
 * The free slots one thread has claimed, and the stopped ones it will have back once every message on its way to
 * them has been settled.
 * Runs on: any.
 */
import { LIMITS } from '../limits.js';
import type { SlotTable } from '../slot-table.js';

/** More than one, so that they are freed faster than they can gather. */
const LATE_AT_ONCE = 4;

export class Slots {
  readonly #table: SlotTable;
  readonly #thread: number;
  #free: number[] = [];
  #retiring = new Set<number>();

  constructor(table: SlotTable, thread: number) {
    this.#table = table;
    this.#thread = thread;
  }

  /** Throws SLOTS_EXHAUSTED. */
  claim(): number {
    if (this.#free.length === 0) this.#table.claimBlock(this.#thread, this.#free);
    return this.#free.pop() as number;
  }

  /** Frees the slot now, or remembers it until its depth is 0; true when freed. */
  retire(slot: number): boolean {
    if (this.#table.depth(slot) !== 0) {
      this.#retiring.add(slot);
      return false;
    }
    this.#retiring.delete(slot);
    this.#table.free(slot, this.#thread);
    this.#free.push(slot);
    if (this.#free.length >= LIMITS.slotBlock * 2) {
      this.#table.returnBlock(this.#free.splice(LIMITS.slotBlock, LIMITS.slotBlock));
    }
    return true;
  }

  get hasLate(): boolean {
    return this.#retiring.size > 0;
  }

  /** A few of those that wait for messages on their way, or for admissions to be taken back; the next call goes on. */
  late(): readonly number[] {
    const some: number[] = [];
    for (const slot of this.#retiring) {
      if (some.push(slot) === LATE_AT_ONCE) break;
    }
    for (const slot of some) {
      this.#retiring.delete(slot);
      this.#retiring.add(slot);
    }
    return some;
  }
}
