/**
 * Looks now and then at what each thread is running. One that has been with the same message for too long is
 * reported by actor and handler, once; if asked, it is replaced, and its actors are restarted by their supervisors.
 * Runs on: main.
 */
import type { Cancel, Clock } from '../clock.js';
import type { HandlerOverrun } from '../events.js';
import { LIMITS } from '../limits.js';
import type { SlotTable } from '../slot-table.js';
import { type ThreadTable, Word } from '../thread-table.js';

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly table: SlotTable;
  readonly threads: ThreadTable;
  readonly limitMs: number;
  readonly serving: () => readonly number[];
  readonly handlerName: (thread: number, number: number) => string | undefined;
  readonly overran: (overrun: HandlerOverrun) => void;
}

interface Look {
  readonly begun: number;
  readonly atMs: number;
  isReported: boolean;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #looks = new Map<number, Look>();
  #cancel: Cancel = () => {};

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.limitMs === Infinity) return;
    this.#cancel = this.#options.clock.after(LIMITS.watchdogMs, () => {
      for (const thread of this.#options.serving()) this.#look(thread);
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #look(thread: number): void {
    const { threads, clock, limitMs } = this.#options;
    const slot = threads.load(thread, Word.running) - 1;
    const begun = threads.load(thread, Word.begun);
    const now = clock.now();
    const last = this.#looks.get(thread);
    if (slot < 0 || last === undefined || last.begun !== begun) {
      this.#looks.set(thread, { begun, atMs: now, isReported: false });
      return;
    }
    const ranMs = now - last.atMs;
    if (ranMs < limitMs || last.isReported) return;
    last.isReported = true;
    this.#report(thread, slot, ranMs);
  }

  #report(thread: number, slot: number, ranMs: number): void {
    const { table, threads, handlerName, limitMs, overran } = this.#options;
    const generation = table.generation(slot);
    const handler = handlerName(thread, threads.load(thread, Word.handler));
    overran({
      actor: { path: `/#${slot}.${generation}`, slot, generation, thread },
      handler,
      thread,
      ranMs,
      limitMs,
    });
  }
}
