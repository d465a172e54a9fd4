/**
 * What a system does about its threads: starts them, connects them, places actors on them, watches them, replaces them, and
 * ends them. The mechanism behind each is in a file of its own.
 * Runs on: main.
 */
import type { Clock } from '../clock.js';
import type { SystemConfig } from '../config.js';
import { assert, CodedError } from '../errors.js';
import type { SystemEvents } from '../events.js';
import type { ActorAddress } from '../message/address.js';
import { Word } from '../thread-table.js';
import type { ActorHost } from '../threads/actor-host.js';
import { chooseThread } from '../threads/placement.js';
import type { MainControl } from '../threads/thread-control.js';
import type { PoolThread } from '../threads/thread-pool.js';
import { Fleet, type FleetOptions } from './fleet.js';
import { type ReplacedThread, Replacements, type ReplaceOptions } from './replacements.js';
import { Watchdog } from './watchdog.js';

/** Where threads come from. */
export type MakePool = (main: MainControl) => {
  start(): PoolThread;
  destroy(): Promise<void>;
};

export interface ThreadLifeOptions {
  readonly config: SystemConfig;
  readonly clock: Clock;
  readonly host: ActorHost;
  /** Undefined with threads: 0. */
  readonly makePool: MakePool | undefined;
  readonly initFor: FleetOptions['initFor'];
  readonly emit: <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]) => void;
}

export class ThreadLife {
  readonly fleet: Fleet;
  readonly #options: ThreadLifeOptions;
  readonly #pool: ReturnType<MakePool> | undefined;
  readonly #watchdog: Watchdog;
  readonly #replacements: Replacements;
  readonly #handlerNames = new Map<string, string>();
  #lastPlaced = 0;

  constructor(options: ThreadLifeOptions) {
    const { config, clock, host, initFor, emit } = options;
    this.#options = options;
    this.#pool = options.makePool?.({
      connect: (from, to, memory, end) => this.connect(from, to, memory, end),
      handlerNamed: async (thread, number, name) => this.handlerNamed(thread, number, name),
      imported: async (url) => this.fleet.spares.imported(url),
    });
    this.fleet = new Fleet({
      config,
      clock,
      host,
      startThread: () => this.#startThread(),
      initFor,
      emit,
    });
    this.#replacements = new Replacements(this.fleet, clock);
    this.#watchdog = this.#makeWatchdog();
  }

  /** Rejects THREAD_DIED when a thread cannot start; then none is left. */
  async start(): Promise<void> {
    try {
      await this.fleet.start();
    } catch (error) {
      await this.#pool?.destroy();
      throw error;
    }
    this.#watchdog.start();
  }

  /** Nobody is watched, or killed for being slow, any more. */
  stopWatching(): void {
    this.#watchdog.stop();
  }

  async end(deadlineMs: number): Promise<void> {
    await this.fleet.end(deadlineMs);
    await this.#pool?.destroy();
  }

  /** Hands the end of a channel to the thread it leads to. */
  async connect(from: number, to: number, memory: SharedArrayBuffer, end: unknown): Promise<void> {
    const { host } = this.#options;
    const epoch = host.threads.epoch(from);
    if (to === 0) {
      host.channels.accept(from, epoch, memory, end);
      return;
    }
    // A thread that is gone meanwhile needs no channel: the sender hears of its death.
    await this.fleet
      .control(to)
      ?.accept(from, epoch, memory, end)
      .catch(() => {});
  }

  handlerNamed(thread: number, number: number, name: string): void {
    this.#handlerNames.set(`${thread}.${number}`, name);
  }

  /** The pool thread for one more actor of the program. */
  place(): number {
    const { config, host } = this.#options;
    const pool = this.fleet.threads.filter((thread) => thread <= config.threads);
    const loads: number[] = [];
    for (const thread of pool) loads[thread] = host.threads.load(thread, Word.actors);
    this.#lastPlaced = chooseThread({ type: 'least-loaded', previous: this.#lastPlaced }, loads, {
      pool,
      dedicated: [],
    });
    return this.#lastPlaced;
  }

  /** A thread of its own is wanted under that number, or one that rests at once. Throws THREAD_UNKNOWN. */
  want(thread: number): void {
    const { logger } = this.#options.config;
    if (this.#pool === undefined)
      throw new CodedError(
        'THREAD_UNKNOWN',
        'expected a system with threads, got one with threads: 0',
      );
    const isResting = this.fleet.resting.includes(thread);
    const started = isResting ? this.fleet.revive(thread) : this.fleet.addDedicated(thread);
    started.catch((error: unknown) => {
      logger.error('a thread that was wanted could not start', { thread, error: String(error) });
    });
  }

  /** See ActorSystem.replaceThread. */
  async replace(thread: number, options: ReplaceOptions): Promise<ReplacedThread> {
    this.#assertReplacing(options);
    if (thread === 0)
      throw new CodedError('THREAD_FIXED', 'expected a thread of the pool to replace, got main');
    const { fleet } = this;
    const isKnown = Number.isInteger(thread) && thread > 0 && this.#isClaimed(thread);
    if (!isKnown)
      throw new CodedError(
        'THREAD_UNKNOWN',
        `expected one of the threads ${[...fleet.threads, ...fleet.resting].sort().join(', ')}, got ${thread}`,
        { details: { thread } },
      );
    return this.#replacements.one(thread, options);
  }

  /** See ActorSystem.replaceThreads. */
  async replaceAll(options: ReplaceOptions): Promise<readonly ReplacedThread[]> {
    this.#assertReplacing(options);
    const threads = [...this.fleet.threads, ...this.fleet.resting].sort((a, b) => a - b);
    return this.#replacements.all(threads, options);
  }

  #isClaimed(thread: number): boolean {
    const { threads } = this.#options.host;
    return thread < threads.threads && this.#pool !== undefined;
  }

  #assertReplacing({ deadlineMs }: ReplaceOptions): void {
    if (this.fleet.isEnding || this.#options.host.intakeClosed)
      throw new CodedError(
        'SYSTEM_STOPPED',
        'expected a running system to replace threads of, got one that is stopping',
      );
    if (deadlineMs !== undefined && !(deadlineMs >= 0 && deadlineMs < Infinity))
      throw new CodedError(
        'CONFIG_INVALID',
        `replacing a thread: deadlineMs: expected a number of 0 or more, got ${deadlineMs}`,
      );
  }

  #startThread(): PoolThread {
    assert(this.#pool !== undefined, 'a system with threads');
    return this.#pool.start();
  }

  #makeWatchdog(): Watchdog {
    const { config, clock, host, emit } = this.#options;
    return new Watchdog({
      clock,
      table: host.table,
      threads: host.threads,
      limitMs: config.handlerOverrunMs,
      serving: () => this.fleet.threads,
      handlerName: (thread, number) => this.#handlerNames.get(`${thread}.${number}`),
      overran: (seen) => {
        const overrun = { ...seen, actor: this.#named(seen.actor) };
        emit('handlerOverrun', overrun);
        const { thread, handler, ranMs } = overrun;
        config.logger.warn('a handler overruns', {
          thread,
          handler,
          ranMs,
          actor: overrun.actor?.path,
        });
        if (config.replaceOverrunThread)
          this.fleet.kill(thread, `handler "${handler}" ran ${Math.round(ranMs)} ms`);
      },
    });
  }

  /** With the path by which the program knows it, where the program spawned it. */
  #named(actor: ActorAddress | undefined): ActorAddress | undefined {
    if (actor === undefined) return undefined;
    const child = this.#options.host.remoteChildren.get(actor.slot)?.child;
    return child?.generation === actor.generation ? { ...actor, path: child.path } : actor;
  }
}
