/**
 * What is to be told when a commit has flushed: gathered while tasks are stored in the partition's state, one for each
 * commit.
 * Runs on: thread.
 */
import type { Change } from './change-feed.js';
import type { QueuedTask } from './lane-queue.js';
import type { TaskResult } from './task-run.js';
import type { ThreadKit } from './thread-kit.js';

export class PieceLog {
  /** Something has been put. */
  isDirty = false;
  /** Partitions that rows were put for. */
  readonly targets = new Set<number>();
  /** By lane: every task below is done. */
  lows: readonly number[] = [];
  /** Outbox rows more, or less, than before. */
  rows = 0;
  readonly changes: Change[] = [];

  addChange(kit: ThreadKit, partition: number, queued: QueuedTask, result: TaskResult): void {
    const { effect, entity } = result;
    if (entity === undefined || effect === 'none' || effect === 'denied') return;
    const { task, lane, number } = queued;
    const attrs = new Set<string>();
    for (const { attr } of [...task.points, ...result.chunks]) {
      const attribute = kit.numbers.attributeOf(task.etype, attr);
      if (attribute !== undefined) attrs.add(attribute.id);
    }
    this.changes.push({
      type: effect,
      etype: entity.id,
      eid: task.eid,
      attrs: [...attrs],
      position: [partition, lane, number],
    });
  }

  /** What came after, in the same commit. */
  join(later: PieceLog): void {
    for (const target of later.targets) this.targets.add(target);
    this.lows = later.lows;
    this.rows += later.rows;
    for (const change of later.changes) this.changes.push(change);
  }
}
