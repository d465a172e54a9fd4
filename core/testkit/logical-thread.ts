/**
 * The event loop of one logical thread, taken apart so that somebody else decides what happens on it next:
 *
 *   soon ─▶ after microtasks ─▶ one of: later, a due timer, a frame of any channel, a call of any caller
 *
 * The first two are as in Node: nothing else happens before them. Among the rest every order is possible.
 * Runs on: any.
 */
import type { Cancel, Clock } from '../clock.js';
import type { Executor } from '../executor.js';
import { memoryTransport } from '../transport/memory-transport.js';
import type { FrameSource, Transport } from '../transport/transport.js';
import { CallLane, FrameLane, type Lane } from './lane.js';

/** Unwinds the stack of a thread that dies in the middle of a turn. */
export class ThreadDeath extends Error {}

export class LogicalThread {
  readonly executor: Executor;
  readonly clock: Clock;
  readonly transport: Transport;
  isDead = false;
  /** How often it may still look at the clock, outside handlers, before it dies in the middle of what it is doing. */
  looksLeft = Infinity;
  /** True where a death would be swallowed: within a handler. */
  isInHandler: () => boolean = () => false;
  /** Must let it die. */
  onDoom: () => void = () => {};
  /** How likely it is to be drawn, against the others. */
  weight = 1;
  /** Timers that wait. */
  readonly timers = new Set<Cancel>();
  readonly #soon: CallLane;
  readonly #afterMicrotasks: CallLane;
  readonly #due: CallLane;
  readonly #lanes: Lane[];
  #channels = 0;

  constructor(
    /** For the trace. */
    public label: string,
    time: Clock,
    readonly onReady: () => void,
  ) {
    this.#soon = new CallLane('soon', onReady);
    this.#afterMicrotasks = new CallLane('flush', onReady);
    this.#due = new CallLane('timer', onReady);
    const later = new CallLane('later', onReady);
    this.#lanes = [later, this.#due];
    const onto = (lane: CallLane) => (fn: () => void) => {
      if (!this.isDead) lane.push(fn);
    };
    this.executor = {
      soon: onto(this.#soon),
      later: onto(later),
      afterMicrotasks: onto(this.#afterMicrotasks),
    };
    this.clock = {
      now: () => {
        this.#look();
        return time.now();
      },
      wallNow: () => time.wallNow(),
      after: (ms, fn) => this.#after(time, ms, fn),
    };
    this.transport = {
      name: 'memory',
      open: () => memoryTransport.open(),
      accept: (end) => this.#accept(end),
    };
  }

  /** A lane of calls from outside: another thread's, or the pool's. */
  addLane(label: string): CallLane {
    const lane = new CallLane(label, this.onReady);
    this.#lanes.push(lane);
    return lane;
  }

  removeLane(lane: Lane): void {
    const index = this.#lanes.indexOf(lane);
    if (index >= 0) this.#lanes.splice(index, 1);
  }

  /** True when something may happen here. */
  get isReady(): boolean {
    if (this.#soon.isReady || this.#afterMicrotasks.isReady) return true;
    for (const lane of this.#lanes) if (lane.isReady) return true;
    return false;
  }

  /** Adds the lanes whose head may happen next. */
  ready(into: Lane[]): void {
    if (this.isDead) return;
    if (this.#soon.isReady) into.push(this.#soon);
    else if (this.#afterMicrotasks.isReady) into.push(this.#afterMicrotasks);
    else for (const lane of this.#lanes) if (lane.isReady) into.push(lane);
  }

  /** All that waits here vanishes, and nothing is ever added. */
  die(): void {
    this.isDead = true;
    for (const cancel of [...this.timers]) cancel();
    this.#soon.clear();
    this.#afterMicrotasks.clear();
    this.#lanes.length = 0;
  }

  /** The pass loop looks at the clock between messages: so a thread may die between any two of them. */
  #look(): void {
    if (this.looksLeft === Infinity || this.isDead || this.isInHandler()) return;
    if (this.looksLeft-- > 0) return;
    this.onDoom();
    throw new ThreadDeath('the thread dies here');
  }

  #after(time: Clock, ms: number, fn: () => void): Cancel {
    if (this.isDead || ms === Infinity) return () => {};
    const fire = (): void => {
      this.timers.delete(cancel);
      fn();
    };
    const forget = time.after(ms, () => this.#due.push(fire));
    const cancel = (): void => {
      forget();
      this.#due.remove(fire);
      this.timers.delete(cancel);
    };
    this.timers.add(cancel);
    return cancel;
  }

  #accept(end: unknown): FrameSource {
    const label = `frame${this.#channels++}`;
    const lane = new FrameLane(label, memoryTransport.accept(end), (over) => this.removeLane(over));
    this.#lanes.push(lane);
    return lane;
  }
}
