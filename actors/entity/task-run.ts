/**
 * One task, from what the log holds to everything it changes: the hooks in their order, the record with the data-points
 * in it, the links that came and went, the tasks that hooks derived. Nothing is stored here and nothing of what others
 * see is touched: whoever runs it takes the result whole, or throws it away.
 *
 *   on_task_start ─> delete?  on_entity_delete ─> the record goes, its links go
 *                 └> new?     allow (or denied), on_entity_creation
 *                             points and tokens into a copy of the record ─> on_new_* for each point
 *
 * A generator, so that the usual task, whose hooks answer at once, needs no promise: it yields only what must be waited
 * for, and is given what that came to.
 * Runs on: any.
 */
import {
  type Applied,
  type AttributeChunk,
  applyPoints,
  type Chunk,
  copyRecord,
  creationTokens,
  type EntityId,
  type EntityRecord,
  type EntityType,
  hookOf,
  isSweep,
  type LinkChange,
  type LinkPage,
  type LinkRow,
  type LinkSource,
  mergeTokens,
  newRecord,
  removeLinks,
  type Sweep,
  sweepTask,
  type Task,
  type Unlink,
} from '../../stores/internal.js';
import type { HookScope } from './hook.js';
import type { HookOutput } from './hook-runner.js';
import { hookPointOf } from './hook-task.js';
import type { QueuedTask } from './lane-queue.js';
import { isSetSince, type LinkSending, linksOfRecord, sendingsOf } from './link-tasks.js';
import type { ThreadKit } from './thread-kit.js';

/** What a task reads of its partition, as it stands with everything before it. */
export interface TaskReads {
  record(etype: number, eid: EntityId): EntityRecord | undefined;
  /** Of the last entity of that id that was deleted; 0 if none was. */
  lastIncarnation(etype: number, eid: EntityId): number;
  /** Chunks of an attribute whose t1 is between both, which belong to it. */
  chunks(etype: number, eid: EntityId, attr: number, t1From: number, t1To: number): Chunk[];
  /** Who links to the entity: all, or through one attribute of one type. */
  links(
    etype: number,
    eid: EntityId,
    from?: { readonly etype: number; readonly attr: number },
  ): readonly LinkRow[];
  /** Some of them, from behind `after` on. */
  linksPage(etype: number, eid: EntityId, after: LinkSource | undefined): LinkPage;
  /** Some ids of a type that are stored, in order, from behind `after` on. */
  ids(etype: number, after: EntityId | undefined): readonly EntityId[];
}

/** What became of a task, and everything that is to be stored for it. */
export interface TaskResult {
  readonly effect: 'created' | 'changed' | 'deleted' | 'denied' | 'none';
  /** The entity's type; undefined where the model no longer has it. */
  readonly entity: EntityType | undefined;
  /** The record as it is now; with `deleted` as it was. */
  readonly record: EntityRecord | undefined;
  readonly chunks: readonly AttributeChunk[];
  /** Changes of rows under this entity. */
  readonly links: readonly LinkChange[];
  /** How often the entity has been deleted: links that are added are to what comes after. */
  readonly deletions: number;
  /** Changes of rows under others. */
  readonly sendings: readonly LinkSending[];
  /** What is left of the task: tasks of their own for the same partition. */
  readonly rest: readonly Task[];
  readonly outputs: readonly HookOutput[];
  /** Places of points that the model has no attribute for any more; [0] where it has not even the type. */
  readonly skipped: readonly number[];
  readonly points: number;
}

/** A task on its way: yields promises of hooks, ends with the result. */
export type TaskRun = Generator<Promise<unknown>, TaskResult, unknown>;

const NOTHING: TaskResult = {
  effect: 'none',
  entity: undefined,
  record: undefined,
  chunks: [],
  links: [],
  deletions: 0,
  sendings: [],
  rest: [],
  outputs: [],
  skipped: [],
  points: 0,
};

/** What a run is about. */
export interface TaskInHand {
  readonly queued: QueuedTask;
  readonly seq: number;
  readonly kit: Pick<ThreadKit, 'numbers' | 'table' | 'runner'>;
  readonly reads: TaskReads;
  /** Its `record()` reads `current`. */
  readonly scope: HookScope;
  /** The record as the hooks are to see it; moved by the run. */
  current: EntityRecord | undefined;
}

export function* runTask(hand: TaskInHand): TaskRun {
  const { kit, queued, scope, reads } = hand;
  const { task } = queued;
  const entity = kit.numbers.entityOf(task.etype);
  if (entity === undefined) return isSweep(task) ? NOTHING : { ...NOTHING, skipped: [0] };
  const { piecework } = task;
  if (piecework?.work === 'unlink') return { ...NOTHING, entity, ...unlinkPiece(hand, piecework) };
  if (piecework !== undefined) return { ...NOTHING, entity, rest: sweepPiece(hand, piecework) };
  const existing = reads.record(task.etype, task.eid);
  if (queued.isVoid === true) return refuseLinks(hand, entity, existing);
  if (task.links !== undefined) return changeLinks(hand, entity, task.links, existing);
  hand.current = existing;
  const started = kit.runner.taskStart(scope);
  if (started instanceof Promise) yield started;
  if (task.isDelete === true) return yield* deleteEntity(hand, entity, existing);
  if (task.refresh === true) return yield* refreshEntity(hand, entity, existing);
  return yield* applyTask(hand, entity, existing);
}

function* applyTask(
  hand: TaskInHand,
  entity: EntityType,
  existing: EntityRecord | undefined,
): TaskRun {
  const { kit, queued, scope, seq } = hand;
  const { task, entry } = queued;
  const outputs: HookOutput[] = [];
  if (existing === undefined) {
    const allowed = kit.runner.allows(entity, scope);
    const isAllowed = allowed instanceof Promise ? ((yield allowed) as boolean) : allowed;
    if (!isAllowed) return { ...NOTHING, entity, effect: 'denied' };
    const created = kit.runner.created(entity, scope, outputs);
    if (created instanceof Promise) yield created;
  }
  const record = existing === undefined ? createRecord(hand, entity) : copyRecord(existing);
  const applied = applyPoints(
    record,
    {
      points: task.points,
      ttl: task.ttl,
      seq,
      receivedAt: entry.receivedAt,
      hook: hookOf(entry.origin),
    },
    {
      entity,
      attributeOf: (attr) => kit.numbers.attributeOf(task.etype, attr),
      readChunks: chunksOf(hand),
    },
  );
  hand.current = record;
  yield* pointHooks(hand, entity, applied, outputs);
  return {
    ...NOTHING,
    effect: existing === undefined ? 'created' : 'changed',
    entity,
    record,
    chunks: applied.chunks,
    sendings: sendingsOf(applied.links, task, etypeNo(hand)),
    outputs,
    skipped: applied.skipped,
    points: task.points.length - applied.skipped.length,
  };
}

/** Every point of the task, whose data is in the record now, in its order. */
function* pointHooks(
  hand: TaskInHand,
  entity: EntityType,
  applied: Applied,
  outputs: HookOutput[],
): Generator<Promise<unknown>, void, unknown> {
  const { kit, queued, scope } = hand;
  const { task } = queued;
  for (const [place, point] of task.points.entries()) {
    const attribute = kit.numbers.attributeOf(task.etype, point.attr);
    if (attribute === undefined || applied.skipped.includes(place)) continue;
    if (kit.table.newAttr(entity, attribute).length === 0) continue;
    const subject = hookPointOf(attribute, task, point);
    const arrived = kit.runner.arrived({ entity, attribute }, subject, scope, outputs);
    if (arrived instanceof Promise) yield arrived;
  }
}

function* deleteEntity(
  hand: TaskInHand,
  entity: EntityType,
  existing: EntityRecord | undefined,
): TaskRun {
  const { kit, queued, scope } = hand;
  const { task } = queued;
  if (existing === undefined)
    return task.isErase === true ? forgetLinks(hand, entity) : { ...NOTHING, entity };
  const outputs: HookOutput[] = [];
  const deleted = kit.runner.deleted(entity, scope, outputs);
  if (deleted instanceof Promise) yield deleted;
  const { incarnation } = existing;
  const whole = { work: 'unlink', incarnation, after: undefined } as const;
  const { links, sendings, rest } = unlinkPiece(hand, whole);
  for (const [attr, attribute] of linkAttributes(kit, entity)) {
    const gone = linksOfRecord(existing, { attr, attribute }, chunksOf(hand));
    sendings.push(...sendingsOf(gone, task, etypeNo(hand)));
  }
  return {
    ...NOTHING,
    effect: 'deleted',
    entity,
    record: existing,
    links,
    sendings,
    rest,
    outputs,
  };
}

/**
 * Takes out some of the links to the incarnation of the task's entity that was deleted. They may be hundreds of thousands:
 * what is left is a task that goes on there, committed with what was done. Links that were made after the delete are left.
 * An erasure goes to the end.
 */
function unlinkPiece({ queued, reads }: TaskInHand, piecework: Unlink) {
  const { task } = queued;
  const { etype, eid } = task;
  const links: LinkChange[] = [];
  const sendings: LinkSending[] = [];
  let { after } = piecework;
  do {
    const { rows, next } = reads.linksPage(etype, eid, after);
    for (const { source, deletions } of rows) {
      if (deletions >= piecework.incarnation) continue;
      links.push({ op: 'remove', ...source });
      sendings.push(unlinkOf(task, source));
    }
    after = next;
  } while (after !== undefined && task.isErase === true);
  if (after === undefined) return { links, sendings, rest: [] };
  const rest: Task = { etype, eid, points: [], piecework: { ...piecework, after } };
  return { links, sendings, rest: [rest] };
}

/** Some entities whose creation hooks are to run again, and what goes on behind them. */
function sweepPiece({ queued, reads }: TaskInHand, piecework: Sweep): readonly Task[] {
  const { etype } = queued.task;
  // Entities of tasks before it may not be stored yet; when this is, they are.
  if (piecework.work === 'begin-sweep')
    return [sweepTask(etype, { work: 'sweep', after: undefined })];
  const ids = reads.ids(etype, piecework.after);
  if (ids.length === 0) return [];
  const tasks = ids.map((eid): Task => ({ etype, eid, points: [], refresh: true }));
  return [...tasks, sweepTask(etype, { work: 'sweep', after: ids.at(-1) })];
}

/** Others link to an entity that is not there: it may never have been, and is to be erased. */
function forgetLinks({ queued, reads }: TaskInHand, entity: EntityType): TaskResult {
  const { task } = queued;
  const sources = reads.links(task.etype, task.eid).map(({ source }) => source);
  return {
    ...NOTHING,
    entity,
    links: sources.map((source) => ({ op: 'remove', ...source })),
    sendings: sources.map((source) => unlinkOf(task, source)),
  };
}

/** Links that come late to an entity that has been erased: who has them is to let go of them. */
function refuseLinks(
  hand: TaskInHand,
  entity: EntityType,
  existing: EntityRecord | undefined,
): TaskResult {
  const { task } = hand.queued;
  const links = task.links ?? [];
  const kept = links.filter(({ op }) => op !== 'add');
  const result = changeLinks(hand, entity, kept, existing);
  const refused = links.filter(({ op }) => op === 'add').map((source) => unlinkOf(task, source));
  return { ...result, sendings: [...result.sendings, ...refused] };
}

/** The source is to have no links to the task's entity any more. */
function unlinkOf({ etype, eid }: Task, source: LinkSource): LinkSending {
  const change = { op: 'unlink', etype, eid, attr: source.attr } as const;
  return { etype: source.etype, eid: source.eid, change };
}

function* refreshEntity(
  hand: TaskInHand,
  entity: EntityType,
  existing: EntityRecord | undefined,
): TaskRun {
  if (existing === undefined) return { ...NOTHING, entity };
  const outputs: HookOutput[] = [];
  const created = hand.kit.runner.created(entity, hand.scope, outputs);
  if (created instanceof Promise) yield created;
  return { ...NOTHING, entity, outputs };
}

/** What other entities' links did here, and what is left of ours when what they point to has been deleted. */
function changeLinks(
  hand: TaskInHand,
  entity: EntityType,
  links: readonly LinkChange[],
  existing: EntityRecord | undefined,
): TaskResult {
  const { kit, queued, reads } = hand;
  const { task, entry } = queued;
  const rows = links.filter(({ op }) => op !== 'unlink');
  const unlinks = links.filter((link) => link.op === 'unlink');
  const deletions =
    existing === undefined ? reads.lastIncarnation(task.etype, task.eid) : existing.incarnation - 1;
  const done = { ...NOTHING, entity, links: rows, deletions };
  if (unlinks.length === 0 || existing === undefined) return done;
  const record = copyRecord(existing);
  const chunks: AttributeChunk[] = [];
  const sendings: LinkSending[] = [];
  for (const { attr, eid, etype } of unlinks) {
    const attribute = kit.numbers.attributeOf(task.etype, attr);
    const target = kit.numbers.entityOf(etype);
    if (attribute === undefined || target === undefined) continue;
    if (isSetSince(entry.receivedAt, record, { attr, attribute, eid })) {
      // Its row may have gone with those of the deleted entity.
      const kept = { op: 'add', attr, target: target.id, eid, until: Infinity } as const;
      sendings.push(...sendingsOf([kept], task, etypeNo(hand)));
      continue;
    }
    const readChunks = chunksOf(hand, chunks);
    const changed = removeLinks(record, { attribute, number: attr, eid, readChunks });
    if (changed === undefined) continue;
    chunks.push(...changed);
    // The entity may have come to be again, and a link of ours with it, before this task ran.
    const gone = { op: 'remove', attr, target: target.id, eid, until: 0 } as const;
    sendings.push(...sendingsOf([gone], task, etypeNo(hand)));
  }
  const effect = record.revision === existing.revision ? 'none' : 'changed';
  return { ...done, effect, record, chunks, sendings };
}

function createRecord(hand: TaskInHand, entity: EntityType): EntityRecord {
  const { reads, queued } = hand;
  const { task, entry } = queued;
  const record = newRecord(entry.receivedAt, reads.lastIncarnation(task.etype, task.eid) + 1);
  record.ttl = mergeTokens(undefined, creationTokens(entity.lifetime, entry.receivedAt));
  return record;
}

/** Chunks of the task's entity, as they are with those that the same task has changed already. */
function chunksOf(hand: TaskInHand, changed: readonly AttributeChunk[] = []) {
  const { etype, eid } = hand.queued.task;
  return (attr: number, t1From: number, t1To: number): Chunk[] => {
    const chunks = hand.reads.chunks(etype, eid, attr, t1From, t1To);
    if (changed.length === 0) return chunks;
    const later = new Map(
      changed.filter((one) => one.attr === attr).map((one) => [one.no, one.items]),
    );
    return chunks.flatMap((chunk) => {
      if (!later.has(chunk.no)) return [chunk];
      const items = later.get(chunk.no);
      return items === undefined ? [] : [{ ...chunk, items }];
    });
  };
}

function* linkAttributes(kit: TaskInHand['kit'], entity: EntityType) {
  for (const attribute of entity.list) {
    const isLink = attribute.type?.link !== undefined && attribute.mirrors === undefined;
    if (isLink) yield [kit.numbers.attrNo(entity.id, attribute.id), attribute] as const;
  }
}

function etypeNo({ kit }: TaskInHand) {
  return (etype: string): number => kit.numbers.etypeNo(etype);
}
