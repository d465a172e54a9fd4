/**
 * A whole system in one real thread: N logical threads, each with its own host, over the same slot table, stepped by
 * hand or by itself. What interleaves how is drawn from a seed; time moves only when told.
 *
 *   step = one drawn thing (a pass, a frame, a due timer, a control call) and all microtasks it leads to
 *
 * Runs on: main.
 */
import { parseSystemOptions, type SystemConfig, type SystemOptions } from '../config.js';
import { CodedError, type ErrorCode } from '../errors.js';
import { hashString } from '../hash.js';
import { LIMITS } from '../limits.js';
import { silentLogger } from '../logger.js';
import { ActorSystem } from '../system/actor-system.js';
import type { Drained } from '../system/shutdown.js';
import type { ActorHost } from '../threads/actor-host.js';
import type { Trace } from './interleaving.js';
import type { ManualClock } from './manual-clock.js';
import { replaying, seedOfEnvironment } from './seeds.js';
import { Stepping } from './stepping.js';
import { type AtRest, waitingHandlers } from './waiting-handlers.js';

/** What `createTestSystem()` takes: a system's options, and how it is stepped. */
export interface TestSystemOptions extends Omit<SystemOptions, 'seed'> {
  /** Everything drawn is a function of it. Default: TROUPE_SEED of the environment, else 1. */
  readonly seed?: number | string;
  /** Logical threads beside main. Default 2. */
  readonly threads?: number;
  /** Send what stays within a thread through the codec too. Default true. */
  readonly forceCodec?: boolean;
  /** How likely a pool thread dies at a step, 0 to 1. Default 0. */
  readonly deaths?: number;
  /** Goes on by itself when the test waits for something else than its steps. Default true. */
  readonly runsItself?: boolean;
}

export interface RunOptions {
  /** More steps than this without coming to rest fail. Default LIMITS.testStepsMax. */
  readonly stepsMax?: number;
  /** Let handlers wait for what the test itself will settle. Default false: TEST_WAITED_FOR_REAL_WORLD. */
  readonly mayWait?: boolean;
}

/** Starts a system of logical threads. Rejects CONFIG_INVALID. */
export async function createTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const { seed = seedOfEnvironment() ?? 1, forceCodec, deaths = 0, runsItself, ...rest } = options;
  const config = parseSystemOptions({
    threads: 2,
    actorsMax: LIMITS.testActorsMax,
    handlerOverrunMs: Infinity,
    logger: silentLogger,
    ...rest,
    seed: hashString(String(seed)) >>> 0,
  });
  const system = new TestSystem(config, new Stepping(seed, { forceCodec, runsItself }));
  await system.start();
  system.deaths = deaths;
  return system;
}

/** Made by {@link createTestSystem}. */
export class TestSystem extends ActorSystem {
  readonly seed: number | string;
  /** Its time. Moving it by hand makes due timers runnable and runs nothing; see {@link advance}. */
  readonly clock: ManualClock;
  readonly #stepping: Stepping;
  #drivers = 0;
  #isArmed = false;
  #step: Promise<boolean> | undefined = undefined;
  #stopped: Promise<Drained> | undefined = undefined;

  constructor(config: SystemConfig, stepping: Stepping) {
    super(config, stepping.partsFor(config));
    this.#stepping = stepping;
    this.seed = stepping.seed;
    this.clock = stepping.clock;
    stepping.prepare(this.host);
    stepping.onReady = () => this.#arm();
  }

  override start(): Promise<void> {
    return this.until(super.start());
  }

  /** How likely a pool thread dies at a step, 0 to 1. */
  get deaths(): number {
    return this.#stepping.deaths;
  }

  set deaths(likelihood: number) {
    this.#stepping.deaths = likelihood;
  }

  /** The same for the same seed and program. */
  get trace(): Trace {
    return this.#stepping.interleaving.trace;
  }

  /** True when nothing can happen until time moves or the test does something. */
  get isQuiescent(): boolean {
    return this.#stepping.interleaving.isQuiescent;
  }

  /** Lets one drawn thing happen, and all microtasks it leads to; false when nothing can. */
  step(): Promise<boolean> {
    return this.#drive(async () => this.#stepOnce());
  }

  /**
   * Steps until nothing can happen; answers how many steps it took. Time does not move. Rejects
   * TEST_WAITED_FOR_REAL_WORLD when a handler is left waiting for something that no step will ever bring.
   */
  run(options: RunOptions = {}): Promise<number> {
    const { mayWait = false } = options;
    return this.#drive(async () => {
      const steps = await this.#toRest(options.stepsMax ?? LIMITS.testStepsMax);
      if (!mayWait) this.#assertNoneWaits();
      return steps;
    });
  }

  /** Runs, then moves time on by `ms`, stopping at each timer that comes due to run what that leads to. */
  advance(ms: number): Promise<void> {
    return this.#drive(async () => {
      const untilMs = this.clock.now() + ms;
      await this.#toRest();
      while (this.#moveTime(untilMs)) await this.#toRest();
      this.clock.advance(Math.max(0, untilMs - this.clock.now()));
      await this.#toRest();
    });
  }

  /** Steps, and moves time when there is nothing else to do, until the promise settles; gives what it gives. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    const comes = await this.eventually(() => isSettled, { withinMs: Infinity });
    if (comes) return promise;
    throw this.#failure(
      'expected a promise to settle, but nothing is left that could happen, now or later',
    );
  }

  /**
   * Steps until the condition holds; when nothing can happen, moves time by up to `withinMs` (default 0) in all.
   * False when it never held.
   */
  eventually(
    condition: () => boolean,
    options: { readonly withinMs?: number } = {},
  ): Promise<boolean> {
    const untilMs = this.clock.now() + (options.withinMs ?? 0);
    return this.#drive(async () => {
      for (let steps = 0; !condition(); steps++) {
        if (steps > LIMITS.testStepsMax) throw this.#restless(steps);
        if ((await this.#stepOnce()) || condition() || !this.#isAtRest) continue;
        if (this.#moveTime(untilMs)) continue;
        if (untilMs !== Infinity) this.clock.advance(Math.max(0, untilMs - this.clock.now()));
        return false;
      }
      return true;
    });
  }

  override drain(options: { readonly deadlineMs?: number } = {}): Promise<Drained> {
    return this.until(super.drain(options));
  }

  override stop(options: { readonly deadlineMs?: number } = {}): Promise<Drained> {
    this.#stopped ??= this.#stop(super.stop(options));
    return this.#stopped;
  }

  async #stop(stopping: Promise<Drained>): Promise<Drained> {
    const drained = await this.until(stopping);
    await this.run({ mayWait: true });
    // Else the real loop would not turn in a test of many systems, and keep them all.
    await new Promise<void>((resolve) => setImmediate(resolve));
    return drained;
  }

  /** Internal: the hosts that live, main's first. */
  get hosts(): readonly ActorHost[] {
    return this.#atRest().map(({ host }) => host);
  }

  /** Time to the next timer, unless that is later than `untilMs`. */
  #moveTime(untilMs: number): boolean {
    const { nextDueMs } = this.clock;
    if (nextDueMs === undefined || nextDueMs > untilMs) return false;
    this.#stepping.interleaving.note(`time ${nextDueMs}`);
    this.clock.advance(nextDueMs - this.clock.now());
    return true;
  }

  async #toRest(stepsMax: number = LIMITS.testStepsMax): Promise<number> {
    let steps = 0;
    while ((await this.#stepOnce()) || !this.#isAtRest) {
      if (++steps > stepsMax) throw this.#restless(stepsMax);
    }
    return steps;
  }

  /** One step at a time: who asks during one, gets that one's answer. */
  #stepOnce(): Promise<boolean> {
    this.#step ??= this.#takeStep();
    return this.#step;
  }

  async #takeStep(): Promise<boolean> {
    // In a microtask, whoever called: only there are all others over when microtasks() resolves.
    await undefined;
    try {
      const hasHappened = this.#stepping.step();
      await microtasks();
      return hasHappened;
    } catch (cause) {
      throw this.#failure(
        `expected a step to end, but the runtime failed in it: ${String(cause)}`,
        cause,
      );
    } finally {
      this.#step = undefined;
    }
  }

  /** True when nothing can happen, and nothing is happening for another driver. */
  get #isAtRest(): boolean {
    return this.#step === undefined && this.isQuiescent;
  }

  /** While somebody drives, the system does not run by itself. */
  async #drive<T>(work: () => Promise<T>): Promise<T> {
    this.#drivers++;
    try {
      await microtasks();
      return await work();
    } finally {
      this.#drivers--;
      if (!this.isQuiescent) this.#arm();
    }
  }

  /** In a later turn of the real loop: whoever steps by hand takes the next step before that. */
  #arm(): void {
    if (!this.#stepping.runsItself || this.#drivers > 0 || this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(() => {
      this.#isArmed = false;
      if (this.#drivers === 0) void this.run({ mayWait: true });
    });
  }

  #assertNoneWaits(): void {
    const waiting = waitingHandlers(this.#atRest());
    if (waiting.length === 0) return;
    const who = waiting.join(', ');
    throw this.#failure(
      `expected handlers to wait only for actors and for time, got waiting for the real world: ${who}`,
      undefined,
      'TEST_WAITED_FOR_REAL_WORLD',
    );
  }

  #atRest(): AtRest[] {
    const { main, pool } = this.#stepping;
    const all: AtRest[] = [{ host: this.host, loop: main }];
    for (const { host, loop } of pool?.threads ?? [])
      if (host !== undefined) all.push({ host, loop });
    return all;
  }

  #restless(steps: number): CodedError {
    const last = this.trace.last.slice(-20).join(', ');
    return this.#failure(`expected the system to come to rest within ${steps} steps, got: ${last}`);
  }

  #failure(text: string, cause?: unknown, code: ErrorCode = 'ASSERTION_FAILED'): CodedError {
    return new CodedError(code, `${text} (${replaying(this.seed)})`, {
      cause,
      details: { seed: this.seed },
    });
  }
}

/** Resolves when the microtasks there are, and those they lead to, have run. To be called in a microtask. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
