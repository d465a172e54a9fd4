/**
 * The entity platform without its edges: one ingest actor and one replica of each module per thread, and the partitions
 * spread over them. No HTTP, no configuration files, no reads: `createPlatform` wraps it, tests drive it.
 *
 *   ingest(body) -> ingest actor -> partitions' logs -> answer          (durable)
 *                                        └-> hooks, records, links, outbox, change feed   (applied)
 *
 * Runs on: main.
 */
import type { ActorRef, ActorSystem, Logger, Recipe } from '../../core/index.js';
import type { Folder, InputFault, Model } from '../../stores/internal.js';
import type { ChangeReading, SubscribeOptions } from './change-feed.js';
import type { DeadLetterView } from './dead-letters.js';
import type { Erasure } from './erasure.js';
import type { TaskInput } from './hook.js';
import type { KitInit, ModuleChoice, PlatformLimits } from './kit-init.js';
import type { Position } from './position.js';
import type { ThreadCounts } from './thread-watch.js';

export type { Position } from './position.js';

export interface EntityEngineOptions {
  /** Started by the caller, who stops it after {@link EntityEngine.stop}. */
  readonly system: ActorSystem;
  /** Opened by the caller, who closes it after {@link EntityEngine.stop}. */
  readonly folder: Folder;
  /** Adopted by the folder. */
  readonly model: Model;
  /** The modules whose hooks run; partitions start to work on a thread when each has reported there. */
  readonly modules?: readonly ModuleChoice[];
  /** Actors that host modules: each is spawned once on every thread, and given the run's {@link KitInit}. */
  readonly moduleActors?: readonly ((init: KitInit) => Recipe<unknown>)[];
  readonly limits?: Partial<PlatformLimits>;
  /** Is told when the disk takes nothing, and when it takes again. Default: nobody is. */
  readonly logger?: Logger;
  /** Changes that are kept for readers, over all partitions; 0: none. Default a million. */
  readonly changesKeptMax?: number;
  /** The modules are written for another model: hooks for what this one does not have are passed over. Default false. */
  readonly isFormerModel?: boolean;
}

export interface IngestOptions {
  /** Takes what is valid and names the rest. Default false: one fault refuses all. */
  readonly isPartial?: boolean;
  /** The same key with the same body is answered the same without a second effect, for an hour. */
  readonly idempotencyKey?: string;
  /** Who sends, for the record and for limits: an address or a token's name. */
  readonly client?: string;
  /** Answers only when what was accepted has had its effect. Default false: when it is durable. */
  readonly isAwaited?: boolean;
}

/** What became of a request. */
export interface IngestAnswer {
  /**
   * 200 stored, and applied if that was awaited; 202 stored, but not applied in time; 409 the key was used with another
   * body; 422 faults; 503 not taken now: come again after `retryAfterMs`. What is stored then, `stored` in the body says:
   * `none`; or `part`, or `unknown` as a thread died over it: only with an idempotency key it may be repeated safely.
   */
  readonly status: 200 | 202 | 409 | 422 | 503;
  /** JSON to print as it is. */
  readonly body: Uint8Array;
  /** The last task of the request in every partition it touched. */
  readonly positions: readonly Position[];
  readonly retryAfterMs?: number;
  /** Data-points accepted and rejected, for metrics and logs. */
  readonly accepted: number;
  readonly rejected: number;
  /** The first faults, without their inputs; as DP³ lists them they are in `body`. */
  readonly faults: readonly InputFault[];
}

/** Counters of the run, summed over threads; all grow only, but for the gauges. */
export interface EngineStats extends ThreadCounts {
  readonly tasksAppended: number;
  readonly tasksApplied: number;
  readonly tasksDerived: number;
  readonly tasksDenied: number;
  readonly pointsApplied: number;
  readonly entitiesCreated: number;
  readonly entitiesDeleted: number;
  readonly hooksFailed: number;
  /** Tasks given up in this run; how many dead letters there are is `deadLettersStored`. */
  readonly deadLetters: number;
  readonly commits: number;
  readonly partitionRestarts: number;
  /** Gauges: tasks stored and not applied; derived tasks on their way; dead letters stored, of former runs too. */
  readonly lag: number;
  readonly outbox: number;
  readonly deadLettersStored: number;
  /** 1 while the disk takes nothing. */
  readonly diskFull: 0 | 1;
  /** Of each partition, by number. */
  readonly lags: readonly number[];
}

export interface EntityEngine {
  /** What the actors of this run were started with. */
  readonly init: KitInit;
  /** By actor of `moduleActors`, then by thread. */
  readonly moduleRefs: readonly (readonly ActorRef<unknown>[])[];
  /**
   * Takes data-points: JSON text or bytes (then gone: they are moved), or the parsed array. Answers when they are
   * durable. Never rejects for what a client sent; rejects PLATFORM_STOPPED.
   */
  ingest(
    body: Uint8Array | string | readonly unknown[],
    options?: IngestOptions,
  ): Promise<IngestAnswer>;
  /** Takes tasks on single entities: a value set, ttl tokens, a delete. As {@link ingest} with the faults of each. */
  submit(tasks: readonly TaskInput[], options?: IngestOptions): Promise<IngestAnswer>;
  /** Resolves when the effects of all these are stored. Rejects ASK_TIMEOUT, PLATFORM_STOPPED. */
  applied(positions: readonly Position[], options?: { deadlineMs?: number }): Promise<void>;
  /** Resolves when everything stored so far has been applied, with what it derived. Rejects ASK_TIMEOUT. */
  idle(options?: { deadlineMs?: number }): Promise<void>;
  /**
   * What changes, after it is stored; a gap stands for what was removed before the reader came there. Ends with the engine,
   * by its signal, or by leaving the loop. Throws CHANGE_CURSOR_INVALID, CHANGES_NOT_KEPT, ENTITY_UNKNOWN, PLATFORM_STOPPED.
   */
  subscribe(options?: SubscribeOptions): ChangeReading;
  /** Runs the creation hooks of a type's entities again, as tasks of their own. Resolves when all are stored. */
  refresh(etype: string): Promise<number>;
  deadLetters(options?: { countMax?: number; after?: string }): Promise<DeadLetterView[]>;
  /** Takes dead letters into the log again; each at most once. Answers how many. */
  replayDeadLetters(ids: readonly string[]): Promise<number>;
  dropDeadLetters(ids: readonly string[]): Promise<number>;
  /**
   * Erases an entity: resolves with the id of the erasure when nothing of it that was stored before this call will be left.
   * Rejects ENTITY_UNKNOWN, ENTITY_ID_INVALID, ERASE_REFUSED, PLATFORM_STOPPED.
   */
  erase(etype: string, eid: unknown): Promise<string>;
  /** Resolves when that erasure is done; undefined when it is not known. Rejects PLATFORM_STOPPED. */
  erased(id: string): Promise<Erasure | undefined>;
  /** Erasures that were done last, and those that are not done. */
  erasures(): readonly Erasure[];
  stats(): Promise<EngineStats>;
  /** Threads that have died too often and rest; tasks of their partitions wait. */
  readonly restingThreads: readonly number[];
  /** The disk takes nothing now: what is new is refused, what is stored waits. */
  readonly isDiskFull: boolean;
  /** A thread was ended on purpose, and its next life has not begun: what its hooks had in hand is blamed for nothing. */
  forgive(thread: number): void;
  /**
   * Takes nothing new, applies what is stored until the deadline (default 10 s), and ends the actors. What is left is
   * durable and goes on at the next start. A second stop is the same promise.
   */
  stop(options?: { deadlineMs?: number }): Promise<{ drained: boolean; left: number }>;
}
