/**
 * The modules of a run, seen from the main thread: the actors they need, reloads that all replicas confirm, and what
 * their hooks counted and did wrong, over all threads.
 *
 *   reload:   prepare on every replica ──all──> put in force for replicas to come ──> commit on every replica
 *                    └──one refuses──> discard on all, nothing has changed
 *   new code: checked on a thread of its own ──all fit──> one thread after the other is replaced ──> commit on every replica
 *
 * Runs on: main.
 */
import {
  type ActorRef,
  type ActorSystem,
  CodedError,
  hasCode,
  type Recipe,
  type Sender,
} from '../../core/index.js';
import type { HookFault } from '../entity/hook.js';
import { type HookReport, mergeHookReports } from '../entity/hook-telemetry.js';
import type { KitInit, ModuleChoice, PlatformLimits } from '../entity/kit-init.js';
import { LASTING } from '../entity/lasting-supervision.js';
import { PLATFORM_LIMITS } from '../limits.js';
import { assertNotCalledOff, checkModuleCode, type WantedModule } from './code-check.js';
import { isPassing, withReplicasUp } from './fresh-replicas.js';
import { type ModulePeers, type ModuleProtocol, moduleActor } from './module-actor.js';
import { moduleFailed } from './module-loader.js';
import { moduleRegistryActor } from './module-registry-actor.js';
import type { ModuleConfig } from './module-stage.js';
import { singleModulesActor } from './single-modules-actor.js';

/** What every home of modules takes for a reload. */
interface ReloadProtocol {
  prepare(name: string, given: ModuleConfig): void;
  discard(name: string): void;
  /** Answers the number of the configuration in force; undefined where the module is not set up at all. */
  commit(name: string): number | undefined;
}

type Home = ActorRef<ReloadProtocol>;

/** Times a home is asked to take a configuration that it missed because it was starting meanwhile. */
const COMMITS_MAX = 5;

/** Counters and faults of hooks over all threads. */
export interface ModuleTelemetry {
  readonly hooks: HookReport;
  /** The last ones, newest first. */
  readonly faults: readonly HookFault[];
}

/** Name -> configuration; of a module that is not named the one in force stays. */
type Configs = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

type ControlLimits = Pick<PlatformLimits, 'hookFaultsKept' | 'moduleStepMs'>;

export class ModuleControl {
  /** What is to be spawned once on every thread; {@link attach} wants it back. */
  readonly actors: readonly ((init: KitInit) => Recipe<ModuleProtocol>)[];
  readonly #system: ActorSystem;
  readonly #peers: ModulePeers;
  readonly #limits: ControlLimits;
  /** Configurations in force, by name. */
  readonly #configs: Map<string, ModuleConfig>;
  readonly #calledOff = new AbortController();
  #replicas: readonly ActorRef<ModuleProtocol>[] = [];
  /** Those that have a replica; the one instances are on one of them. */
  #threads: readonly number[] = [];
  #reloads: Promise<unknown> = Promise.resolve();
  #gone: (thread: number) => void = () => {};

  /** Spawns the actors that the modules of all threads share; end them with {@link stop}. */
  constructor(
    system: ActorSystem,
    choices: readonly ModuleChoice[],
    limits: Partial<ControlLimits> = {},
  ) {
    this.#limits = { ...PLATFORM_LIMITS, ...limits };
    const registry = system.spawn(moduleRegistryActor(), { thread: 'main' });
    const peers = {
      registry,
      single: system.spawn(singleModulesActor(registry), { supervision: LASTING }),
    };
    this.#system = system;
    this.#peers = peers;
    this.#configs = new Map(choices.map(({ name, config }) => [name, { config, generation: 1 }]));
    this.actors = choices.length === 0 ? [] : [(init) => moduleActor(init, peers)];
  }

  /** The actors spawned of {@link actors}, one per thread; `gone` is told of each thread that new code has ended. */
  attach(replicas: readonly ActorRef<unknown>[], gone: (thread: number) => void = () => {}): void {
    this.#gone = gone;
    this.#replicas = replicas as readonly ActorRef<ModuleProtocol>[];
    this.#threads = this.#system.threads.filter((thread) => thread > 0).sort((a, b) => a - b);
  }

  /** Name -> number of the configuration in force. */
  generations(): Record<string, number> {
    return Object.fromEntries([...this.#configs].map(([name, given]) => [name, given.generation]));
  }

  /**
   * Gives a module another configuration on every thread. Resolves with its number when all replicas have confirmed;
   * rejects MODULE_FAILED when one refuses it, and then all have the old one. One reload follows the other.
   */
  reload(name: string, config: Readonly<Record<string, unknown>>): Promise<number> {
    return this.#inTurn(() => this.#reload(name, config));
  }

  /**
   * Gives all modules the code that is in their files now, and the configurations that `configs` answers when it is this
   * call's turn: checks them, then replaces the threads they are on, one after the other. Resolves with the highest number,
   * each being one more; 0 without modules. Rejects MODULE_FAILED (before anything is touched; or when a module does not
   * start on a thread, and then the threads behind it keep the old code), THREAD_FIXED for modules on main,
   * PLATFORM_STOPPED, and what `configs` rejects with.
   */
  replaceCode(init: KitInit, configs: () => Promise<Configs>): Promise<number> {
    return this.#inTurn(() => this.#replaceCode(init, configs));
  }

  /** Ends a check of new code, and replaces no further thread. */
  callOff(): void {
    this.#calledOff.abort();
  }

  /** Of all threads that answer. */
  async telemetry(): Promise<ModuleTelemetry> {
    const [reports, faults] = await Promise.all([
      Promise.allSettled(this.#replicas.map((replica) => replica.ask('report'))),
      Promise.allSettled(this.#replicas.map((replica) => replica.ask('faults'))),
    ]);
    const newest = values(faults)
      .flat()
      .sort((one, other) => other.at - one.at);
    return {
      hooks: mergeHookReports(values(reports)),
      faults: newest.slice(0, this.#limits.hookFaultsKept),
    };
  }

  /** Ends the shared actors; for when the replicas have ended. */
  async stop(): Promise<void> {
    await this.#system.stopActor(this.#peers.single);
    await this.#system.stopActor(this.#peers.registry);
  }

  #inTurn(run: () => Promise<number>): Promise<number> {
    const done = this.#reloads.then(run);
    this.#reloads = done.catch(() => {}); // told to who asked; the next one goes on
    return done;
  }

  async #replaceCode(init: KitInit, configs: () => Promise<Configs>): Promise<number> {
    const { signal } = this.#calledOff;
    assertNotCalledOff(signal);
    if (init.modules.length === 0) return 0;
    if (this.#threads.length === 0)
      throw new CodedError(
        'THREAD_FIXED',
        'new module code: expected modules on threads, which can be replaced, got modules on main (threads: 0): start again',
      );
    const wanted = this.#wanted(init, await configs());
    await checkModuleCode({ init, wanted, signal });
    const fresh = wanted.map(({ choice, given }) => [choice.name, given] as const);
    for (const [name, given] of fresh) this.#configs.set(name, given);
    // From here on a thread that dies by itself comes back with the new code. A replica that begins anew on its thread has the
    // old code, and its number.
    await this.#peers.registry.ask('putCode', Object.fromEntries(fresh));
    for (const thread of this.#threads) {
      assertNotCalledOff(signal);
      await this.#replaceThread(thread);
    }
    // Threads replaced before the one instances were have their old hooks.
    for (const [name, given] of fresh) {
      const fault = await this.#commit(name, given);
      if (fault !== undefined) throw fault;
    }
    await this.#peers.registry.ask('dropFormer');
    return Math.max(...wanted.map(({ given }) => given.generation));
  }

  #wanted({ modules }: KitInit, fresh: Configs): readonly WantedModule[] {
    return modules.map((choice) => {
      const { config, generation } = this.#configs.get(choice.name)!;
      const given = { config: fresh.get(choice.name) ?? config, generation: generation + 1 };
      return { choice, given };
    });
  }

  /** When its modules do not serve on the fresh thread, no other thread is to follow it. */
  async #replaceThread(thread: number): Promise<void> {
    const on = { system: this.#system, replicas: this.#replicas };
    try {
      await withReplicasUp(on, 2 * this.#limits.moduleStepMs, () =>
        this.#system.replaceThread(thread, { reason: 'new module code', gone: this.#gone }),
      );
    } catch (cause) {
      if (hasCode(cause, 'SYSTEM_STOPPED')) throw cause;
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new CodedError(
        'MODULE_FAILED',
        `new module code: expected all modules to serve after thread ${thread} was replaced, got: ${text}; the threads behind it have the old code`,
        { cause, details: { thread } },
      );
    }
  }

  async #reload(name: string, config: Readonly<Record<string, unknown>>): Promise<number> {
    const old = this.#configs.get(name);
    if (old === undefined)
      throw moduleFailed(name, 'not enabled', 'expected the name of an enabled module');
    const given = { config, generation: old.generation + 1 };
    await this.#prepare(name, given);
    await this.#peers.registry.ask('put', name, given);
    const fault = await this.#commit(name, given);
    if (fault === undefined) {
      this.#configs.set(name, given);
      return given.generation;
    }
    // Some replicas have it, those that failed have the old one: all get the old one, under a number of its own.
    const back = { config: old.config, generation: given.generation + 1 };
    this.#configs.set(name, back);
    await this.#peers.registry.ask('put', name, back);
    await this.#commit(name, back);
    throw fault;
  }

  /** The one instance first: threads take over the hooks that it has then. */
  #homes(): readonly Home[] {
    return [this.#peers.single, ...this.#replicas];
  }

  async #prepare(name: string, given: ModuleConfig): Promise<void> {
    const answers = this.#homes().map((home) => this.#patient(home).ask('prepare', name, given));
    const fault = (await Promise.allSettled(answers)).find(isRefused);
    if (fault === undefined) return;
    const discards = this.#homes().map((home) => this.#patient(home).ask('discard', name));
    await Promise.allSettled(discards);
    throw fault.reason;
  }

  /** The first fault, when all have answered. */
  async #commit(name: string, given: ModuleConfig): Promise<unknown> {
    const [single, ...replicas] = this.#homes();
    const first = await Promise.allSettled([this.#commitAt(single!, name, given)]);
    const rest = await Promise.allSettled(
      replicas.map((home) => this.#commitAt(home, name, given)),
    );
    return [...first, ...rest].find((answer) => answer.status === 'rejected')?.reason;
  }

  /** Until the home has that configuration: one that was starting has not heard of it, and is told again. */
  async #commitAt(home: Home, name: string, given: ModuleConfig): Promise<void> {
    for (let tried = 0; tried < COMMITS_MAX; tried++) {
      try {
        const generation = await this.#patient(home).ask('commit', name);
        if (generation === undefined || generation === given.generation) return;
        await this.#patient(home).ask('prepare', name, given);
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
    }
    throw moduleFailed(
      name,
      home.path,
      `expected it to take its configuration, got ${COMMITS_MAX} failures`,
    );
  }

  #patient(home: Home): Sender<ReloadProtocol> {
    return home.with({ deadlineMs: 2 * this.#limits.moduleStepMs, whenFull: 'wait' });
  }
}

function isRefused(answer: PromiseSettledResult<unknown>): answer is PromiseRejectedResult {
  return answer.status === 'rejected' && !isPassing(answer.reason);
}

function values<T>(answers: readonly PromiseSettledResult<T>[]): T[] {
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}
