/**
 * Starts the actors of an engine, from the partitions up, and puts its front before them.
 *
 *   feed (main) ─> partitions, spread over the threads ─> modules, one actor per thread ─> ingest, one per thread
 *                  wait with their tasks until the modules of their thread have reported
 *
 * Runs on: main.
 */
import {
  type ActorRef,
  type ActorSystem,
  CodedError,
  hasCode,
  silentLogger,
} from '../../core/index.js';
import { STORE_LIMITS } from '../../stores/internal.js';
import { PLATFORM_LIMITS } from '../limits.js';
import { appenderName, hostOf } from './append-protocol.js';
import { appenderActor } from './appender-actor.js';
import { makeCarefulNotes } from './careful-notes.js';
import { ChangeHub, changeFeed, feedName } from './change-hub.js';
import type { EntityEngine, EntityEngineOptions } from './entity-engine.js';
import { ingestActor } from './ingest-actor.js';
import type { KitInit } from './kit-init.js';
import { LASTING } from './lasting-supervision.js';
import { partitionActor } from './partition-actor.js';
import { partitionName } from './partition-protocol.js';
import { boardName, forgetMemory, keepMemory, runBoard } from './run-board-actor.js';
import { type EngineActors, RunningEngine } from './running-engine.js';
import { SharedWords } from './shared-words.js';

/** A partition has one message to the feed under way, its next incarnation another. */
const FEED_MESSAGES = 2;

let runs = 0;

/**
 * Resolves when all actors have started. Rejects with what kept one from it (MODULE_FAILED, FOLDER_FOREIGN, …); then all of
 * them have ended again.
 */
export async function startEngine(options: EntityEngineOptions): Promise<EntityEngine> {
  const { system } = options;
  const pool = system.threads.filter((thread) => thread > 0);
  const threads: readonly (number | 'main')[] = pool.length === 0 ? ['main'] : pool;
  const init = initOf(options, threads.length);
  if (init.isCareful) makeCarefulNotes(init.dir);
  const hub = ChangeHub.of(init.runId);
  const memory = SharedWords.allocate(init.partitions, threads.length);
  keepMemory(init.runId, memory);
  const spawned: ActorRef<unknown>[] = [];
  try {
    const actors = spawnAll(system, { init, threads, options, spawned });
    await started(system, spawned);
    const { model, folder, logger = silentLogger } = options;
    const words = new SharedWords(memory, init.partitions);
    return new RunningEngine({ system, init, actors, hub, model, folder, words, logger });
  } catch (error) {
    hub.end();
    forgetMemory(init.runId);
    await Promise.allSettled(spawned.reverse().map((ref) => system.stopActor(ref, 'kill')));
    throw error;
  }
}

function initOf(options: EntityEngineOptions, hosts: number): KitInit {
  const { folder, model, modules = [], limits = {}, isFormerModel = false } = options;
  const { changesKeptMax = STORE_LIMITS.changesKeptMax } = options;
  return {
    dir: folder.dir,
    runId: ++runs,
    specs: model.specs,
    numbers: folder.numbers,
    partitions: folder.partitions,
    hosts,
    durability: folder.durability,
    changesKeptMax: Math.ceil(changesKeptMax / folder.partitions),
    modules,
    limits: { ...PLATFORM_LIMITS, ...limits },
    isCareful: !folder.endedWell,
    isFormerModel,
  };
}

interface Spawning {
  readonly init: KitInit;
  readonly threads: readonly (number | 'main')[];
  readonly options: EntityEngineOptions;
  /** Filled as they are spawned, so that a start that fails can end them. */
  readonly spawned: ActorRef<unknown>[];
}

function spawnAll(
  system: ActorSystem,
  { init, threads, options, spawned }: Spawning,
): EngineActors {
  const kept = <R extends ActorRef<unknown>>(ref: R): R => {
    spawned.push(ref);
    return ref;
  };
  const { runId, limits } = init;
  const supervision = LASTING;
  const feed = kept(
    system.spawn(changeFeed(runId), {
      name: feedName(runId),
      thread: 'main',
      mailbox: { capacity: FEED_MESSAGES * init.partitions },
    }),
  );
  const board = kept(system.spawn(runBoard(runId), { name: boardName(runId), thread: 'main' }));
  const partitions = Array.from({ length: init.partitions }, (_, partition) =>
    kept(
      system.spawn(partitionActor(init, partition), {
        name: partitionName(runId, partition),
        thread: threads[hostOf(partition, threads.length)]!,
        mailbox: { capacity: limits.partitionMailbox },
        supervision,
      }),
    ),
  );
  const appenders = threads.map((thread, host) => {
    const name = appenderName(runId, host);
    const mailbox = { capacity: limits.partitionMailbox, bytes: limits.ingestMailboxBytes };
    return kept(system.spawn(appenderActor(init), { name, thread, mailbox, supervision }));
  });
  const modules = (options.moduleActors ?? []).map((recipe) =>
    threads.map((thread) => kept(system.spawn(recipe(init), { thread, supervision }))),
  );
  const ingests = threads.map((thread, sender) => {
    const mailbox = { capacity: limits.ingestRequestsMax, bytes: limits.ingestMailboxBytes };
    return kept(system.spawn(ingestActor(init, sender), { thread, mailbox, supervision }));
  });
  return { partitions, appenders, ingests, modules, onMain: [feed, board] };
}

/** Rejects with what the first one failed with. */
async function started(system: ActorSystem, refs: readonly ActorRef<unknown>[]): Promise<void> {
  try {
    await Promise.all(refs.map((ref) => system.started(ref)));
  } catch (error) {
    if (hasCode(error, 'ACTOR_START_FAILED') && error.cause instanceof CodedError)
      throw error.cause;
    throw error;
  }
}
