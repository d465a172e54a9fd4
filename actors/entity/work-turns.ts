/**
 * When the partitions of a thread apply tasks: one at a time, in the order in which they asked, and after a slice of work
 * only when what else the thread has to do has had its share, or there is nothing else. So requests are taken in, read and
 * answered first, while what they brought is applied in between; a partition that somebody waits for, or that is far
 * behind, waits for nobody.
 *
 *   turns of the event loop   work 17 | append append ingest | append read | – | work 3 | …
 *                              slice    others: until OTHERS_SHARE slices,  or quiet
 *
 * Runs on: any.
 */

/**
 * Time that others may have for one slice of work. So much, since what is stored waits safely: a burst is taken in as fast
 * as it can be, and applied in larger commits, which cost less.
 */
const OTHERS_SHARE = 19;
/** A turn of the event loop that took no longer had nothing to do, in ms. */
const QUIET_MS = 0.05;

/** A partition that has work. */
export interface Worker {
  /** It is its turn: it works soon and says so with {@link WorkTurns.leave}. False: it cannot. */
  begin(): boolean;
  /** Somebody waits for it, or it is so far behind that it has as much right as what comes in. */
  isUrgent(): boolean;
}

/** What turns are measured with. */
export interface TurnClock {
  /** Milliseconds, from any beginning. */
  now(): number;
  /** Calls back in the next turn of the event loop. */
  later(then: () => void): void;
}

/** One per thread. */
export class WorkTurns {
  readonly #clock: TurnClock;
  readonly #waiting = new Set<Worker>();
  #current: Worker | undefined;
  /** What others may still have before the next slice. */
  #owedMs = 0;
  #isResting = false;

  constructor(clock: TurnClock) {
    this.#clock = clock;
  }

  /** Gives it a turn after those who asked before. Asked again before that, it keeps its place. */
  ask(worker: Worker): void {
    this.#waiting.add(worker);
    this.#next();
  }

  /** It has had its turn, which took so long; one that has asked again meanwhile keeps its place. */
  leave(worker: Worker, tookMs: number): void {
    if (this.#current !== worker) return;
    this.#current = undefined;
    this.#owedMs = tookMs * OTHERS_SHARE;
    this.#next();
  }

  /** It is gone: neither works nor waits. */
  remove(worker: Worker): void {
    this.#waiting.delete(worker);
    this.leave(worker, 0);
  }

  #next(): void {
    while (this.#current === undefined && !this.#isResting) {
      const first = this.#owedMs > QUIET_MS ? this.#firstUrgent() : this.#first();
      if (first === undefined) {
        if (this.#waiting.size > 0) this.#rest();
        return;
      }
      this.#waiting.delete(first);
      this.#current = first;
      if (!first.begin()) this.#current = undefined;
    }
  }

  #first(): Worker | undefined {
    const [first] = this.#waiting;
    return first;
  }

  #firstUrgent(): Worker | undefined {
    for (const worker of this.#waiting) if (worker.isUrgent()) return worker;
    return undefined;
  }

  /** One turn of the event loop for others. */
  #rest(): void {
    this.#isResting = true;
    const start = this.#clock.now();
    this.#clock.later(() => {
      const tookMs = this.#clock.now() - start;
      this.#isResting = false;
      this.#owedMs = tookMs <= QUIET_MS ? 0 : this.#owedMs - tookMs;
      this.#next();
    });
  }
}
