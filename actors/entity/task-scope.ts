/**
 * What the hooks of one task see of the world: the task under its names, the entity in hand as it stands, any other as
 * last committed. Made for each task, so nothing in it costs anything until it is asked for.
 * Runs on: thread.
 */
import { CodedError } from '../../core/index.js';
import { textOf } from '../../core/internal.js';
import {
  type Attribute,
  type EntityId,
  type EntityRecord,
  type EntityType,
  partitionOf,
} from '../../stores/internal.js';
import type { HookScope, HookTask, RecordView } from './hook.js';
import { hookTaskOf } from './hook-task.js';
import type { QueuedTask } from './lane-queue.js';
import type { PoisonWatch } from './poison.js';
import { recordViewOf } from './record-view.js';
import type { TaskReads } from './task-run.js';
import type { ThreadKit } from './thread-kit.js';

/** Where a scope looks. */
export interface ScopeOptions {
  readonly kit: ThreadKit;
  readonly partition: number;
  readonly queued: QueuedTask;
  /** The partition's own state. */
  readonly reads: TaskReads;
  /** The record in hand, as it stands at this step. */
  readonly current: () => EntityRecord | undefined;
  /** Epoch ms. */
  readonly now: number;
  /** Where the hooks are noted that begin. */
  readonly poison: PoisonWatch;
  readonly note: number;
}

export class TaskScope implements HookScope {
  readonly now: number;
  readonly #options: ScopeOptions;
  #task: HookTask | undefined;

  constructor(options: ScopeOptions) {
    this.#options = options;
    this.now = options.now;
  }

  get task(): HookTask {
    const { queued, kit } = this.#options;
    this.#task ??= hookTaskOf(kit.numbers.entityOf(queued.task.etype)!, queued.task, kit.numbers);
    return this.#task;
  }

  /** `partition.lane.number`: where it stands in the log, so the same in every run of it. */
  get taskId(): string {
    const { partition, queued } = this.#options;
    return `${partition}.${queued.lane}.${queued.number}`;
  }

  get receivedAt(): number {
    return this.#options.queued.entry.receivedAt;
  }

  get depth(): number {
    return this.#options.queued.entry.depth;
  }

  record(): RecordView | undefined {
    const { queued, kit, current } = this.#options;
    const record = current();
    if (record === undefined) return undefined;
    return this.#view(kit.numbers.entityOf(queued.task.etype)!, queued.task.eid, record);
  }

  read(etype: string, eid: EntityId): RecordView | undefined {
    const { kit, partition, reads } = this.#options;
    const entity = kit.model.entities.get(etype);
    if (entity === undefined) throw invalid('an entity type of the model', etype);
    const id = entity.idType.parse(eid);
    if (typeof id === 'object') throw invalid(`an id of "${etype}"`, eid);
    const etypeNo = kit.numbers.etypeNo(etype);
    const owner = partitionOf(etype, id, kit.init.partitions);
    const record =
      owner === partition
        ? reads.record(etypeNo, id)
        : kit.entities.record({ etype: etypeNo, partition: owner, eid: id });
    return record && this.#view(entity, id, record);
  }

  hookBegins(mark: number): void {
    this.#options.poison.hookBegins(this.#options.note, mark);
  }

  #view(entity: EntityType, eid: EntityId, record: EntityRecord): RecordView {
    const { kit, partition, reads } = this.#options;
    const etype = kit.numbers.etypeNo(entity.id);
    const owner = partitionOf(entity.id, eid, kit.init.partitions);
    const isOwn = owner === partition;
    const at = { etype, partition: owner, eid };
    return recordViewOf({
      entity,
      eid,
      record,
      numbers: kit.numbers,
      now: this.now,
      chunks: (attr, range) =>
        isOwn
          ? reads.chunks(etype, eid, attr, range.t1From, range.t1To)
          : kit.entities.chunks(at, attr, range),
      mirrored: (attribute) => this.#mirrored(attribute, { isOwn, ...at }),
    });
  }

  /** The entities whose links point here, until now at least. */
  #mirrored(
    { mirrors }: Attribute,
    at: { isOwn: boolean; etype: number; partition: number; eid: EntityId },
  ): readonly unknown[] {
    const { kit, reads } = this.#options;
    if (mirrors === undefined) return [];
    const etype = kit.numbers.etypeNo(mirrors.etype);
    const from = { etype, attr: kit.numbers.attrNo(mirrors.etype, mirrors.attr) };
    const rows = at.isOwn ? reads.links(at.etype, at.eid, from) : kit.links.into(at, from);
    return rows.filter(({ until }) => until >= this.now).map(({ source }) => ({ eid: source.eid }));
  }
}

function invalid(expected: string, got: unknown): CodedError<string> {
  return new CodedError<string>('HOOK_INVALID', `expected ${expected}, got ${textOf(got)}`);
}
