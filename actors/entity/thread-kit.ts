/**
 * What all actors of one platform run share on one thread: the model, the stores, the hooks. Made by the first actor
 * that asks for it, let go of with the last.
 *
 *   module actors  ── register hooks, report ready ──┐
 *   partitions     ── wait until all modules are ────┼── kit of this thread and run
 *   ingest actor   ── parses against the model ──────┘
 *
 * Runs on: any.
 */
import { type ActorContext, CodedError } from '../../core/index.js';
import { assert, systemClock } from '../../core/internal.js';
import {
  Committer,
  DeadLetterStore,
  EntityStore,
  EntryLog,
  type Environments,
  LinkIndex,
  type Model,
  ModelNumbers,
  modelOf,
  Outbox,
  openEnvironments,
} from '../../stores/internal.js';
import { type AppenderProtocol, type AppenderRef, appenderName } from './append-protocol.js';
import { CarefulNotes } from './careful-notes.js';
import { HookFaultLog } from './hook-fault-log.js';
import { HookRunner } from './hook-runner.js';
import { HookTable } from './hook-table.js';
import { HostedIntakes } from './hosted-intakes.js';
import type { KitInit } from './kit-init.js';
import { type PartitionProtocol, type PartitionRef, partitionName } from './partition-protocol.js';
import { sharedMemory } from './run-board-actor.js';
import { SharedWords } from './shared-words.js';
import { WorkTurns } from './work-turns.js';

/** What the partitions of this thread have done since it began; only grows. */
export interface KitCounters {
  tasksAppended: number;
  tasksApplied: number;
  tasksDerived: number;
  tasksDenied: number;
  pointsApplied: number;
  entitiesCreated: number;
  entitiesDeleted: number;
  hooksFailed: number;
  deadLetters: number;
  commits: number;
}

const kits = new Map<number, ThreadKit>();

/** The kit of this thread for that run; pay it back with one {@link ThreadKit.release}. */
export function acquireKit(init: KitInit): ThreadKit {
  let kit = kits.get(init.runId);
  if (kit === undefined) {
    kit = new ThreadKit(init);
    kits.set(init.runId, kit);
  }
  kit.users++;
  return kit;
}

export class ThreadKit {
  readonly init: KitInit;
  readonly model: Model;
  readonly numbers: ModelNumbers;
  readonly environments: Environments;
  readonly log: EntryLog;
  readonly entities: EntityStore;
  readonly links: LinkIndex;
  readonly outbox: Outbox;
  readonly deadLetters: DeadLetterStore;
  readonly committer: Committer;
  readonly table: HookTable;
  readonly runner: HookRunner;
  readonly faults: HookFaultLog;
  /** Of this thread's partitions. */
  readonly intakes: HostedIntakes;
  /** Of this thread's partitions. */
  readonly turns = new WorkTurns({
    now: () => systemClock.now(),
    later: (then) => setImmediate(then),
  });
  /** Partitions that had a record too large to be stored: from then on theirs are measured before they are put. */
  readonly weighed = new Set<number>();
  /** Set after a process that did not stop in order. */
  readonly careful: CarefulNotes | undefined;
  readonly counters: KitCounters = {
    tasksAppended: 0,
    tasksApplied: 0,
    tasksDerived: 0,
    tasksDenied: 0,
    pointsApplied: 0,
    entitiesCreated: 0,
    entitiesDeleted: 0,
    hooksFailed: 0,
    deadLetters: 0,
    commits: 0,
  };
  /** Settles when every module of the run has reported on this thread, well or ill. */
  readonly modulesReady: Promise<void>;
  /** Actors that hold it. */
  users = 0;
  readonly #missing: Set<string>;
  #words: SharedWords | undefined;
  readonly #partitions = new Map<number, Promise<PartitionRef>>();
  #ready: () => void = () => {};

  /** Use {@link acquireKit}. */
  constructor(init: KitInit) {
    this.init = init;
    this.model = modelOf(init.specs);
    this.numbers = ModelNumbers.of(init.numbers, this.model);
    this.environments = openEnvironments(init.dir, { durability: init.durability });
    this.log = new EntryLog(this.environments);
    this.entities = new EntityStore(this.environments);
    this.links = new LinkIndex(this.environments);
    this.outbox = new Outbox(this.environments);
    this.deadLetters = new DeadLetterStore(this.environments);
    const { changesKeptMax } = init;
    this.committer = new Committer(this.environments, { changesKeptMax });
    this.intakes = new HostedIntakes(init.limits.appendMs, () => systemClock.now());
    this.table = new HookTable(this.model, init.limits);
    this.faults = new HookFaultLog(systemClock, init.limits);
    this.runner = new HookRunner({
      table: this.table,
      schema: { model: this.model, numbers: this.numbers },
      clock: systemClock,
      record: (fault) => this.faults.record(fault),
    });
    this.careful = init.isCareful ? new CarefulNotes(init.dir) : undefined;
    this.#missing = new Set(init.modules.map(({ name }) => name));
    this.modulesReady = new Promise((resolve) => {
      this.#ready = resolve;
    });
    if (this.#missing.size === 0) this.#ready();
  }

  /** What the run's threads share; after {@link openWords}. */
  get words(): SharedWords {
    assert(this.#words !== undefined, 'the shared words of the run to have been opened');
    return this.#words;
  }

  /** Gets the shared words from the main thread. Rejects PLATFORM_STOPPED when the run has ended. */
  async openWords(ctx: ActorContext): Promise<void> {
    if (this.#words !== undefined) return;
    const memory = await sharedMemory(ctx, this.init.runId);
    this.#words = new SharedWords(memory, this.init.partitions);
  }

  /** A module's hooks on this thread are registered, or it could not be started: nobody waits for it any more. */
  moduleReady(name: string): void {
    this.#missing.delete(name);
    if (this.#missing.size === 0) this.#ready();
  }

  /** The appenders of the run, by host; see hostOf. Rejects PLATFORM_STOPPED when one is missing. */
  appenders(ctx: ActorContext): Promise<AppenderRef[]> {
    const { runId, hosts } = this.init;
    return Promise.all(
      Array.from({ length: hosts }, async (_, host) => {
        const name = appenderName(runId, host);
        return found(await ctx.lookup<AppenderProtocol>(name), name);
      }),
    );
  }

  /** The actor of a partition, on whatever thread. Rejects PLATFORM_STOPPED when there is none. */
  partition(ctx: ActorContext, partition: number): Promise<PartitionRef> {
    let looked = this.#partitions.get(partition);
    if (looked === undefined) {
      const name = partitionName(this.init.runId, partition);
      looked = ctx.lookup<PartitionProtocol>(name).then((ref) => found(ref, name));
      this.#partitions.set(partition, looked);
      looked.catch(() => this.#partitions.delete(partition));
    }
    return looked;
  }

  async release(): Promise<void> {
    if (--this.users > 0) return;
    kits.delete(this.init.runId);
    this.runner.stop();
    this.careful?.close();
    await this.environments.close();
  }
}

function found<R>(ref: R | undefined, name: string): R {
  if (ref !== undefined) return ref;
  throw new CodedError('PLATFORM_STOPPED', `expected the actor ${name}, got none`);
}
