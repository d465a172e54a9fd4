/**
 * How far a partition has come in a lane, while it works: the lane's cursor as something that is cheap to move. What is
 * stored is the cursor it gives.
 * Pure.
 * Runs on: any.
 */
import { assert } from '../../core/internal.js';
import type { LaneCursor } from '../../stores/internal.js';

export class LaneProgress {
  #low: number;
  readonly #finished: Set<number>;

  constructor(cursor: LaneCursor) {
    this.#low = cursor.low;
    this.#finished = new Set(cursor.finished);
  }

  /** All tasks below it are done. */
  get low(): number {
    return this.#low;
  }

  isDone(number: number): boolean {
    return number < this.#low || this.#finished.has(number);
  }

  /** Each task once: a second time is a failed assertion, since its effects would be there twice. */
  finish(number: number): void {
    assert(!this.isDone(number), `task ${number} not to be done yet`);
    if (number !== this.#low) {
      this.#finished.add(number);
      return;
    }
    this.#low++;
    while (this.#finished.size > 0 && this.#finished.delete(this.#low)) this.#low++;
  }

  /** Ascending, as it is stored. */
  cursor(): LaneCursor {
    const finished = this.#finished.size === 0 ? [] : [...this.#finished].sort((a, b) => a - b);
    return { low: this.#low, finished };
  }
}
