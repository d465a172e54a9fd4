/**
 * Who waits until a partition has come past a number of a lane, with its effects stored.
 * Pure.
 * Runs on: any.
 */

interface Waiter {
  readonly number: number;
  readonly resolve: () => void;
}

export class AppliedWaiters {
  /** By lane. */
  readonly #waiting: Waiter[][] = [[], []];

  get isEmpty(): boolean {
    return this.#waiting.every((waiting) => waiting.length === 0);
  }

  /** Calls `resolve` when every task of the lane up to `number`, it included, is done and stored. */
  add(lane: number, number: number, resolve: () => void): void {
    this.#waiting[lane]!.push({ number, resolve });
  }

  /** All tasks of the lane below `low` are done and stored. */
  passed(lane: number, low: number): void {
    const waiting = this.#waiting[lane]!;
    if (waiting.length === 0) return;
    const due = waiting.filter(({ number }) => number < low);
    if (due.length === 0) return;
    this.#waiting[lane] = waiting.filter(({ number }) => number >= low);
    for (const { resolve } of due) resolve();
  }
}
