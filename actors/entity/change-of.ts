/**
 * What readers of changes are told of a task.
 * Runs on: any.
 */
import type { Lane, StoredChange, Task } from '../../stores/internal.js';
import type { QueuedTask } from './lane-queue.js';
import type { TaskResult } from './task-run.js';

/**
 * Undefined for a task that did nothing to its entity. `before` are attributes of an earlier change: the same list is used
 * again for the same attributes, since most tasks of a sender bring the same ones. Pure.
 */
export function changeOf(
  { task, lane, number }: QueuedTask,
  result: TaskResult,
  before: readonly number[],
): StoredChange | undefined {
  const { effect, entity } = result;
  if (entity === undefined || effect === 'none' || effect === 'denied') return undefined;
  const { etype, eid } = task;
  const attrs = isAsBefore(task, result, before) ? before : attrsOf(task, result);
  return { type: effect, etype, eid, attrs, lane: lane as Lane, number };
}

function isAsBefore(
  { points, links }: Task,
  { skipped }: TaskResult,
  before: readonly number[],
): boolean {
  if (points.length !== before.length || skipped.length > 0 || links !== undefined) return false;
  for (let place = 0; place < points.length; place++)
    if (points[place]!.attr !== before[place]) return false;
  return true;
}

function attrsOf(task: Task, { skipped }: TaskResult): readonly number[] {
  const attrs: number[] = [];
  for (let place = 0; place < task.points.length; place++) {
    const { attr } = task.points[place]!;
    if (attrs.includes(attr) || (skipped.length > 0 && skipped.includes(place))) continue;
    attrs.push(attr);
  }
  for (const link of task.links ?? [])
    if (link.op === 'unlink' && !attrs.includes(link.attr)) attrs.push(link.attr);
  return attrs;
}
