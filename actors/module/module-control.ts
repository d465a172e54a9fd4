/**
 * The modules of a run, seen from the main thread: the actors they need, reloads that all replicas confirm, and what
 * their hooks counted and did wrong, over all threads.
 *
 *   reload:   prepare on every replica ──all──> put in force for replicas to come ──> commit on every replica
 *                    └──one refuses──> discard on all, nothing has changed
 *
 * Runs on: main.
 */
import {
  type ActorRef,
  type ActorSystem,
  hasCode,
  type Recipe,
  type Sender,
} from '../../core/index.js';
import type { HookFault } from '../entity/hook.js';
import { type HookReport, mergeHookReports } from '../entity/hook-telemetry.js';
import type { KitInit, ModuleChoice } from '../entity/kit-init.js';
import { PLATFORM_LIMITS } from '../limits.js';
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

/** How an ask ends whose actor went down over it: it comes back, with what is in force then. */
const PASSING = ['ACTOR_THREAD_DIED', 'ACTOR_RESTARTED', 'THREAD_DIED'] as const;
/** Times a home is asked to take a configuration that it missed because it was starting meanwhile. */
const COMMITS_MAX = 5;

/** Counters and faults of hooks over all threads. */
export interface ModuleTelemetry {
  readonly hooks: HookReport;
  /** The last ones, newest first. */
  readonly faults: readonly HookFault[];
}

export class ModuleControl {
  /** What is to be spawned once on every thread; {@link attach} wants it back. */
  readonly actors: readonly ((init: KitInit) => Recipe<ModuleProtocol>)[];
  readonly #system: ActorSystem;
  readonly #peers: ModulePeers;
  /** Configurations in force, by name. */
  readonly #configs: Map<string, ModuleConfig>;
  #replicas: readonly ActorRef<ModuleProtocol>[] = [];
  #reloads: Promise<unknown> = Promise.resolve();

  /** Spawns the actors that the modules of all threads share; end them with {@link stop}. */
  constructor(system: ActorSystem, choices: readonly ModuleChoice[]) {
    const registry = system.spawn(moduleRegistryActor(), { thread: 'main' });
    const peers = { registry, single: system.spawn(singleModulesActor(registry)) };
    this.#system = system;
    this.#peers = peers;
    this.#configs = new Map(choices.map(({ name, config }) => [name, { config, generation: 1 }]));
    this.actors = choices.length === 0 ? [] : [(init) => moduleActor(init, peers)];
  }

  /** The actors spawned of {@link actors}, one per thread. */
  attach(replicas: readonly ActorRef<unknown>[]): void {
    this.#replicas = replicas as readonly ActorRef<ModuleProtocol>[];
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
    const reload = this.#reloads.then(() => this.#reload(name, config));
    this.#reloads = reload.catch(() => {}); // told to who asked; the next one goes on
    return reload;
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
      faults: newest.slice(0, PLATFORM_LIMITS.hookFaultsKept),
    };
  }

  /** Ends the shared actors; for when the replicas have ended. */
  async stop(): Promise<void> {
    await this.#system.stopActor(this.#peers.single);
    await this.#system.stopActor(this.#peers.registry);
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
    const answers = this.#homes().map((home) => patient(home).ask('prepare', name, given));
    const fault = (await Promise.allSettled(answers)).find(isRefused);
    if (fault === undefined) return;
    const discards = this.#homes().map((home) => patient(home).ask('discard', name));
    await Promise.allSettled(discards);
    throw fault.reason;
  }

  /** The first fault, when all have answered. */
  async #commit(name: string, given: ModuleConfig): Promise<unknown> {
    const [single, ...replicas] = this.#homes();
    const first = await Promise.allSettled([commitAt(single!, name, given)]);
    const rest = await Promise.allSettled(replicas.map((home) => commitAt(home, name, given)));
    return [...first, ...rest].find((answer) => answer.status === 'rejected')?.reason;
  }
}

/** Until the home has that configuration: one that was starting has not heard of it, and is told again. */
async function commitAt(home: Home, name: string, given: ModuleConfig): Promise<void> {
  for (let tried = 0; tried < COMMITS_MAX; tried++) {
    try {
      const generation = await patient(home).ask('commit', name);
      if (generation === undefined || generation === given.generation) return;
      await patient(home).ask('prepare', name, given);
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

function patient(home: Home): Sender<ReloadProtocol> {
  return home.with({ deadlineMs: 2 * PLATFORM_LIMITS.moduleStepMs, whenFull: 'wait' });
}

function isPassing(error: unknown): boolean {
  return PASSING.some((code) => hasCode(error, code));
}

function isRefused(answer: PromiseSettledResult<unknown>): answer is PromiseRejectedResult {
  return answer.status === 'rejected' && !isPassing(answer.reason);
}

function values<T>(answers: readonly PromiseSettledResult<T>[]): T[] {
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}
