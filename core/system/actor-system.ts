/**
 * The front of the runtime: a system of actors over the main thread and a pool. createSystem() in a program makes
 * one; in a pool thread, which loads the same modules, it never settles, so that one file may define actors and be
 * the program that uses them.
 * Runs on: main.
 */

import type { StopMode, Terminated } from '../actor/actor-context.js';
import type { ActorRef } from '../actor/actor-ref.js';
import { type Child, Children, type Supervisor } from '../actor/children.js';
import type { Recipe } from '../actor/definition.js';
import type { Ref } from '../actor/ref.js';
import type { Replicas } from '../actor/replicas.js';
import type { ReplicaOptions, SpawnOptions } from '../actor/spawn-options.js';
import { type Clock, systemClock, within } from '../clock.js';
import { parseSystemOptions, type SystemConfig, type SystemOptions } from '../config.js';
import { CodedError } from '../errors.js';
import type { SystemEvents } from '../events.js';
import { type Executor, systemExecutor } from '../executor.js';
import { assertLimits, LIMITS } from '../limits.js';
import type { HostRequest, Signal } from '../message/signal.js';
import { seededRandom, systemRandom } from '../random.js';
import { type Pool, type PoolOptions, parsePoolOptions } from '../routing/pool.js';
import { ReplicaPool } from '../routing/replica-pool.js';
import { SlotTable } from '../slot-table.js';
import { ThreadTable } from '../thread-table.js';
import { ActorHost } from '../threads/actor-host.js';
import { importModule, isPoolThread } from '../threads/import-module.js';
import { replicaSet } from '../threads/replica-home.js';
import { type ActorInfo, inspectHost } from '../threads/thread-control.js';
import { ThreadPool } from '../threads/thread-pool.js';
import { transportNamed } from '../threads/transports.js';
import type { SalvagedMessage } from '../transport/outgoing-channel.js';
import type { Transport } from '../transport/transport.js';
import { Registry } from './registry.js';
import type { ReplacedThread, ReplaceOptions } from './replacements.js';
import { backlog, closeIntake, type Drained, quiet } from './shutdown.js';
import { SystemEventStream } from './system-event-stream.js';
import { type SystemStats, statsOf } from './system-stats.js';
import { type MakePool, ThreadLife } from './thread-life.js';

/** What a system is made of beside its options; the testkit gives its own. */
export interface SystemParts {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly transport: Transport;
  readonly passMs: number;
  /** Undefined with threads: 0. */
  readonly pool: MakePool | undefined;
}

/** Starts a system. Rejects CONFIG_INVALID, THREAD_DIED. Inside a pool thread it never settles. */
export function createSystem(options: SystemOptions = {}): Promise<ActorSystem> {
  if (isPoolThread()) return new Promise<never>(() => {});
  return startSystem(options);
}

async function startSystem(options: SystemOptions): Promise<ActorSystem> {
  const config = parseSystemOptions(options);
  const system = new ActorSystem(config, {
    clock: systemClock,
    executor: systemExecutor,
    transport: transportNamed(config.transport),
    passMs: LIMITS.passMs,
    pool:
      config.threads + config.spareThreads === 0
        ? undefined
        : (main) => new ThreadPool(config, main),
  });
  await system.start();
  return system;
}

export class ActorSystem implements Supervisor {
  readonly name: string;
  readonly events: SystemEventStream;
  /** Internal: the main thread's host. */
  readonly host: ActorHost;
  readonly path = '';
  readonly #config: SystemConfig;
  readonly #clock: Clock;
  readonly #children: Children;
  readonly #registry: Registry;
  readonly #life: ThreadLife;
  #whenChildless: (() => void) | undefined = undefined;
  #stopping: Promise<Drained> | undefined = undefined;
  #onSignal: ((signal: NodeJS.Signals) => void) | undefined = undefined;

  constructor(config: SystemConfig, parts: SystemParts) {
    assertLimits();
    this.name = config.name;
    this.#config = config;
    this.#clock = parts.clock;
    this.#children = new Children(this);
    const slots = SlotTable.allocate(config.actorsMax);
    const threads = ThreadTable.allocate();
    const random = config.seed === undefined ? systemRandom : seededRandom(config.seed);
    const settings = {
      slots,
      threads,
      mailbox: config.mailbox,
      askMs: config.askMs,
      sendMs: config.sendMs,
      passMs: parts.passMs,
      poolThreads: config.threads,
    };
    this.events = new SystemEventStream(new ThreadTable(threads), config.logger);
    const emit = <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]): void =>
      this.events.emit(name, payload);
    this.host = new ActorHost({
      ...settings,
      thread: 0,
      epoch: 0,
      transport: parts.transport,
      clock: parts.clock,
      executor: parts.executor,
      random,
      logger: config.logger,
      importModule,
      connect: (to, memory, end) => void this.#life.connect(0, to, memory, end),
      emit,
      handlerNamed: (number, name) => this.#life.handlerNamed(0, number, name),
      root: {
        children: this.#children,
        place: () => this.#life.place(),
        serve: (request) => this.#serve(request),
        released: (slot, generation) => this.#registry.released(slot, generation),
        threadWanted: (thread) => this.#life.want(thread),
        signal: (signal) => this.#signal(signal),
      },
    });
    this.#registry = new Registry((slot, generation) => this.host.table.isLive(slot, generation));
    this.#life = new ThreadLife({
      config,
      clock: parts.clock,
      host: this.host,
      makePool: parts.pool,
      initFor: (thread, epoch) => ({
        ...settings,
        thread,
        epoch,
        transport: config.transport,
        seed: random.int(0x7fffffff),
      }),
      emit,
    });
  }

  /** Internal: createSystem() has called it. */
  async start(): Promise<void> {
    await this.#life.start();
    if (this.#config.handleSignals) this.#listenToSignals();
  }

  get supervision(): SystemConfig['guardian'] {
    return this.#config.guardian;
  }

  /** The guardian's answer to a child that cannot be helped: it is stopped, the system goes on. */
  escalate(child: Child, error: Error): void {
    this.#config.logger.error('an actor was given up', { path: child.path, error: error.message });
    this.host.command(child, { type: 'stop', mode: 'stop', reason: 'failed' });
  }

  childless(): void {
    this.#whenChildless?.();
  }

  /**
   * Makes an actor; its ref is good at once, messages wait until it has started. Throws ACTOR_NAME_TAKEN,
   * CONFIG_INVALID, THREAD_UNKNOWN, MESSAGE_NOT_ENCODABLE (start arguments), SLOTS_EXHAUSTED, SYSTEM_STOPPED.
   * With `replicas`: that many, spread over the pool's threads, named `name-0`, `name-1`, ….
   */
  spawn<P>(recipe: Recipe<P>, options: ReplicaOptions): Replicas<P>;
  spawn<P>(recipe: Recipe<P>, options?: SpawnOptions): ActorRef<P>;
  spawn<P>(
    recipe: Recipe<P>,
    options: SpawnOptions | ReplicaOptions = {},
  ): ActorRef<P> | Replicas<P> {
    if ('replicas' in options)
      return this.host.spawnReplicas(recipe, options, undefined) as unknown as Replicas<P>;
    return this.host.spawn(recipe, options, undefined) as unknown as ActorRef<P>;
  }

  /**
   * The pool-shaped door: replicas that `run` calls, one at a time each, with a queue, time limits and aborts, and
   * whose closures keep state. Throws what spawn throws.
   */
  pool<P>(recipe: Recipe<P>, options: PoolOptions = {}): Pool<P> {
    const settings = parsePoolOptions(recipe.definition, options, this.#config.threads);
    const set = replicaSet(this.host, recipe, settings.replicas, undefined);
    const kill = (thread: number, reason: string): boolean => this.killThread(thread, reason);
    return new ReplicaPool(set, settings, kill) as unknown as Pool<P>;
  }

  /** Resolves when the actor has started; rejects ACTOR_START_FAILED with the cause, ACTOR_STOPPED. */
  async started(ref: ActorRef<unknown>): Promise<void> {
    const { slot, generation, thread } = ref.address;
    await this.host.request(thread, { what: 'started', slot, generation });
  }

  /** The actor registered under that name, or spawned under it by the program. */
  lookup<P>(name: string): ActorRef<P> | undefined {
    const found = this.#registry.lookup(name) ?? this.#topLevel(name);
    return found as ActorRef<P> | undefined;
  }

  /** Stops an actor: finish what is queued, the message in hand, or nothing. Resolves when it has ended. */
  async stopActor(ref: ActorRef<unknown>, mode: StopMode = 'stop'): Promise<void> {
    const ended = this.terminated(ref);
    const { slot, generation, thread } = ref.address;
    const command = { type: 'stop', mode, reason: mode === 'kill' ? 'killed' : 'stopped' } as const;
    const remote = this.host.remoteChildren.get(slot)?.child;
    if (remote?.generation === generation) this.host.command(remote, command);
    else if (thread === 0) this.host.cellFor(slot, generation)?.command(command);
    else {
      const stop = (): void => this.host.signal(thread, { ...command, slot, generation });
      this.host.casualties.insist(thread, stop, ended);
    }
    await ended;
  }

  /** Resolves with the end of an actor; at once with `gone` when it has ended already. */
  terminated(ref: ActorRef<unknown>): Promise<Terminated> {
    return new Promise((resolve) => {
      const watcher = { notice: (fn: () => unknown) => void fn() };
      this.host.watch(watcher, ref as unknown as Ref, resolve);
    });
  }

  /** Every actor there is, by thread and path. */
  async inspect(): Promise<readonly ActorInfo[]> {
    const elsewhere = await this.#life.fleet.askAll((control) => control.inspect());
    const all = [...inspectHost(this.host), ...elsewhere.flat()];
    return all.sort((a, b) => a.thread - b.thread || (a.path < b.path ? -1 : 1));
  }

  /** The accounts, read from shared memory: asks no thread. */
  stats(): SystemStats {
    return statsOf(this.host, this.threads);
  }

  /** The threads that serve; 0 is main. */
  get threads(): readonly number[] {
    return [0, ...this.#life.fleet.threads];
  }

  /** Threads that have died too often and rest before they are tried again; nothing runs on them. */
  get restingThreads(): readonly number[] {
    return this.#life.fleet.resting;
  }

  /**
   * Kills a pool thread: its actors are restarted by their supervisors on its replacement. It ends between two turns of its
   * event loop; what keeps it for longer than `threadEndMs` is cut off. False if there is none.
   */
  killThread(thread: number, reason = 'killed by the program'): boolean {
    return this.#life.fleet.kill(thread, reason);
  }

  /**
   * Puts a fresh thread in the place of one that works, so that its actors begin anew with their modules loaded anew. What
   * is in hand is finished first, up to the deadline; refs stay good, nothing accepted is lost, and no failure is counted.
   * One that was given up is tried again at once. Called again before it is done, it gives the same promise. Rejects
   * THREAD_FIXED for main, THREAD_UNKNOWN, CONFIG_INVALID, SYSTEM_STOPPED, THREAD_DIED when no thread will start.
   */
  replaceThread(thread: number, options: ReplaceOptions = {}): Promise<ReplacedThread> {
    return this.#life.replace(thread, options);
  }

  /** All threads but main, one after the other, each serving again before the next is touched. Rejects as the one. */
  replaceThreads(options: ReplaceOptions = {}): Promise<readonly ReplacedThread[]> {
    return this.#life.replaceAll(options);
  }

  /** Closes the intake and waits until all that was accepted is handled, or the deadline (default stopMs). */
  async drain(options: { readonly deadlineMs?: number } = {}): Promise<Drained> {
    const deadlineMs = options.deadlineMs ?? this.#config.stopMs;
    const untilMs = this.#clock.now() + deadlineMs;
    // A thread that a handler keeps does not answer: it must not keep the system too.
    await within(this.#clock, deadlineMs, closeIntake(this.host, this.#life.fleet));
    const leftMs = Math.max(0, untilMs - this.#clock.now());
    return quiet(this.host, this.#life.fleet, this.#clock, leftMs);
  }

  /** Drains, stops every actor, children first, and ends the threads. Called again it gives the same promise. */
  stop(options: { readonly deadlineMs?: number } = {}): Promise<Drained> {
    this.#stopping ??= this.#stop(options.deadlineMs ?? this.#config.stopMs, 'stop');
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop().then(() => {});
  }

  async #stop(deadlineMs: number, reason: 'stop' | 'signal'): Promise<Drained> {
    const untilMs = this.#clock.now() + deadlineMs;
    this.events.emit('systemStopping', { reason, deadlineMs });
    const drained = await this.drain({ deadlineMs });
    await this.#stopActors(Math.max(0, untilMs - this.#clock.now()));
    const left = drained.drained ? 0 : backlog(this.host);
    this.#life.stopWatching();
    if (this.#onSignal !== undefined)
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, this.#onSignal);
    await this.#life.end(Math.max(50, untilMs - this.#clock.now()));
    this.host.close();
    return { drained: drained.drained, left: Math.max(left, drained.left) };
  }

  /** Children before parents; whoever does not end in time is killed. */
  #stopActors(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      let cancel = (): void => {};
      const done = (): void => {
        cancel();
        resolve();
      };
      this.#whenChildless = done;
      if (this.#children.stopAll('stop')) return done();
      cancel = this.#clock.after(deadlineMs, () => {
        this.#children.stopAll('kill');
        cancel = this.#clock.after(50, done);
      });
    });
  }

  #serve(request: HostRequest): unknown {
    if (request.what === 'register') {
      const { slot, generation, thread, name } = request;
      this.#registry.register(
        name,
        this.host.refTo(slot, generation, thread) as unknown as ActorRef<unknown>,
      );
      return undefined;
    }
    return request.what === 'lookup' ? this.lookup(request.name) : undefined;
  }

  #topLevel(name: string): ActorRef<unknown> | undefined {
    const child = this.#children.named(name);
    if (child === undefined) return undefined;
    return this.host.refTo(
      child.slot,
      child.generation,
      child.thread,
      child.path,
    ) as unknown as ActorRef<unknown>;
  }

  #signal(signal: Signal): void {
    switch (signal.type) {
      case 'released':
        return this.#registry.released(signal.slot, signal.generation);
      case 'threadWanted':
        return this.#life.want(signal.thread);
      case 'threadIdle':
        return this.#life.fleet.retireDedicated(signal.thread);
      case 'handedOver':
        return this.host.casualties.handedOver(signal.thread, signal.message as SalvagedMessage);
      case 'event':
        return this.events.emit(
          signal.name as keyof SystemEvents & string,
          signal.payload as never,
        );
      default:
        throw new CodedError(
          'ASSERTION_FAILED',
          `expected a signal main understands, got ${signal.type}`,
        );
    }
  }

  #listenToSignals(): void {
    this.#onSignal = () => {
      this.#stopping ??= this.#stop(this.#config.stopMs, 'signal');
    };
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, this.#onSignal);
  }
}
