/**
 * The logical threads that were given up, until they are tried again, and what is remembered of each. How long they rest is
 * decided in thread-rest.ts.
 * Runs on: main.
 */
import type { Cancel, Clock } from '../clock.js';
import { afterDeath, afterGivingUp, NEW_THREAD, type ThreadRecord, tried } from './thread-rest.js';

export class RestingThreads {
  readonly #clock: Clock;
  /** Given up, for so long. */
  readonly #begun: (thread: number, restMs: number) => void;
  readonly #over: (thread: number) => void;
  readonly #records = new Map<number, ThreadRecord>();
  readonly #timers = new Map<number, Cancel>();

  constructor(
    clock: Clock,
    begun: (thread: number, restMs: number) => void,
    over: (thread: number) => void,
  ) {
    this.#clock = clock;
    this.#begun = begun;
    this.#over = over;
  }

  get all(): number[] {
    return [...this.#timers.keys()];
  }

  /** Notes a death. Answers how long the thread must rest, if it was one too many. */
  died(thread: number): number | undefined {
    const { record, restMs } = afterDeath(this.#recordOf(thread), this.#clock.now());
    this.#records.set(thread, record);
    return restMs;
  }

  /** Lets a thread rest: for so long, or for as long as one that cannot start. */
  begin(thread: number, restMs?: number): void {
    let ms = restMs;
    if (ms === undefined) {
      const unable = afterGivingUp(this.#recordOf(thread), this.#clock.now());
      this.#records.set(thread, unable.record);
      ms = unable.restMs;
    }
    this.#timers.set(
      thread,
      this.#clock.after(ms, () => this.#over(thread)),
    );
    this.#begun(thread, ms);
  }

  /** Ends the rest of a thread that is tried again; false when it does not rest. */
  end(thread: number): boolean {
    const cancel = this.#timers.get(thread);
    if (cancel === undefined) return false;
    cancel();
    this.#timers.delete(thread);
    this.#records.set(thread, tried(this.#recordOf(thread), this.#clock.now()));
    return true;
  }

  /** Nobody is tried again any more. */
  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #recordOf(thread: number): ThreadRecord {
    return this.#records.get(thread) ?? NEW_THREAD;
  }
}
