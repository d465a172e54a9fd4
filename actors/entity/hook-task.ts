/**
 * Tasks and data-points of the log as hooks see them: names instead of numbers, and values frozen, since they are the
 * very values that will be stored.
 * Runs on: any.
 */
import type {
  Attribute,
  EntityType,
  ModelNumbers,
  SeriesValue,
  Task,
  TaskPoint,
} from '../../stores/internal.js';
import type { HookPoint, HookTask } from './hook.js';

/** The task as its hooks see it. Data-points of attributes the model no longer has are left out. */
export function hookTaskOf(
  entity: EntityType,
  task: Task,
  numbers: Pick<ModelNumbers, 'attributeOf'>,
): HookTask {
  const dataPoints: HookPoint[] = [];
  for (const point of task.points) {
    const attribute = numbers.attributeOf(task.etype, point.attr);
    if (attribute !== undefined) dataPoints.push(hookPointOf(attribute, task, point));
  }
  return {
    etype: entity.id,
    eid: task.eid,
    dataPoints,
    ttlTokens: task.ttl,
    isDelete: task.isDelete === true,
    isRefresh: task.refresh === true,
  };
}

/** The data-point as the hooks of its attribute see it. */
export function hookPointOf(attribute: Attribute, { eid }: Task, point: TaskPoint): HookPoint {
  const { t1, t2, c, src } = point;
  const v = frozen(hookValue(attribute, point.v));
  return { etype: attribute.entity, eid, attr: attribute.id, v, t1, t2, c, src };
}

/** A stored value as hooks see it, which is how it may be given again: of a timeseries its lists by series. */
export function hookValue(attribute: Attribute, v: unknown): unknown {
  return attribute.kind === 'timeseries' ? (v as SeriesValue).series : v;
}

/** Frozen to its depth; what is frozen already is taken to be so throughout. */
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
