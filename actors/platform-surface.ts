/**
 * What a running platform offers to the program that started it: take data in, read, hear of changes, act, look, stop.
 * HTTP and the command line are made of the same.
 * Runs on: main.
 */
import type { Logger } from '../core/index.js';
import type { Defined, FsckReport, Model } from '../stores/internal.js';
import type { ConfigFolder } from './config/config-folder.js';
import type { ConfigNotice } from './config/config-notice.js';
import type { ChangeReading, SubscribeOptions } from './entity/change-feed.js';
import type { DeadLetterView } from './entity/dead-letters.js';
import type { EngineStats, IngestAnswer, IngestOptions } from './entity/entity-engine.js';
import type { EntityReader } from './entity/entity-reader.js';
import type { Erasure } from './entity/erasure.js';
import type { HookFault, TaskInput } from './entity/hook.js';
import type { HookReport } from './entity/hook-telemetry.js';
import type { Position } from './entity/position.js';
import type { EntityAccess } from './entity-access.js';

/** The accounts of one platform since it started. */
export interface PlatformStats {
  readonly engine: EngineStats;
  /** Counters of hooks by DP³'s paths: `family/module.callback/(context)/metric`. */
  readonly hooks: HookReport;
  /** What hooks did wrong last, newest first. */
  readonly hookFaults: readonly HookFault[];
}

/** Tasks that were given up. Ids are those of the list. */
export interface DeadLetters {
  /** In the order of their ids, from behind `after` on; at most `countMax` (default 100). */
  list(options?: {
    readonly countMax?: number;
    readonly after?: string;
  }): Promise<readonly DeadLetterView[]>;
  /** Takes them into the log again, each at most once; answers how many were there. */
  replay(which: readonly string[] | 'all'): Promise<number>;
  /** Forgets them for good; answers how many were there. */
  drop(which: readonly string[] | 'all'): Promise<number>;
}

/** Erasures: of the last hundred that were done, and of all that are not. */
export interface Erasures {
  /**
   * As `platform.erase`, but resolves when nothing stored before this call will be left, with how far the rest is: with what
   * is stored from then on an entity may come to be again.
   */
  ask(etype: string, eid: unknown): Promise<Erasure>;
  /** Undefined when there is none of that id. */
  get(id: string): Erasure | undefined;
  list(): readonly Erasure[];
  /** Resolves when that one is done; undefined when there is none. Rejects PLATFORM_STOPPED. */
  ended(id: string): Promise<Erasure | undefined>;
}

/** Actions on a running platform. */
export interface PlatformControl {
  /**
   * Puts another configuration of a module in force on all threads, or on none: that given, else that of the configuration
   * folder as it is now. Answers its number, one more each time. Rejects MODULE_FAILED when there is no such module or it
   * refuses, CONFIG_FOLDER_INVALID for a folder with faults.
   */
  refreshModuleConfig(module: string, config?: Readonly<Record<string, unknown>>): Promise<number>;
  /**
   * Gives all modules the code that is in their files now, and their configuration as refreshModuleConfig reads it (one
   * given there by a call stays): tried out on a thread of its own first, then the threads are replaced one after the
   * other. Answers the number of the newest, one more for each module; 0 without modules. Rejects MODULE_FAILED with all
   * modules at fault, and nothing has changed; or with the thread on which one does not start, and those behind it keep the
   * old code. CONFIG_FOLDER_INVALID; THREAD_FIXED with `threads: 0`. Called twice, the second waits for the first.
   */
  replaceModuleCode(): Promise<number>;
  /**
   * Runs the creation hooks of all entities of a type again, as tasks. Resolves when that is stored, so that it goes on
   * after a crash; with how many entities there are.
   */
  refreshOnEntityCreation(etype: string): Promise<number>;
}

/** How a stop went. */
export interface PlatformStopped {
  /** True: all that was stored had been applied. */
  readonly drained: boolean;
  /** Tasks that are stored and wait for the next start. */
  readonly left: number;
}

/** A platform that has started. After `stop()` its methods reject PLATFORM_STOPPED. */
export interface Platform {
  /** The data folder, absolute. */
  readonly dir: string;
  readonly model: Model;
  readonly partitions: number;
  /** Reads what is committed; see `applied` for reading what was just written. */
  readonly reader: EntityReader;
  /** Names of the modules that run. */
  readonly modules: readonly string[];
  /** What of the configuration does nothing here. */
  readonly notices: readonly ConfigNotice[];
  /** The configuration folder as it was read at the start; undefined without one. */
  readonly folder: ConfigFolder | undefined;
  readonly logger: Logger;
  /** Threads that have died too often and rest before they are tried again: tasks of their partitions wait. */
  readonly restingThreads: readonly number[];
  /** The disk takes nothing now: what is new is refused with 503, tasks that are stored wait. */
  readonly isDiskFull: boolean;
  /** True from the call of `stop()` on. */
  readonly isStopping: boolean;
  readonly deadLetters: DeadLetters;
  readonly erasures: Erasures;
  readonly control: PlatformControl;
  /**
   * Takes data-points: a list of them, or JSON as text or bytes (then gone: they are moved). Answers when they are
   * durable, or with `isAwaited` when they have had their effect. Never rejects for what they hold.
   */
  ingest(
    points: readonly unknown[] | Uint8Array | string,
    options?: IngestOptions,
  ): Promise<IngestAnswer>;
  /** Takes tasks on single entities, checked as data-points are. */
  submit(tasks: readonly TaskInput[], options?: IngestOptions): Promise<IngestAnswer>;
  /** The entities of one type, typed by its definition. Throws ENTITY_UNKNOWN when the model has no type of its id. */
  entity<D extends Defined>(definition: D): EntityAccess<D>;
  /** One value of now: for observations, valid at this instant. */
  set(
    etype: string,
    eid: unknown,
    value: { readonly attr: string; readonly v: unknown; readonly src?: string },
    options?: IngestOptions,
  ): Promise<IngestAnswer>;
  /** Extends the life of an entity with a ttl lifetime: token name -> instant. A token is never shortened. */
  setTtl(
    etype: string,
    eid: unknown,
    tokens: Readonly<Record<string, number | string | Date>>,
    options?: IngestOptions,
  ): Promise<IngestAnswer>;
  /** Deletes an entity; one that is not there is no fault. */
  delete(etype: string, eid: unknown, options?: IngestOptions): Promise<IngestAnswer>;
  /**
   * Deletes an entity and clears all that was stored of it, in the log and elsewhere, links to it included; see SEMANTICS.
   * Resolves when that is done, which takes as long as reading the log. One that is not there is no fault. Rejects
   * ENTITY_UNKNOWN, ENTITY_ID_INVALID, ERASE_REFUSED; PLATFORM_STOPPED: then it goes on at the next start.
   */
  erase(etype: string, eid: unknown): Promise<Erasure>;
  /**
   * What changes from this call on, or behind `after`, until the loop is left, `signal` is aborted or the platform stops.
   * Throws CHANGE_CURSOR_INVALID, CHANGES_NOT_KEPT, ENTITY_UNKNOWN, PLATFORM_STOPPED.
   */
  changes(options?: SubscribeOptions): ChangeReading;
  /** Resolves when the effects of all these are stored. Rejects ASK_TIMEOUT, PLATFORM_STOPPED. */
  applied(
    positions: readonly Position[],
    options?: { readonly deadlineMs?: number },
  ): Promise<void>;
  /** Resolves when all that is stored has been applied, with what it derived. Rejects ASK_TIMEOUT. */
  idle(options?: { readonly deadlineMs?: number }): Promise<void>;
  stats(): Promise<PlatformStats>;
  /** Checks what is stored. On a busy platform it waits for what is in hand, see `idle`. */
  fsck(): Promise<FsckReport>;
  /**
   * Takes nothing new, applies what is stored until the deadline (default 10 s), ends actors, threads and stores. Called
   * again it gives the same promise.
   */
  stop(options?: { readonly deadlineMs?: number }): Promise<PlatformStopped>;
  [Symbol.asyncDispose](): Promise<void>;
}
