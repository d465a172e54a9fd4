/**
 * What main knows of messages that threads hold for one that is being replaced: a holder may die itself before it has
 * given them again, and then somebody must know whose they were.
 * Runs on: main.
 */
import { LIMITS } from '../limits.js';
import type { SlotTable } from '../slot-table.js';
import { type ThreadTable, Word } from '../thread-table.js';
import type { Target } from '../threads/casualties.js';

interface Held {
  /** See ThreadTable.deathOf. */
  readonly death: number;
  readonly targets: readonly Target[];
}

export class HeldLedger {
  readonly #table: SlotTable;
  readonly #threads: ThreadTable;
  /** By thread: what it gives again once the thread being replaced is back. */
  readonly #held = new Map<number, Held>();

  constructor(table: SlotTable, threads: ThreadTable) {
    this.#table = table;
    this.#threads = threads;
  }

  /** By holder: what it has said it holds over that death. */
  remember(death: number, held: ReadonlyMap<number, readonly Target[]>): void {
    for (const [holder, targets] of held) this.#held.set(holder, { death, targets });
  }

  forget(holder: number): void {
    this.#held.delete(holder);
  }

  /** What a dead thread had not given again: the last of what it had said, if it has held nothing else since. */
  unsentBy(thread: number): readonly Target[] {
    const left = this.#threads.load(thread, Word.salvaged);
    const known = this.#held.get(thread);
    if (left === 0 || known?.death !== this.#threads.load(thread, Word.salvagedFor)) return [];
    return known.targets.slice(-left);
  }

  /**
   * By holder: how many messages for actors of an earlier life of that thread, ended with it, it has not given up yet.
   * A holder that has died itself never will; what it holds for the others is found lost by the recovery.
   */
  mootFor(thread: number): ReadonlyMap<number, number> {
    const moot = new Map<number, number>();
    for (const [holder, { death }] of this.#held) {
      if (death % LIMITS.threadsMax !== thread) continue;
      const left = this.unsentBy(holder);
      moot.set(
        holder,
        left.filter(([slot, generation]) => this.#table.isSettled(slot, generation)).length,
      );
    }
    return moot;
  }
}
