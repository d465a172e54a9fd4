/**
 * The logical threads of a system and the physical ones that serve them: start, spares, death, replacement, threads
 * of their own, rest and return of those given up, the end. One change at a time: two deaths are mourned one after the
 * other, in the order they were noticed. What to do about a death is in recovery.ts, an end on purpose in replacements.ts.
 * Runs on: main.
 */
import { type Clock, within } from '../clock.js';
import type { SystemConfig } from '../config.js';
import { CodedError } from '../errors.js';
import type { SystemEvents } from '../events.js';
import { LIMITS } from '../limits.js';
import type { SlotId } from '../message/signal.js';
import { Counter, UNBORN, Word } from '../thread-table.js';
import type { ActorHost } from '../threads/actor-host.js';
import type { Ending } from '../threads/casualties.js';
import type { ThreadInit } from '../threads/thread-control.js';
import type { PoolThread } from '../threads/thread-pool.js';
import { HeldLedger } from './held-ledger.js';
import { bringBack, type OtherHost, otherHosts } from './other-hosts.js';
import { hasLiveActors, recover } from './recovery.js';
import { RestingThreads } from './resting-threads.js';
import { Spares } from './spares.js';

export interface FleetOptions {
  readonly config: SystemConfig;
  readonly clock: Clock;
  readonly host: ActorHost;
  readonly startThread: () => PoolThread;
  readonly initFor: (
    thread: number,
    epoch: number,
  ) => Omit<ThreadInit, 'away' | 'vacated' | 'unspawned' | 'isIntakeClosed'>;
  readonly emit: <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]) => void;
}

/** How the life of a thread has ended, and what is told of that. */
interface End {
  readonly ending: Ending;
  readonly why: 'died' | 'asked';
  readonly reason: string;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #serving = new Map<number, PoolThread>();
  readonly #away = new Set<number>();
  /** Being vacated: they serve, and what is new for them is held. */
  readonly #vacated = new Set<number>();
  /** Gone, or about to be, with somebody who sees to that. */
  readonly #seenTo = new WeakSet<PoolThread>();
  /** Given up, and to be tried again. */
  readonly #resting: RestingThreads;
  readonly #held: HeldLedger;
  readonly spares: Spares;
  /** With their thread: actors whose spawner died before that thread's life began. */
  #unspawned: (readonly [number, SlotId])[] = [];
  #changes: Promise<unknown> = Promise.resolve();
  #isEnding = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    const { table, threads } = options.host;
    this.#held = new HeldLedger(table, threads);
    this.spares = new Spares(options.startThread, options.config.spareThreads);
    this.#resting = new RestingThreads(
      options.clock,
      (thread, restMs) => this.#givenUp(thread, restMs),
      (thread) => void this.revive(thread).catch(() => {}), // said by the change
    );
  }

  /** Starts the pool. Rejects THREAD_DIED when a thread cannot start. */
  async start(): Promise<void> {
    const { config, host } = this.#options;
    host.threads.claimThread();
    const starts: Promise<void>[] = [];
    for (let thread = 1; thread <= config.threads; thread++) {
      host.threads.claimThread();
      starts.push(this.#serve(thread, this.#options.startThread()));
    }
    this.spares.fill();
    await Promise.all(starts);
  }

  /** The threads that serve, main not among them. */
  get threads(): number[] {
    return [...this.#serving.keys()];
  }

  /** Threads that were given up, until they are tried again. */
  get resting(): number[] {
    return this.#resting.all;
  }

  control(thread: number): PoolThread['control'] | undefined {
    return this.#serving.get(thread)?.control;
  }

  /** What serves a logical thread; undefined while nothing does. */
  physical(thread: number): PoolThread | undefined {
    return this.#serving.get(thread);
  }

  /** Starts a thread of its own for a number that was claimed. */
  async addDedicated(thread: number): Promise<void> {
    this.#away.add(thread);
    this.#options.host.threads.store(thread, Word.serving, UNBORN);
    // Nobody waits for ever: if it cannot start, its actors have ended before they began.
    await this.#change(async () => {
      try {
        await this.#begin(thread);
      } catch (error) {
        await this.#giveUp(thread);
        throw error;
      }
    });
  }

  /** Tries a thread again that rests; false when it does not, or the system ends. Rejects THREAD_DIED; then it rests again. */
  async revive(thread: number): Promise<boolean> {
    const { clock, emit } = this.#options;
    let isTried = false;
    await this.#change(async () => {
      if (this.#isEnding || !this.#resting.end(thread)) return;
      isTried = true;
      const startedMs = clock.now();
      await this.#serveOrRest(thread, undefined);
      await this.#back(thread);
      const tookMs = clock.now() - startedMs;
      const reason = 'it had been given up, and has rested';
      emit('threadReplaced', { thread, tookMs, bySpare: false, why: 'rested', reason });
    });
    return isTried;
  }

  /** A first life: nobody was there, and what is meant for it waits. */
  async #begin(thread: number): Promise<void> {
    const { host, startThread } = this.#options;
    const answers = await Promise.allSettled(
      [...this.#others()].map((other) => other.died(thread)),
    );
    const reports = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? [answer.value] : [],
    );
    this.#held.remember(
      host.threads.deathOf(thread),
      new Map(reports.map((report) => [report.thread, report.held])),
    );
    this.#voidChannels(thread);
    await this.#serve(thread, startThread());
    await this.#back(thread);
  }

  /** Ends a dedicated thread whose last actor has ended, unless it has a new one by now; its number is free again. */
  retireDedicated(thread: number): void {
    const { host } = this.#options;
    void this.#change(async () => {
      const serving = this.#serving.get(thread);
      if (serving === undefined || this.#isEnding || hasLiveActors(host, thread)) return;
      this.#serving.delete(thread);
      this.#away.add(thread);
      host.threads.store(thread, Word.epoch, host.threads.epoch(thread) + 1);
      this.#seenTo.add(serving);
      // Killed even so: a thread that went back to the pool would serve another with the modules it has loaded.
      await serving.control.leave().catch(() => {});
      serving.kill('its last actor has ended');
      await serving.gone;
      await this.#giveUp(thread);
      host.threads.returnThread(thread);
    });
  }

  /** Kills a thread; it is replaced as one that died. */
  kill(thread: number, reason: string): boolean {
    const serving = this.#isEnding ? undefined : this.#serving.get(thread);
    serving?.kill(reason);
    return serving !== undefined;
  }

  /** Asks every thread; one that dies meanwhile answers nothing. */
  async askAll<T>(ask: (control: PoolThread['control']) => Promise<T>): Promise<T[]> {
    const answers = await Promise.allSettled(
      [...this.#serving.values()].map(({ control }) => ask(control)),
    );
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /** Resolves when no thread is being replaced. */
  async settled(): Promise<void> {
    for (let seen: unknown; seen !== this.#changes; ) {
      seen = this.#changes;
      await this.#changes;
    }
  }

  get isSettled(): boolean {
    return this.#away.size === this.#resting.all.length && this.#vacated.size === 0;
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Lets nothing new go to a thread that still serves; what is meant for it is held until it, or another, is back. */
  async holdBack(thread: number): Promise<void> {
    this.#vacated.add(thread);
    const told = [...this.#others(thread)].map((other) => other.holdBack(thread));
    // Who does not answer is busy, and sends nothing either.
    await within(this.#options.clock, LIMITS.vacateGraceMs, Promise.allSettled(told));
  }

  /**
   * Ends a thread that was vacated, or would not be, and puts another in its place. False when it has died meanwhile, and
   * so was replaced, or has ended. `gone` is called between the lives. Rejects THREAD_DIED when none can be started.
   */
  async swap(
    thread: number,
    physical: PoolThread,
    { ending, reason, gone }: { ending: Ending; reason: string; gone: () => void },
  ): Promise<boolean> {
    let isSwapped = false;
    await this.#change(async () => {
      this.#vacated.delete(thread);
      if (this.#isEnding) return;
      // Its next life is not held back.
      if (this.#seenTo.has(physical)) return this.#back(thread);
      isSwapped = true;
      this.#seenTo.add(physical);
      physical.kill(reason);
      await physical.gone;
      gone();
      await this.#replace(thread, { ending, why: 'asked', reason });
    });
    return isSwapped;
  }

  /** Ends every thread in order; those that do not answer in time are left to be killed. */
  async end(deadlineMs: number): Promise<void> {
    this.#isEnding = true;
    this.#resting.stop();
    const all = [...this.#serving.values(), ...this.spares.all];
    const ended = Promise.allSettled(all.map(({ control }) => control.end()));
    const gone = ended.then(() => Promise.all(all.map((thread) => thread.gone)));
    await within(this.#options.clock, deadlineMs, gone);
  }

  async #serve(thread: number, physical: PoolThread, isSpare = false): Promise<void> {
    const { host, emit, initFor } = this.#options;
    const epoch = host.threads.epoch(thread);
    await physical.control.become({
      ...initFor(thread, epoch),
      away: [...this.#away].filter((other) => other !== thread),
      vacated: [...this.#vacated].filter((other) => other !== thread),
      unspawned: this.#unspawned.filter(([to]) => to === thread).map(([, id]) => id),
      isIntakeClosed: host.intakeClosed,
    });
    this.#unspawned = this.#unspawned.filter(([to]) => to !== thread);
    this.#serving.set(thread, physical);
    host.threads.store(thread, Word.serving, 1);
    void physical.gone.then((error) => this.#gone(thread, physical, error));
    emit('threadStarted', { thread, isSpare });
  }

  #gone(thread: number, physical: PoolThread, error: Error | undefined): void {
    if (this.#isEnding || this.#seenTo.has(physical)) return;
    this.#seenTo.add(physical);
    const cause = error ?? new CodedError('THREAD_DIED', `thread ${thread} ended by itself`);
    const { host, emit } = this.#options;
    void this.#change(() => {
      emit('threadDied', { thread, error: cause, actors: host.threads.load(thread, Word.actors) });
      const restMs = this.#resting.died(thread);
      const end: End = { ending: 'died', why: 'died', reason: cause.message };
      return restMs === undefined ? this.#replace(thread, end) : this.#lose(thread, restMs);
    });
  }

  /** Another thread in the place of one that is gone. */
  async #replace(thread: number, { ending, why, reason }: End): Promise<void> {
    const { clock, emit } = this.#options;
    const startedMs = clock.now();
    this.#leave(thread);
    const spare = this.spares.take();
    const ended = await this.#recover(thread, ending);
    this.#voidChannels(thread);
    if (this.#isEnding) return;
    await this.#serveOrRest(thread, spare);
    await Promise.allSettled([...this.#others()].map((other) => other.ended(ended)));
    await this.#back(thread, ending);
    // A thread started after the end would keep the process.
    if (!this.#isEnding) this.spares.fill();
    const tookMs = clock.now() - startedMs;
    emit('threadReplaced', { thread, tookMs, bySpare: spare !== undefined, why, reason });
    // All its actors may have ended with its last life.
    if (thread > this.#options.config.threads) this.retireDedicated(thread);
  }

  /** A thread that has died too often: its actors end, or rest with it if their supervisors never give them up. */
  async #lose(thread: number, restMs: number): Promise<void> {
    this.#leave(thread);
    if (thread > this.#options.config.threads) return this.#giveUp(thread);
    this.#options.host.threads.store(thread, Word.serving, -1);
    const ended = await this.#recover(thread, 'gaveUp');
    this.#voidChannels(thread);
    await Promise.allSettled([...this.#others()].map((other) => other.ended(ended)));
    if (!this.#isEnding) this.#resting.begin(thread, restMs);
  }

  async #serveOrRest(thread: number, spare: PoolThread | undefined): Promise<void> {
    try {
      await this.#serveAnew(thread, spare);
    } catch (error) {
      const { host, config } = this.#options;
      if (thread > config.threads) await this.#giveUp(thread);
      else if (!this.#isEnding) {
        host.threads.store(thread, Word.serving, -1);
        this.#resting.begin(thread);
      }
      throw error;
    }
  }

  #leave(thread: number): void {
    const { threads } = this.#options.host;
    this.#serving.delete(thread);
    this.#vacated.delete(thread);
    this.#away.add(thread);
    threads.store(thread, Word.serving, 0);
    threads.store(thread, Word.epoch, threads.epoch(thread) + 1);
  }

  #givenUp(thread: number, restMs: number): void {
    const { host, emit } = this.#options;
    host.logger.error('a thread was given up for a while', { thread, restMs });
    emit('threadGivenUp', { thread, restMs });
  }

  /** A spare may be dead itself: then a fresh thread, until one serves. */
  async #serveAnew(thread: number, spare: PoolThread | undefined): Promise<void> {
    const { startThread, host } = this.#options;
    let physical = spare ?? startThread();
    for (let tries = 0; ; tries++) {
      try {
        return await this.#serve(thread, physical, physical === spare);
      } catch (error) {
        if (tries >= 3 || this.#isEnding) throw error;
        host.logger.error('a thread could not start', { thread, error: String(error) });
        physical.kill('it did not start');
        physical = startThread();
      }
    }
  }

  async #giveUp(thread: number): Promise<void> {
    const { host } = this.#options;
    host.threads.store(thread, Word.serving, -1);
    const ended = await this.#recover(thread, 'died', true);
    await Promise.allSettled([...this.#others()].map((other) => other.ended(ended)));
    await this.#back(thread);
  }

  /** A channel opened before all had heard that the thread is away leads to no life at all: it is read out by its sender. */
  #voidChannels(thread: number): void {
    const { threads } = this.#options.host;
    threads.store(thread, Word.epoch, threads.epoch(thread) + 1);
  }

  async #recover(thread: number, ending: Ending, isGivenUp = false): Promise<readonly SlotId[]> {
    const { host, emit } = this.#options;
    const unsent = this.#held.unsentBy(thread);
    const death = host.threads.deathOf(thread);
    const moot = this.#held.mootFor(thread);
    const others = [...this.#others()];
    const options = { ending, isGivenUp, unsent, emit };
    const { ended, held, unspawned } = await recover(host, thread, others, options);
    for (const [holder, count] of moot) {
      if (!held.has(holder)) host.threads.add(holder, Counter.deadLetters, count);
      this.#held.forget(holder);
    }
    this.#held.remember(death, held);
    this.#unspawned.push(...unspawned);
    return ended;
  }

  #back(thread: number, ending: Ending = 'died'): Promise<void> {
    this.#away.delete(thread);
    return bringBack(this.#options.host, [...this.#others(thread)], { thread, ending });
  }

  #others(but?: number): Generator<OtherHost> {
    return otherHosts(this.#options.host, this.#serving, but);
  }

  #change(change: () => Promise<void>): Promise<void> {
    const changed = this.#changes.then(change);
    this.#changes = changed.catch((error: unknown) => {
      this.#options.host.logger.error('a thread could not be replaced', { error: String(error) });
    });
    return changed;
  }
}
