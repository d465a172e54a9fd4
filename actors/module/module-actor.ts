/**
 * The modules of one thread as an actor: it sets them up beside the partitions of the thread, puts their hooks in the
 * thread's table, and takes reloads. Partitions wait until it has reported, and again after their thread has died.
 * Runs on: thread.
 */
import {
  type ActorContext,
  type ActorRef,
  CodedError,
  defineActor,
  type ProtocolOf,
} from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import type { HookFault } from '../entity/hook.js';
import { type HookReport, hookReport } from '../entity/hook-telemetry.js';
import type { KitInit } from '../entity/kit-init.js';
import { acquireKit, type ThreadKit } from '../entity/thread-kit.js';
import { PLATFORM_LIMITS } from '../limits.js';
import { ModuleHost } from './module-host.js';
import type { ModuleRegistryProtocol } from './module-registry-actor.js';
import type { ModuleConfig } from './module-stage.js';
import { RemoteModule } from './remote-module.js';
import { answered, type SingleModulesProtocol } from './single-modules-actor.js';
import { configsInForce, forgetCode } from './thread-code.js';

/** The actors that the modules of a run have in common. */
export interface ModulePeers {
  readonly registry: ActorRef<ModuleRegistryProtocol>;
  readonly single: ActorRef<SingleModulesProtocol>;
}

/** Run -> the host whose hooks are in this thread's table. */
const hosts = new Map<number, ModuleHost>();

/** Spawned once on every thread. Starts when all modules have; fails with MODULE_FAILED when one does not. */
export const moduleActor = defineActor(
  import.meta.url,
  'troupe.modules',
  async (ctx, init: KitInit, peers: ModulePeers) => {
    const kit = acquireKit(init);
    ctx.onStop(() => kit.release());
    const host = await startHost(ctx, kit, peers);
    for (const { name } of init.modules) kit.moduleReady(name);
    return {
      /** Makes ready for a configuration. Refuses with MODULE_FAILED; then nothing has changed here. */
      prepare: (name: string, given: ModuleConfig): Promise<void> =>
        answered(() => host.module(name).prepare(given)),
      /** Gives up what was prepared. */
      discard: (name: string): Promise<void> => answered(() => host.module(name).discard()),
      /**
       * Puts what was prepared in force, if anything; answers the number of what is in force. Refuses with
       * MODULE_FAILED; then the old configuration is.
       */
      commit: (name: string): Promise<number | undefined> =>
        answered(async () => {
          const module = host.module(name);
          await module.commit();
          return module.generation;
        }),
      /** Name -> number of the configuration in force. */
      generations: (): Record<string, number> => host.generations(),
      /** Counters of this thread's hooks since they were registered. */
      report: (): HookReport => hookReport(kit.table),
      /** The last faults of this thread's hooks, newest first. */
      faults: (): HookFault[] => [...kit.faults.recent()],
    };
  },
  // A report is answered while a reload is on its way.
  { concurrency: PLATFORM_LIMITS.moduleCallsMax },
);

export type ModuleProtocol = ProtocolOf<typeof moduleActor>;

/**
 * A restart on the same thread finds the hooks of its predecessor still in the table, since partitions go on meanwhile:
 * they are exchanged in one step, when the new ones are ready.
 */
async function startHost(
  ctx: ActorContext,
  kit: ThreadKit,
  { registry, single }: ModulePeers,
): Promise<ModuleHost> {
  const { init } = kit;
  kit.faults.speakTo(ctx.log);
  const configs = await configsInForce(init.runId, registry);
  const { isFormerModel, limits } = init;
  const clock = systemClock;
  const home = { model: kit.model, clock, thread: ctx.thread, log: ctx.log, isFormerModel, limits };
  const host = new ModuleHost({
    choices: init.modules,
    home,
    table: kit.table,
    configs,
    openRemote: ({ name }) => RemoteModule.open(name, { ref: single, init }, home),
  });
  await host.start();
  if (ctx.abortSignal.aborted) {
    await host.stop();
    throw new CodedError('PLATFORM_STOPPED', 'expected modules to start, got a stop meanwhile');
  }
  const predecessor = hosts.get(init.runId);
  kit.table.remove((hook) => hook.rank >= 0);
  try {
    host.install();
  } catch (error) {
    predecessor?.install();
    await host.stop();
    throw error;
  }
  hosts.set(init.runId, host);
  await predecessor?.stop();
  ctx.onStop((reason) => {
    if (reason === 'restart') return undefined;
    hosts.delete(init.runId);
    forgetCode(init.runId);
    return host.stop();
  });
  return host;
}
