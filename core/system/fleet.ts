/**
 * The logical threads of a system and the physical ones that serve them: start, spares, death, replacement, threads
 * of their own, the end. One change at a time: two deaths are mourned one after the other, in the order they were
 * noticed. What to do about a death is in recovery.ts.
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
import type { Target } from '../threads/casualties.js';
import type { ThreadControl, ThreadInit } from '../threads/thread-control.js';
import type { PoolThread } from '../threads/thread-pool.js';
import { recover } from './recovery.js';

export interface FleetOptions {
  readonly config: SystemConfig;
  readonly clock: Clock;
  readonly host: ActorHost;
  readonly startThread: () => PoolThread;
  readonly initFor: (
    thread: number,
    epoch: number,
  ) => Omit<ThreadInit, 'away' | 'unspawned' | 'isIntakeClosed'>;
  readonly emit: <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]) => void;
}

/** Messages that a thread holds for one that is being replaced, by their targets. */
interface Held {
  /** See ThreadTable.deathOf. */
  readonly death: number;
  readonly targets: readonly Target[];
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #serving = new Map<number, PoolThread>();
  readonly #away = new Set<number>();
  readonly #deaths = new Map<number, number[]>();
  /** By thread: what it gives again once the thread being replaced is back. */
  readonly #held = new Map<number, Held>();
  /** With their thread: actors whose spawner died before that thread's life began. */
  #unspawned: (readonly [number, SlotId])[] = [];
  #spares: PoolThread[] = [];
  /** Modules of the actors that pool threads have had: a spare has them before it is needed. */
  readonly #modules = new Set<string>();
  #changes: Promise<unknown> = Promise.resolve();
  #isEnding = false;

  constructor(options: FleetOptions) {
    this.#options = options;
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
    for (let i = 0; i < config.spareThreads; i++) this.#addSpare();
    await Promise.all(starts);
  }

  /** The threads that serve, main not among them. */
  get threads(): number[] {
    return [...this.#serving.keys()];
  }

  control(thread: number): PoolThread['control'] | undefined {
    return this.#serving.get(thread)?.control;
  }

  /** Starts a thread of its own for a number that was claimed. */
  async addDedicated(thread: number): Promise<void> {
    this.#away.add(thread);
    this.#options.host.threads.store(thread, Word.serving, UNBORN);
    await this.#change(async () => {
      const answers = await Promise.allSettled(
        [...this.#others()].map((other) => other.died(thread)),
      );
      const reports = answers.flatMap((answer) =>
        answer.status === 'fulfilled' ? [answer.value] : [],
      );
      this.#remember(
        this.#options.host.threads.deathOf(thread),
        new Map(reports.map((report) => [report.thread, report.held])),
      );
      this.#voidChannels(thread);
      try {
        await this.#serve(thread, this.#options.startThread());
      } catch (error) {
        // Nobody waits for ever: its actors have ended before they began.
        await this.#giveUp(thread);
        throw error;
      }
      await this.#back(thread);
    });
  }

  /** Ends a dedicated thread whose last actor has ended, unless it has a new one by now; its number is free again. */
  retireDedicated(thread: number): void {
    const { host } = this.#options;
    void this.#change(async () => {
      const serving = this.#serving.get(thread);
      const isAwaited = [...host.remoteChildren.values()].some(
        ({ child }) => child.thread === thread,
      );
      if (serving === undefined || this.#isEnding || isAwaited) return;
      if (host.threads.load(thread, Word.actors) > 0) return;
      this.#serving.delete(thread);
      this.#away.add(thread);
      host.threads.store(thread, Word.epoch, host.threads.epoch(thread) + 1);
      await serving.control.end().catch(() => serving.kill('it did not end'));
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

  /** A pool thread imports that module. */
  imported(url: string): void {
    if (this.#modules.has(url)) return;
    this.#modules.add(url);
    for (const spare of this.#spares) preload(spare, [url]);
  }

  /** Resolves when no thread is being replaced. */
  async settled(): Promise<void> {
    for (let seen: unknown; seen !== this.#changes; ) {
      seen = this.#changes;
      await this.#changes;
    }
  }

  get isSettled(): boolean {
    return this.#away.size === 0;
  }

  /** Ends every thread in order; those that do not answer in time are left to be killed. */
  async end(deadlineMs: number): Promise<void> {
    this.#isEnding = true;
    const all = [...this.#serving.values(), ...this.#spares];
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
    if (this.#isEnding || this.#serving.get(thread) !== physical) return;
    const cause = error ?? new CodedError('THREAD_DIED', `thread ${thread} ended by itself`);
    void this.#change(() => this.#replace(thread, cause));
  }

  async #replace(thread: number, error: Error): Promise<void> {
    const { host, clock, emit } = this.#options;
    const startedMs = clock.now();
    this.#serving.delete(thread);
    this.#away.add(thread);
    host.threads.store(thread, Word.serving, 0);
    host.threads.store(thread, Word.epoch, host.threads.epoch(thread) + 1);
    emit('threadDied', { thread, error, actors: host.threads.load(thread, Word.actors) });
    const isGivenUp = this.#isOverBudget(thread, startedMs);
    if (isGivenUp) host.threads.store(thread, Word.serving, -1);
    const spare = isGivenUp ? undefined : this.#spares.shift();
    const ended = await this.#recover(thread, isGivenUp);
    this.#voidChannels(thread);
    if (this.#isEnding) return;
    if (!isGivenUp) await this.#serveAnew(thread, spare);
    await Promise.allSettled([...this.#others()].map((other) => other.ended(ended)));
    await this.#back(thread);
    if (isGivenUp) return;
    if (spare !== undefined) this.#addSpare();
    emit('threadReplaced', {
      thread,
      tookMs: clock.now() - startedMs,
      bySpare: spare !== undefined,
    });
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
    const ended = await this.#recover(thread, true);
    await Promise.allSettled([...this.#others()].map((other) => other.ended(ended)));
    await this.#back(thread);
  }

  /** A channel opened before all had heard that the thread is away leads to no life at all: it is read out by its sender. */
  #voidChannels(thread: number): void {
    const { threads } = this.#options.host;
    threads.store(thread, Word.epoch, threads.epoch(thread) + 1);
  }

  async #recover(thread: number, isGivenUp: boolean): Promise<readonly SlotId[]> {
    const { host, emit } = this.#options;
    const unsent = this.#unsentBy(thread);
    const death = host.threads.deathOf(thread);
    const moot = this.#mootFor(thread);
    const others = [...this.#others()];
    const { ended, held, unspawned } = await recover(host, thread, others, {
      isGivenUp,
      unsent,
      emit,
    });
    for (const [holder, count] of moot) {
      if (!held.has(holder)) host.threads.add(holder, Counter.deadLetters, count);
      this.#held.delete(holder);
    }
    this.#remember(death, held);
    this.#unspawned.push(...unspawned);
    return ended;
  }

  /**
   * By holder: how many messages for actors of an earlier life of that thread, ended with it, it has not given up yet.
   * A holder that has died itself never will; what it holds for the others is found lost by the recovery.
   */
  #mootFor(thread: number): ReadonlyMap<number, number> {
    const { table } = this.#options.host;
    const moot = new Map<number, number>();
    for (const [holder, { death }] of this.#held) {
      if (death % LIMITS.threadsMax !== thread) continue;
      const left = this.#unsentBy(holder);
      moot.set(
        holder,
        left.filter(([slot, generation]) => table.isSettled(slot, generation)).length,
      );
    }
    return moot;
  }

  #remember(death: number, held: ReadonlyMap<number, readonly Target[]>): void {
    for (const [holder, targets] of held) this.#held.set(holder, { death, targets });
  }

  /** What a dead thread had not given again: the last of what it had said, if it has held nothing else since. */
  #unsentBy(thread: number): readonly Target[] {
    const { threads } = this.#options.host;
    const left = threads.load(thread, Word.salvaged);
    const known = this.#held.get(thread);
    if (left === 0 || known?.death !== threads.load(thread, Word.salvagedFor)) return [];
    return known.targets.slice(-left);
  }

  async #back(thread: number): Promise<void> {
    this.#away.delete(thread);
    await Promise.allSettled([...this.#others(thread)].map((other) => other.back(thread)));
  }

  /** Every host but the one that is away, and one that is named: the pool's through their control calls, main's directly. */
  *#others(but?: number): Generator<Pick<ThreadControl, 'died' | 'ended' | 'back'>> {
    const { casualties } = this.#options.host;
    yield {
      died: (thread, unsent) => casualties.died(thread, unsent),
      ended: async (slots) => casualties.ended(slots),
      back: async (thread) => casualties.back(thread),
    };
    for (const [thread, { control }] of this.#serving) if (thread !== but) yield control;
  }

  #isOverBudget(thread: number, now: number): boolean {
    const deaths = (this.#deaths.get(thread) ?? []).filter(
      (at) => now - at < LIMITS.threadRestartWindowMs,
    );
    deaths.push(now);
    this.#deaths.set(thread, deaths);
    return deaths.length > LIMITS.threadRestartsMax;
  }

  #addSpare(): void {
    const spare = this.#options.startThread();
    this.#spares.push(spare);
    preload(spare, [...this.#modules]);
    void spare.gone.then(() => {
      this.#spares = this.#spares.filter((other) => other !== spare);
    });
  }

  #change(change: () => Promise<void>): Promise<void> {
    const changed = this.#changes.then(change);
    this.#changes = changed.catch((error: unknown) => {
      this.#options.host.logger.error('a thread could not be replaced', { error: String(error) });
    });
    return changed;
  }
}

/** One that cannot take the call is dying, which is seen elsewhere. */
function preload({ control }: PoolThread, urls: readonly string[]): void {
  if (urls.length > 0) control.preload(urls).catch(() => {});
}
