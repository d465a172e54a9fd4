/**
 * Draws what happens next in a system of logical threads, from a seed: which thread, and on it which lane. Some
 * threads are drawn far more often than others for a while, since many faults show only when one falls far behind.
 * What was drawn is kept as a trace; the same seed and the same program give the same trace.
 * Runs on: any.
 */
import { hashString } from '../hash.js';
import { LIMITS } from '../limits.js';
import type { Random } from '../random.js';
import type { Lane } from './lane.js';
import { type LogicalThread, ThreadDeath } from './logical-thread.js';

/** How often, on average, the threads' weights are drawn anew, in steps. */
const WEIGHTS_EVERY = 64;
/** The heaviest thread is drawn at most 2^(this - 1) times as often as the lightest. */
const WEIGHTS = 7;

/** What has happened so far. */
export interface Trace {
  readonly steps: number;
  /** Of all of it: two runs with one hash took the same way. */
  readonly hash: string;
  /** The last of it, e.g. `2.frame0` or `kill 1`. */
  readonly last: readonly string[];
}

export class Interleaving {
  readonly #random: Random;
  readonly #threads: LogicalThread[] = [];
  readonly #last: string[] = [];
  #hash = 0;
  #steps = 0;
  /** The thread whose step is on. */
  current: LogicalThread | undefined = undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  add(thread: LogicalThread): void {
    this.#threads.push(thread);
  }

  remove(thread: LogicalThread): void {
    const index = this.#threads.indexOf(thread);
    if (index >= 0) this.#threads.splice(index, 1);
  }

  /** Lets one drawn thing happen, up to its microtasks; false when nothing can. */
  step(): boolean {
    // A look in vain draws nothing: how often somebody looks is no part of the way.
    if (this.isQuiescent) return false;
    if (this.#random.int(WEIGHTS_EVERY) === 0) this.#drawWeights();
    const thread = this.#drawThread();
    const lanes: Lane[] = [];
    thread.ready(lanes);
    const lane = this.#random.pick(lanes);
    this.note(`${thread.label}.${lane.label}`);
    this.current = thread;
    try {
      lane.next();
    } catch (error) {
      if (!(error instanceof ThreadDeath)) throw error;
    } finally {
      this.current = undefined;
    }
    return true;
  }

  get isQuiescent(): boolean {
    return !this.#threads.some((thread) => thread.isReady);
  }

  /** Adds something to the trace that was not drawn here. */
  note(what: string): void {
    this.#steps++;
    this.#hash = hashString(what, this.#hash);
    this.#last.push(what);
    if (this.#last.length >= LIMITS.traceKept * 2) this.#last.splice(0, LIMITS.traceKept);
  }

  get trace(): Trace {
    const hash = (this.#hash >>> 0).toString(16).padStart(8, '0');
    return { steps: this.#steps, hash, last: this.#last.slice(-LIMITS.traceKept) };
  }

  #drawThread(): LogicalThread {
    const ready = this.#threads.filter((thread) => thread.isReady);
    let left = this.#random.next() * ready.reduce((sum, { weight }) => sum + weight, 0);
    for (const thread of ready) {
      left -= thread.weight;
      if (left < 0) return thread;
    }
    return ready.at(-1) as LogicalThread;
  }

  #drawWeights(): void {
    for (const thread of this.#threads) thread.weight = 2 ** this.#random.int(WEIGHTS);
  }
}
