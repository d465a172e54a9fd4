/**
 * The platform: one data folder, the actors that work on it, and what a program does with them. Started from the bottom
 * up, stopped from the top down; a start that fails or is called off closes what it had opened.
 *
 *    data folder (lock, stores)             ─┐                                   ┌─ 5 folder closed
 *    threads                                 │ start                       stop  │  4 threads ended
 *    the model, adopted by the folder        │                                   │
 *    modules, ingest actors, partitions      │   ▼                          ▲    │  3 drained: what is stored is applied
 *    reader on main                          │                                   │  2 nothing new is taken
 *    door for the command line, if asked    ─┘                                   └─ 1 door closed
 * Runs on: main.
 */
import { chmod } from 'node:fs/promises';
import { type ActorSystem, CodedError, createSystem } from '../core/index.js';
import { isPoolThread, present } from '../core/internal.js';
import { type Folder, openFolder, socketPathOf } from '../stores/internal.js';
import { adoptModel } from './adopt-model.js';
import type { EntityEngine } from './entity/entity-engine.js';
import { startEngine } from './entity/start-engine.js';
import { readerOf } from './folder-reader.js';
import { PLATFORM_LIMITS } from './limits.js';
import { ModuleControl } from './module/module-control.js';
import { callStack, programCame } from './module/waiting-program.js';
import { Opened } from './opened.js';
import {
  ownClasses,
  type PlatformConfig,
  type PlatformSettings,
  parsePlatformConfig,
} from './platform-config.js';
import type { Platform, PlatformStopped } from './platform-surface.js';
import { RunningPlatform } from './running-platform.js';

/** Mode of the door: connecting takes the right to write. */
const OWN_USER = 0o600;

/**
 * Starts a platform. Rejects CONFIG_INVALID with every fault of the configuration; FOLDER_IN_USE, FOLDER_FOREIGN,
 * FOLDER_NEWER, FOLDER_OLDER, FOLDER_UNFIT or STORE_FULL when the data folder cannot be had; MODEL_CHANGE_BLOCKED when
 * tasks of its former model cannot be finished; MODULE_FAILED when a module does not load or start; PLATFORM_STOPPED when it
 * was called off. In a pool thread, which may load the same file, it never settles.
 */
export async function createPlatform(config: PlatformConfig): Promise<Platform> {
  programCame(callStack(), ownClasses(config));
  if (isPoolThread()) return new Promise<never>(() => {});
  const settings = await parsePlatformConfig(config);
  const opened = new Opened();
  try {
    return await start(settings, opened);
  } catch (error) {
    await opened.close().catch((cause: unknown) => {
      settings.logger.error('closing after a failed start failed', { error: cause });
    });
    throw error;
  }
}

async function start(settings: PlatformSettings, opened: Opened): Promise<Platform> {
  const { model, modules, logger } = settings;
  const folder = await opened.add(step(settings, openData), (it) => it.close());
  const system = settings.system ?? (await opened.add(step(settings, threads), (it) => it.stop()));
  await step(settings, () => adoptModel(settings, { folder, system }));
  const control = await opened.add(new ModuleControl(system, modules, settings.limits), (it) =>
    it.stop(),
  );
  const ending = { deadlineMs: undefined as number | undefined };
  let stopped: PlatformStopped = { drained: false, left: 0 };
  const engine = await opened.add(
    step(settings, () => engineOn(settings, { folder, system, control })),
    async (it) => {
      stopped = await it.stop(present(ending));
    },
  );
  control.attach(engine.moduleRefs[0] ?? [], (thread) => engine.forgive(thread));
  const platform = new RunningPlatform({
    settings,
    folder,
    engine,
    control,
    reader: readerOf(folder, model),
    stop: async ({ deadlineMs }) => {
      ending.deadlineMs = deadlineMs;
      await opened.close();
      return stopped;
    },
  });
  if (settings.door !== undefined) {
    const keeper = await opened.add(settings.door(platform), (it) => it.close());
    await chmod(socketPathOf(folder.dir), OWN_USER);
    folder.onConnection((socket) => keeper.accept(socket));
  }
  assertWanted(settings);
  for (const { text } of settings.notices) logger.warn(text);
  return platform;
}

/** One step of the start, unless it has been called off. */
async function step<T>(
  settings: PlatformSettings,
  run: (settings: PlatformSettings) => Promise<T>,
): Promise<T> {
  assertWanted(settings);
  return run(settings);
}

function assertWanted({ signal }: PlatformSettings): void {
  if (signal?.aborted)
    throw new CodedError('PLATFORM_STOPPED', 'the start of the platform was called off');
}

/** Without the model: what was stored under the former one may have to be finished first. */
function openData({ dataDir, durability, partitions }: PlatformSettings): Promise<Folder> {
  return openFolder(dataDir, { durability, ...present({ partitions }) });
}

/** A hook in an endless loop is ended with its thread; at the second death its task is poison, and is passed. */
function threads({ threads: count, logger, limits }: PlatformSettings): Promise<ActorSystem> {
  return createSystem({
    name: 'platform',
    logger,
    handlerOverrunMs: limits.threadStuckMs ?? PLATFORM_LIMITS.threadStuckMs,
    replaceOverrunThread: true,
    ...present({ threads: count }),
  });
}

function engineOn(
  settings: PlatformSettings,
  on: { readonly folder: Folder; readonly system: ActorSystem; readonly control: ModuleControl },
): Promise<EntityEngine> {
  const { model, modules, limits, changesKeptMax, logger } = settings;
  const { folder, system, control } = on;
  const moduleActors = control.actors;
  const kept = { limits, changesKeptMax, logger };
  return startEngine({ system, folder, model, modules, moduleActors, ...kept });
}
