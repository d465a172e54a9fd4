/**
 * Puts what became of a task into the partition's state, in one synchronous piece: all that may fail has been done before
 * the first change, so that no commit ever takes half a task.
 * Runs on: thread.
 */
import {
  type DeadLetter,
  EVERYTHING,
  encodeDeadLetter,
  encodeRecord,
  type Lane,
  type LaneCursor,
  type LinkChange,
  type PartitionState,
  seqOf,
} from '../../stores/internal.js';
import { changeOf } from './change-of.js';
import { type Derivation, type DerivedEntry, deriveEntries } from './derived-entries.js';
import type { QueuedTask } from './lane-queue.js';
import type { TaskResult } from './task-run.js';
import type { ThreadKit } from './thread-kit.js';

/** What a task changed and derived, as it will be put. */
export interface Prepared {
  readonly queued: QueuedTask;
  readonly result: TaskResult;
  readonly entries: readonly DerivedEntry[];
  readonly letters: readonly Uint8Array[];
}

export class ResultStore {
  readonly #kit: ThreadKit;
  readonly #state: PartitionState;
  #outboxNext: number;
  #deadLetterNext: number;
  #attrsBefore: readonly number[] = [];
  /** Targets of what has been put since {@link takeTargets}. */
  #targets = new Set<number>();

  constructor(kit: ThreadKit, state: PartitionState) {
    this.#kit = kit;
    this.#state = state;
    this.#outboxNext = state.cursor.outboxNext;
    this.#deadLetterNext = state.cursor.deadLetterNext;
  }

  /** The number that the next row of the outbox gets. */
  get outboxNext(): number {
    return this.#outboxNext;
  }

  /** Where the partition stands, with its lanes there. */
  moveCursor(derived: LaneCursor, external: LaneCursor): void {
    this.#state.moveCursor({
      lanes: [derived, external],
      outboxNext: this.#outboxNext,
      deadLetterNext: this.#deadLetterNext,
    });
  }

  /** The partitions that got rows since the last call. */
  takeTargets(): Set<number> {
    const targets = this.#targets;
    this.#targets = new Set();
    return targets;
  }

  /** Everything of a result that may fail; changes nothing. Throws VALUE_NOT_STORABLE. */
  prepare(queued: QueuedTask, result: TaskResult, now: number): Prepared {
    this.#weigh(result);
    const { entries, stopped } = this.#derive(queued, result, now);
    const letters = stopped.map((letter) => encodeDeadLetter(letter));
    if (result.skipped.length > 0) letters.push(this.#unknownLetter(queued, result, now));
    return { queued, result, entries, letters };
  }

  /** Puts all of it. Answers how many rows are to be delivered. */
  put({ queued, result, entries, letters }: Prepared): number {
    this.#storeEntity(queued, result);
    const change = changeOf(queued, result, this.#attrsBefore);
    if (change !== undefined) {
      this.#attrsBefore = change.attrs;
      this.#state.putChange(change);
    }
    for (const link of result.links) this.#storeLink(queued, link, result.deletions);
    for (const bytes of letters) this.#putLetter(bytes);
    for (const { target, bytes, tasks } of entries) {
      this.putOutbox(target, bytes);
      this.#kit.counters.tasksDerived += tasks;
    }
    return entries.length;
  }

  /** The task could not be done. */
  bury(queued: QueuedTask, why: Pick<DeadLetter, 'reason' | 'message'>, now: number): void {
    this.#putLetter(this.#letter(queued, why, now));
  }

  putOutbox(target: number, bytes: Uint8Array): void {
    this.#state.putOutbox(target, this.#outboxNext++, bytes);
    this.#targets.add(target);
  }

  #derive(queued: QueuedTask, result: TaskResult, now: number): Derivation {
    const { init, numbers } = this.#kit;
    const { outputs, sendings, rest } = result;
    return deriveEntries(outputs, sendings, {
      rest,
      isRest: queued.task.piecework !== undefined,
      linksAt: linksAt(queued, now),
      partition: this.#state.partition,
      seq: seqOf(queued.number, queued.lane as Lane),
      entry: queued.entry,
      now,
      numbers,
      partitions: init.partitions,
      depthMax: init.limits.derivedDepthMax,
      tasksMax: init.limits.derivedEntryTasks,
    });
  }

  /**
   * Many values, each small enough, can make a record that is not: its commit fails, whatever else is in it. The tasks are
   * then run again from what is stored, and the one that makes it too large is found here. Not before: it doubles the work.
   */
  #weigh({ effect, record }: TaskResult): void {
    const isStored = effect === 'created' || effect === 'changed';
    if (!isStored || record === undefined) return;
    if (this.#kit.weighed.has(this.#state.partition)) encodeRecord(record);
  }

  #storeEntity({ task }: QueuedTask, result: TaskResult): void {
    const { effect, record } = result;
    const own = { etype: task.etype, eid: task.eid };
    for (const { attr, t1, no, items } of result.chunks) {
      if (items === undefined) this.#state.removeChunk(own, attr, { t1, no });
      else this.#state.putChunk(own, attr, { t1, no, items });
    }
    if (record === undefined) return;
    if (effect === 'deleted') {
      this.#remove(own, result);
      return;
    }
    if (effect === 'none') return;
    this.#state.putRecord(own, record);
    if (effect !== 'created') return;
    this.#state.addCount(task.etype, 1);
    if (record.incarnation > 1) this.#state.setTombstone(own, undefined);
  }

  #remove(own: { etype: number; eid: string | number }, { record }: TaskResult): void {
    for (const attr of [...record!.spilled.keys()]) {
      for (const chunk of this.#state.chunks(own, attr, EVERYTHING))
        this.#state.removeChunk(own, attr, chunk);
    }
    this.#state.removeRecord(own);
    this.#state.setTombstone(own, record!.incarnation);
    this.#state.addCount(own.etype, -1);
  }

  /** A link ends with the last data-point that says it, and is one to the entity as it was when it was made last. */
  #storeLink({ task }: QueuedTask, link: LinkChange, deletions: number): void {
    const own = { etype: task.etype, eid: task.eid };
    const source = { etype: link.etype, attr: link.attr, eid: link.eid };
    if (link.op === 'remove') this.#state.removeLink(own, source);
    if (link.op !== 'add') return;
    const known = this.#state.link(own, source) ?? { until: -Infinity, deletions: 0 };
    if (link.until <= known.until && deletions <= known.deletions) return;
    const until = Math.max(link.until, known.until);
    this.#state.putLink(own, source, until, Math.max(deletions, known.deletions));
  }

  #putLetter(bytes: Uint8Array): void {
    this.#kit.counters.deadLetters++;
    this.#state.putDeadLetter(this.#deadLetterNext++, bytes);
  }

  #letter(
    queued: QueuedTask,
    why: Pick<DeadLetter, 'reason' | 'message'>,
    now: number,
  ): Uint8Array {
    const { task, entry, lane, number } = queued;
    const seq = seqOf(number, lane as Lane);
    return encodeDeadLetter({ ...why, at: now, seq, entry: { ...entry, tasks: [task] } });
  }

  /** What is left of a task when the model no longer has the type, or attributes, it is about. */
  #unknownLetter(queued: QueuedTask, { entity, skipped }: TaskResult, now: number): Uint8Array {
    const { task } = queued;
    if (entity === undefined) {
      const message = `expected an entity type of the model, got number ${task.etype}`;
      return this.#letter(queued, { reason: 'unknown', message }, now);
    }
    const message = `expected attributes of "${entity.id}", got ${skipped.length} data-points of others`;
    const points = skipped.map((place) => task.points[place]!);
    const left = { ...queued, task: { etype: task.etype, eid: task.eid, points } };
    return this.#letter(left, { reason: 'unknown', message }, now);
  }
}

/**
 * Up to when links that are taken out count as links to what was deleted, epoch ms. What was linked after a delete had come
 * is not meant by it; of an erasure nothing is spared by its time, however wrong a clock was.
 */
function linksAt({ task, entry, isVoid }: QueuedTask, now: number): number {
  if (task.isErase === true || isVoid === true) return Number.MAX_SAFE_INTEGER;
  const isOfDelete = task.isDelete === true || task.piecework?.work === 'unlink';
  return isOfDelete ? entry.receivedAt : now;
}
