/**
 * Every hook of the platform: when it runs, what it sees, where its output goes.
 *
 *   task taken from the log
 *     1 on_task_start                           sees the task; output ignored
 *     2 is it a delete?  on_entity_delete       sees the record that goes; tasks out; nothing below runs
 *     3 is the entity new?
 *         allow_entity_creation                 first falsy answer ends the task, nothing is stored
 *         on_entity_creation                    sees the task, nothing stored yet; tasks out
 *     4 data-points merged into the record
 *         on_new_plain | _observation | _ts_chunk   once per data-point, in their order; tasks out
 *
 * Tasks that hooks give are committed with the task that caused them and delivered exactly once; hooks themselves may
 * run again after a crash, with the same `ctx.taskId`. A hook that throws, overruns or returns what the model does not
 * take costs its own result only.
 * Runs on: any.
 */
import type { Logger } from '../../core/index.js';
import type { WireError } from '../../core/internal.js';
import type { CurrentMapOf, Defined, EntityId, IdOf } from '../../stores/index.js';

/** The hooks there are, under DP³'s names: they are also the families of its telemetry. */
export const HOOK_TYPES = [
  'on_task_start',
  'allow_entity_creation',
  'on_entity_creation',
  'on_new_plain',
  'on_new_observation',
  'on_new_ts_chunk',
  'on_entity_delete',
] as const;

/** When a hook runs. */
export type HookType = (typeof HOOK_TYPES)[number];

/**
 * One data-point as a hook sees it: parsed, so times are epoch ms, and `v` is the value as it is stored; frozen, since it
 * is what will be stored.
 */
export interface HookPoint<
  Id extends EntityId = EntityId,
  Attr extends string = string,
  V = unknown,
> {
  readonly etype: string;
  readonly eid: Id;
  readonly attr: Attr;
  /** Of a timeseries: equally long lists, by series. */
  readonly v: V;
  /** Epoch ms; 0 for a plain attribute, as is t2. */
  readonly t1: number;
  readonly t2: number;
  /** Confidence, 0 to 1; 1 unless given. */
  readonly c: number;
  readonly src: string | undefined;
}

/** One task as a hook sees it: everything that came for one entity in one request. */
export interface HookTask<Id extends EntityId = EntityId, Point extends HookPoint = HookPoint<Id>> {
  readonly etype: string;
  readonly eid: Id;
  readonly dataPoints: readonly Point[];
  /** Name -> epoch ms at which that token ends. */
  readonly ttlTokens: Readonly<Record<string, number>> | undefined;
  readonly isDelete: boolean;
  /** True for the empty task with which hooks are run again for an entity that is there already. */
  readonly isRefresh: boolean;
}

/** A data-point that a hook derives: checked as one from outside is. A number as `t1` or `t2` is epoch ms. */
export interface PointInput {
  readonly attr: string;
  readonly v: unknown;
  /** Not for plain attributes. Epoch ms, a Date or text. */
  readonly t1?: number | string | Date;
  /** Default: t1, or the end of the series. */
  readonly t2?: number | string | Date;
  readonly c?: number;
  readonly src?: string;
}

/** What a hook may derive for one entity. At least one of the last three. */
export interface TaskInput<Etype extends string = string, Id = unknown, Point = PointInput> {
  readonly etype: Etype;
  /** Checked by the id type of `etype`. */
  readonly eid: Id;
  readonly dataPoints?: readonly Point[];
  /** Name -> epoch ms, a Date or text. Tokens are only ever extended. */
  readonly ttlTokens?: Readonly<Record<string, number | string | Date>>;
  /** True: the entity is deleted. Not together with data-points or tokens. */
  readonly delete?: boolean;
}

/** What a hook gives back: tasks, or nothing. Whatever is not a list counts as nothing. */
export type HookReturn<T = TaskInput> = readonly T[] | null | undefined | void;

/** One item of an attribute's history. */
export interface HistoryItem<V = unknown> {
  readonly t1: number;
  readonly t2: number;
  readonly v: V;
  readonly c: number;
}

/** Values by attribute, where no definition says more. */
export type AnyValues = Readonly<Record<string, unknown>>;

/** An entity as it stands, read in place; good until the hook returns. Unknown attributes throw HOOK_INVALID. */
export interface RecordView<Values extends object = AnyValues> {
  readonly etype: string;
  readonly eid: EntityId;
  /** Epoch ms. */
  readonly createdAt: number;
  /** The value now, or at `at` (epoch ms); a list for a multi-value attribute; undefined when there is none. */
  value<K extends keyof Values & string>(attr: K, at?: number): Values[K] | undefined;
  /** Its confidence, in the shape of the value. 1 for a plain value. */
  confidence(attr: keyof Values & string, at?: number): number | readonly number[] | undefined;
  /** Items that touch [from, to], both inclusive, epoch ms; by default all. Empty for plain attributes. */
  history(attr: keyof Values & string, from?: number, to?: number): readonly HistoryItem[];
}

/** What every hook gets as its last argument. It ends with the hook: used later, its methods throw HOOK_ENDED. */
export interface HookContext<Values extends object = AnyValues> {
  /** The module that registered the hook. */
  readonly module: string;
  /** The same each time this task is worked on: a key for calls to the outside that must not count twice. */
  readonly taskId: string;
  /** Epoch ms at which this run of the task began. */
  readonly now: number;
  /** Epoch ms at which the task was acknowledged: the same in every run of it. */
  readonly receivedAt: number;
  /** 0 for data from outside, 1 for what hooks derived from it, and so on. */
  readonly depth: number;
  /** Aborted when the hook's time is over, or its module stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The entity in hand as it stands at this step; undefined while it is not there. */
  readonly record: RecordView<Values> | undefined;
  /** Any entity as last committed; undefined when it is not there. Throws HOOK_INVALID for an unknown type or id. */
  read<D extends Defined>(entity: D, eid: IdOf<D>): RecordView<CurrentMapOf<D>> | undefined;
  read(etype: string, eid: EntityId): RecordView | undefined;
}

/** Runs for every task, deletes too. What it returns is ignored, but waited for. */
export type TaskStartHook = (task: HookTask, ctx: HookContext) => unknown;

/** Falsy denies. One that throws or overruns allows. */
export type AllowEntityCreationHook<
  Id extends EntityId = EntityId,
  Point extends HookPoint = HookPoint<Id>,
  Values extends object = AnyValues,
> = (eid: Id, task: HookTask<Id, Point>, ctx: HookContext<Values>) => boolean | Promise<boolean>;

/** On creation, and on deletion: the tasks it returns follow. */
export type EntityHook<
  Id extends EntityId = EntityId,
  Point extends HookPoint = HookPoint<Id>,
  Values extends object = AnyValues,
> = (
  eid: Id,
  task: HookTask<Id, Point>,
  ctx: HookContext<Values>,
) => HookReturn | Promise<HookReturn>;

/** Once per data-point of its attribute. */
export type NewAttrHook<Point extends HookPoint = HookPoint, Values extends object = AnyValues> = (
  eid: Point['eid'],
  point: Point,
  ctx: HookContext<Values>,
) => HookReturn | Promise<HookReturn>;

/** What the platform says to the hooks of one task. One object per task, made by whoever runs it. */
export interface HookScope {
  readonly task: HookTask;
  readonly taskId: string;
  /** Epoch ms. */
  readonly now: number;
  readonly receivedAt: number;
  readonly depth: number;
  /** The entity in hand as it stands now. */
  record(): RecordView | undefined;
  read(etype: string, eid: EntityId): RecordView | undefined;
  /** A hook of that mark is about to run: noted, in case it takes the thread along. */
  hookBegins(mark: number): void;
}

/** The module that a hook belongs to, as the hook table sees it. */
export interface HookModule {
  readonly name: string;
  /** Counts configurations, from 1; derived tasks carry the one they were made under. */
  readonly generation: number;
  readonly log: Logger;
  /** Aborted when the module stops. */
  readonly signal: AbortSignal;
}

/** Something a hook did wrong: what is recorded, and shown to people. Plain. */
export interface HookFault {
  readonly code: 'HOOK_FAILED' | 'HOOK_TIMEOUT' | 'HOOK_OVERRUN' | 'HOOK_RESULT_INVALID';
  readonly module: string;
  readonly hook: string;
  readonly type: HookType;
  readonly etype: string;
  /** Canonical text. */
  readonly eid: string;
  readonly attr: string | undefined;
  readonly taskId: string;
  /** Epoch ms. */
  readonly at: number;
  readonly message: string;
  /** What was thrown, if something was. */
  readonly error: WireError | undefined;
}
