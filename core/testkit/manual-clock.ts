/**
 * Time that moves only when told. Timers come due in the order of their instants, those of one instant in the order
 * they were asked for; while one runs, now() is its instant.
 * Runs on: any.
 */
import type { Cancel, Clock } from '../clock.js';
import { assert } from '../errors.js';

export interface ManualClockOptions {
  /** What now() says at first, in ms. Default 0. */
  readonly nowMs?: number;
  /** What wallNow() says at first, in epoch ms. Default: the first instant of 2026, UTC. */
  readonly wallMs?: number;
}

interface Waiting {
  readonly dueMs: number;
  readonly fn: () => void;
}

export class ManualClock implements Clock {
  readonly #wallAheadMs: number;
  /** By due instant, then by when they were asked for. */
  readonly #waiting: Waiting[] = [];
  #nowMs: number;

  constructor(options: ManualClockOptions = {}) {
    const { nowMs = 0, wallMs = Date.UTC(2026, 0) } = options;
    this.#nowMs = nowMs;
    this.#wallAheadMs = wallMs - nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return this.#nowMs + this.#wallAheadMs;
  }

  after(ms: number, fn: () => void): Cancel {
    assert(ms >= 0, 'a wait of 0 ms or more');
    if (ms === Infinity) return () => {};
    const waiting: Waiting = { dueMs: this.#nowMs + ms, fn };
    let index = this.#waiting.length;
    while (index > 0 && (this.#waiting[index - 1] as Waiting).dueMs > waiting.dueMs) index--;
    this.#waiting.splice(index, 0, waiting);
    return () => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  /** Moves on by `ms` (0 or more) and calls what comes due, also what is asked for meanwhile. */
  advance(ms: number): void {
    assert(ms >= 0 && ms < Infinity, 'time to move on by 0 ms or more');
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.#waiting.shift();
      this.#nowMs = next.dueMs;
      next.fn();
    }
    this.#nowMs = untilMs;
  }

  /** The instant of the timer that comes due next; undefined when none waits. */
  get nextDueMs(): number | undefined {
    return this.#waiting[0]?.dueMs;
  }

  /** Timers that wait. */
  get size(): number {
    return this.#waiting.length;
  }
}
