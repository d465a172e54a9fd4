/**
 * Long reads in pieces: work goes on for a few milliseconds, then others have their turn, until it is done or its time is
 * over.
 * Runs on: any.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface SliceLimits {
  /** Work without a pause, in ms. */
  readonly sliceMs: number;
  /** Work and pauses in all, in ms. */
  readonly totalMs: number;
}

export class TimeSlices {
  readonly #limits: SliceLimits;
  readonly #now: () => number;
  readonly #end: number;
  #sliceEnd: number;

  /** Monotonic ms. */
  constructor(limits: SliceLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#end = now() + limits.totalMs;
    this.#sliceEnd = now() + limits.sliceMs;
  }

  /** True when others should have their turn: stop, and `pause`. */
  get isSpent(): boolean {
    return this.#now() >= this.#sliceEnd;
  }

  /** Others have their turn; then false when all the time is over. */
  async pause(): Promise<boolean> {
    await nextTurn();
    this.#sliceEnd = this.#now() + this.#limits.sliceMs;
    return this.#now() < this.#end;
  }
}
