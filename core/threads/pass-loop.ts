/**
 * When the cells of a thread have their turns. A pass is a burst of turns in a microtask; passes together may take
 * `passMs` between two returns to the event loop, then the rest waits for the next round, so that timers and I/O
 * have their chance however long the run queue is.
 *
 *   ready ─▶ microtask: pass … pass (budget) ─▶ setImmediate: budget anew, pass … ─▶ …
 *
 * The clock is looked at after 1, 2, 4, … at most 64 messages, the sooner the longer they take: looking costs as
 * much as a small handler.
 * Runs on: any.
 */
import type { CellMailbox } from '../actor/cell-mailbox.js';
import type { Clock } from '../clock.js';
import type { Executor } from '../executor.js';
import { RunQueue } from './run-queue.js';

const LOOK_MAX = 64;

export class PassLoop {
  readonly #executor: Executor;
  readonly #clock: Clock;
  readonly #passMs: number;
  readonly #afterPass: () => void;
  readonly #queue = new RunQueue<CellMailbox>();
  /** When the first pass since the last return to the event loop began. */
  #roundStart: number | undefined = undefined;
  #isScheduled = false;
  #isPassing = false;
  #untilLook = 1;
  #lookEvery = 1;
  #lastLook = 0;
  /** The round's time is used up. */
  #isOver = false;
  /** The last look at the clock was in this pass. */
  #isFresh = false;

  constructor(executor: Executor, clock: Clock, passMs: number, afterPass: () => void) {
    this.#executor = executor;
    this.#clock = clock;
    this.#passMs = passMs;
    this.#afterPass = afterPass;
  }

  get isPassing(): boolean {
    return this.#isPassing;
  }

  /** Cells that wait for their turn. */
  get length(): number {
    return this.#queue.size;
  }

  /** Now, or within a pass a bound of it: the last look at the clock and the time a pass may take. */
  now(): number {
    return this.#isFresh ? this.#lastLook + this.#passMs : this.#clock.now();
  }

  ready(cell: CellMailbox): void {
    if (cell.isQueued) return;
    cell.isQueued = true;
    this.#queue.push(cell);
    if (!this.#isScheduled && !this.#isPassing) {
      this.#isScheduled = true;
      this.#executor.soon(this.#pass);
    }
  }

  /** Called after each message: true when the round's time is used up. */
  isOver(): boolean {
    return --this.#untilLook <= 0 && this.#look();
  }

  readonly #pass = (): void => {
    this.#isScheduled = false;
    if (this.#roundStart === undefined) {
      this.#roundStart = this.#clock.now();
      this.#lastLook = this.#roundStart;
      this.#isOver = false;
      this.#isFresh = true;
      this.#executor.later(this.#newRound);
    } else if (this.#isOver) {
      // The round is used up; #newRound goes on.
      this.#isScheduled = true;
      return;
    }
    this.#isPassing = true;
    try {
      for (let cell = this.#queue.shift(); cell !== undefined; cell = this.#queue.shift()) {
        cell.isQueued = false;
        cell.turn();
        if (this.#isOver || this.isOver()) break;
      }
    } finally {
      this.#isPassing = false;
      this.#isFresh = false;
      this.#afterPass();
      if (this.#queue.size > 0) this.#isScheduled = true;
    }
  };

  readonly #newRound = (): void => {
    this.#roundStart = undefined;
    if (this.#queue.size > 0) this.#pass();
    else this.#isScheduled = false;
  };

  #look(): boolean {
    const now = this.#clock.now();
    const tookMs = now - this.#lastLook;
    this.#lastLook = now;
    const isLate = tookMs > 0.1 || this.#passMs === 0;
    this.#lookEvery = isLate
      ? Math.max(1, this.#lookEvery >> 1)
      : Math.min(LOOK_MAX, this.#lookEvery * 2);
    this.#untilLook = this.#lookEvery;
    this.#isOver = now - (this.#roundStart ?? now) >= this.#passMs;
    return this.#isOver;
  }
}
