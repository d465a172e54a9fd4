/**
 * The modules that have one instance for all threads: each is set up here when the first thread asks for it, and its
 * hooks are called from all partitions as messages.
 *
 *   thread 1  partition ── stub of the hook ──┐
 *   thread 2  partition ── stub of the hook ──┼── call ──> the one instance ── what the hook returned ──> back
 *
 * A hook that throws answers so, and nothing else happens; when the thread dies, the stubs ask the next incarnation.
 * Runs on: any.
 */
import {
  type ActorContext,
  type ActorRef,
  defineActor,
  type ProtocolOf,
  refuse,
} from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import { readView } from '../entity/entity-view.js';
import { HookTable } from '../entity/hook-table.js';
import type { KitInit } from '../entity/kit-init.js';
import type { Waiting } from '../entity/run-hook.js';
import { acquireKit, type ThreadKit } from '../entity/thread-kit.js';
import { ModuleLife } from './module-life.js';
import { loadModule, moduleFailed } from './module-loader.js';
import type { ModuleRegistryProtocol } from './module-registry-actor.js';
import type { ModuleConfig } from './module-stage.js';
import { type HookAnswer, type HookOrder, type SingleForm, SingleModule } from './single-module.js';
import { configsInForce } from './thread-code.js';

/** Spawned once per run, on whichever thread. */
export const singleModulesActor = defineActor(
  import.meta.url,
  'troupe.single-modules',
  (ctx, registry: ActorRef<ModuleRegistryProtocol>) => {
    const modules = new SingleModules(ctx, registry);
    ctx.onStop(() => modules.stop());
    return {
      /** Sets the module up, if it is not, and gives its hooks. Refuses with MODULE_FAILED. */
      open: (init: KitInit, name: string): Promise<SingleForm> =>
        answered(async () => (await modules.open(init, name)).form()),
      /** Runs a hook of a module. */
      call: (name: string, order: HookOrder): Waiting<HookAnswer> =>
        modules.ready.get(name)?.call(order) ?? { type: 'gone' },
      // A module that no thread has opened comes up with what is in force then: there is nothing to reload.
      prepare: (name: string, given: ModuleConfig): Promise<void> =>
        answered(async () => (await modules.opened(name))?.life.prepare(given)),
      discard: (name: string): Promise<void> =>
        answered(async () => (await modules.opened(name))?.life.discard()),
      commit: (name: string): Promise<number | undefined> =>
        answered(async () => {
          const module = await modules.opened(name);
          await module?.life.commit();
          return module?.life.generation;
        }),
    };
  },
  // Hooks that wait for something are bounded by the partitions, which have so many entities in flight.
  { concurrency: Infinity },
);

export type SingleModulesProtocol = ProtocolOf<typeof singleModulesActor>;

/** What is wrong with a module is an answer, not a failure of the actor that hosts all others too. */
export async function answered<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw refuse('MODULE_FAILED', error instanceof Error ? error.message : String(error));
  }
}

class SingleModules {
  /** Those that are set up and started. */
  readonly ready = new Map<string, SingleModule>();
  readonly #ctx: ActorContext;
  readonly #registry: ActorRef<ModuleRegistryProtocol>;
  readonly #opening = new Map<string, Promise<SingleModule>>();
  #kit: ThreadKit | undefined;

  constructor(ctx: ActorContext, registry: ActorRef<ModuleRegistryProtocol>) {
    this.#ctx = ctx;
    this.#registry = registry;
  }

  /** One opening at a time per module; one that failed is tried again by the next who asks. */
  open(init: KitInit, name: string): Promise<SingleModule> {
    const known = this.#opening.get(name);
    if (known !== undefined) return known;
    const opening = this.#open(init, name);
    this.#opening.set(name, opening);
    opening.then(
      (module) => this.ready.set(name, module),
      () => this.#opening.delete(name),
    );
    return opening;
  }

  /** The module, when it has been opened or is about to be. */
  async opened(name: string): Promise<SingleModule | undefined> {
    return this.#opening.get(name)?.catch(() => undefined);
  }

  async stop(): Promise<void> {
    for (const opening of this.#opening.values())
      await opening.then(
        (module) => module.stop(),
        () => {}, // one that could not be opened has nothing to end
      );
    this.ready.clear();
    await this.#kit?.release();
  }

  async #open(init: KitInit, name: string): Promise<SingleModule> {
    const choice = init.modules.find((one) => one.name === name);
    if (choice === undefined)
      throw moduleFailed(name, 'not enabled', 'expected the name of an enabled module');
    this.#kit ??= acquireKit(init);
    const kit = this.#kit;
    const configs = await configsInForce(init.runId, this.#registry);
    const { thread, log } = this.#ctx;
    const { isFormerModel, limits } = init;
    const life = await ModuleLife.open({
      choice,
      written: await loadModule(choice),
      home: { model: kit.model, clock: systemClock, thread, log, isFormerModel, limits },
      given: configs.get(name) ?? { config: choice.config, generation: 1 },
    });
    const read = readView.bind(undefined, kit);
    const module = new SingleModule(life, new HookTable(kit.model, limits), read, systemClock);
    await life.start();
    return module;
  }
}
