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
  type LinkChange,
  type LinkRow,
  mergeTokens,
  newRecord,
  removeLinks,
} from '../../stores/internal.js';
import type { HookScope } from './hook.js';
import type { HookOutput } from './hook-runner.js';
import { hookPointOf } from './hook-task.js';
import type { QueuedTask } from './lane-queue.js';
import { type LinkSending, linksOfRecord, sendingsOf } from './link-tasks.js';
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
  /** Changes of rows under others. */
  readonly sendings: readonly LinkSending[];
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
  sendings: [],
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
  if (entity === undefined) return { ...NOTHING, skipped: [0] };
  const existing = reads.record(task.etype, task.eid);
  if (task.incarnation !== undefined && task.incarnation !== existing?.incarnation)
    return { ...NOTHING, entity };
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
  if (existing === undefined) return { ...NOTHING, entity };
  const { kit, queued, scope, reads } = hand;
  const { task } = queued;
  const outputs: HookOutput[] = [];
  const deleted = kit.runner.deleted(entity, scope, outputs);
  if (deleted instanceof Promise) yield deleted;
  const sendings: LinkSending[] = [];
  for (const { source } of reads.links(task.etype, task.eid)) {
    const change = { op: 'unlink', etype: task.etype, eid: task.eid, attr: source.attr } as const;
    sendings.push({ etype: source.etype, eid: source.eid, change });
  }
  for (const [attr, attribute] of linkAttributes(kit, entity)) {
    const gone = linksOfRecord(existing, { attr, attribute }, chunksOf(hand));
    sendings.push(...sendingsOf(gone, task, etypeNo(hand)));
  }
  return { ...NOTHING, effect: 'deleted', entity, record: existing, sendings, outputs };
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
  const { kit, queued } = hand;
  const { task } = queued;
  const rows = links.filter(({ op }) => op !== 'unlink');
  const unlinks = links.filter((link) => link.op === 'unlink');
  if (unlinks.length === 0 || existing === undefined) return { ...NOTHING, entity, links: rows };
  const record = copyRecord(existing);
  const chunks: AttributeChunk[] = [];
  const sendings: LinkSending[] = [];
  for (const { attr, eid, etype } of unlinks) {
    const attribute = kit.numbers.attributeOf(task.etype, attr);
    const target = kit.numbers.entityOf(etype);
    if (attribute === undefined || target === undefined) continue;
    const readChunks = chunksOf(hand, chunks);
    const changed = removeLinks(record, { attribute, number: attr, eid, readChunks });
    if (changed === undefined) continue;
    chunks.push(...changed);
    // The entity may have come to be again, and a link of ours with it, before this task ran.
    const gone = { op: 'remove', attr, target: target.id, eid, until: 0 } as const;
    sendings.push(...sendingsOf([gone], task, etypeNo(hand)));
  }
  const effect = record.revision === existing.revision ? 'none' : 'changed';
  return { ...NOTHING, effect, entity, record, chunks, sendings, links: rows };
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
