/**
 * What a surface (HTTP, command line) asks of the platform, and nothing else: take data in, read, act, look. The
 * platform fits it by shape, so nothing below this floor knows who asks.
 * Runs on: main.
 */
import type { EntityId, Model } from '../../stores/internal.js';
import type { ConfigNotice } from '../config/config-notice.js';
import type { ChangeReading, SubscribeOptions } from '../entity/change-feed.js';
import type { DeadLetterView } from '../entity/dead-letters.js';
import type { EngineStats, IngestAnswer, IngestOptions } from '../entity/entity-engine.js';
import type { EntityReader } from '../entity/entity-reader.js';
import type { Erasure } from '../entity/erasure.js';
import type { TaskInput } from '../entity/hook.js';
import type { HookReport } from '../entity/hook-telemetry.js';
import type { Position } from '../entity/position.js';

export type { IngestAnswer, IngestOptions, Position };

/** A control action, by DP³'s names where DP³ has it. */
export type ControlAction =
  | { readonly name: 'refresh_on_entity_creation'; readonly etype: string }
  | { readonly name: 'refresh_module_config'; readonly module: string }
  | { readonly name: 'replace_module_code' }
  | { readonly name: 'make_snapshots' };

/** What became of an action: begun; not among the allowed actions; no such thing (yet). */
export type ControlOutcome = 'sent' | 'forbidden' | 'unknown' | 'missing';

/** Counts since the platform started, and how things stand. */
export interface PlatformStats {
  readonly engine: EngineStats;
  /** Telemetry of hooks, by DP³'s path names. */
  readonly hooks: HookReport;
}

/** Something does not work now and will again: a thread that has died too often rests, the disk takes nothing. */
export interface StateNotice {
  readonly kind: 'resting' | 'disk-full';
  /** One sentence. */
  readonly text: string;
}

/** Whether requests are worth sending here; each part that is not well says why. */
export interface Readiness {
  readonly isReady: boolean;
  readonly faults: readonly string[];
  /** What of the configuration does nothing here, threads that rest, a full disk: but for `servers` it works, and not whole. */
  readonly notices: readonly (ConfigNotice | StateNotice)[];
}

/** A metadata document of a background job, newest first. */
export interface MetadataQuery {
  readonly module: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly skip: number;
  /** 0: all. */
  readonly limit: number;
  readonly sort: 'newest' | 'oldest';
}

export interface PlatformPort {
  readonly model: Model;
  readonly partitions: number;
  readonly reader: EntityReader;
  /** Modules by name that may be refreshed. */
  readonly modules: readonly string[];

  /** Takes data-points in; `bytes` are given away. Never rejects for what a sender may send. */
  ingest(bytes: Uint8Array, options: IngestOptions): Promise<IngestAnswer>;
  /** Values set, lifetimes extended, entities deleted: on the same road. */
  submit(tasks: readonly TaskInput[], options: IngestOptions): Promise<IngestAnswer>;
  /** Resolves once all of `positions` have had their effect; rejects ASK_TIMEOUT when that takes longer. */
  applied(positions: readonly Position[], options: { readonly deadlineMs: number }): Promise<void>;
  control(action: ControlAction): Promise<ControlOutcome>;
  /** Begins a reading. Throws CHANGE_CURSOR_INVALID, CHANGES_NOT_KEPT. */
  changes(options: SubscribeOptions): ChangeReading;
  /** Oldest first, those behind the id `after`. */
  deadLetters(options: {
    readonly countMax: number;
    readonly after?: string;
  }): Promise<readonly DeadLetterView[]>;
  /** Takes dead letters into the log again, each at most once; how many there were. */
  replayDeadLetters(ids: readonly string[]): Promise<number>;
  /** Forgets dead letters; how many there were. */
  dropDeadLetters(ids: readonly string[]): Promise<number>;
  /** Erases an entity; resolves when nothing stored before will be left. Rejects ERASE_REFUSED. */
  erase(etype: string, eid: EntityId): Promise<Erasure>;
  /** The last ones that are done, and those that are not. */
  erasures(): readonly Erasure[];
  metadata(query: MetadataQuery): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stats(): Promise<PlatformStats>;
  readiness(): Readiness;
}
