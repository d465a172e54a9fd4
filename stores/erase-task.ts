/**
 * What is left of tasks when an entity is erased: of its own the number, of others all but the links that name it.
 *
 *   task of the entity             ──► an empty task: it keeps its number and type, and does nothing
 *   value of a link to it          ──► gone: the data-point, or of a plain list the element
 *   change of a link from or to it ──► gone
 *   piecework that has come to it  ──► begins anew: no other place says how far it is
 *   text that mentions it          ──► as it was: only links are known to mean an entity
 *
 * A task that is left as it was is the very same object. Pure.
 * Runs on: any.
 */
import type { LogEntry, Task, TaskPoint } from './entry-codec.js';
import { linkTargets, withoutTarget } from './history/link-targets.js';
import { entityReached, isSweep } from './piecework.js';
import type { Attribute } from './schema/attribute.js';
import type { EntityId } from './schema/entity-id.js';

/** An entity that is erased. */
export interface ErasedEntity {
  /** Number of its type, and its name. */
  readonly etype: number;
  readonly name: string;
  readonly eid: EntityId;
}

/** The attribute of these numbers; undefined where the model has none any more. */
export type AttributeOf = (etype: number, attr: number) => Attribute | undefined;

/** The entry without anything of the entity: with as many tasks as before. */
export function eraseFromEntry(
  entry: LogEntry,
  entity: ErasedEntity,
  attributeOf: AttributeOf,
): LogEntry {
  const tasks = entry.tasks.map((task) => eraseFromTask(task, entity, attributeOf));
  return tasks.every((task, i) => task === entry.tasks[i]) ? entry : { ...entry, tasks };
}

/** The task without anything of the entity. */
export function eraseFromTask(task: Task, entity: ErasedEntity, attributeOf: AttributeOf): Task {
  if (isTaskOf(task, entity)) return isEmptyTask(task) ? task : erasedTask(task.etype);
  return withoutPlaceAt(
    withoutChangesOf(withoutPointsTo(task, entity, attributeOf), entity),
    entity,
  );
}

/** True for a task that is for this entity. */
export function isTaskOf(task: Task, { etype, eid }: ErasedEntity): boolean {
  return task.eid === eid && task.etype === etype && !isSweep(task);
}

/** True for what {@link eraseFromTask} leaves of a task, and for one that has nothing to do. */
export function isEmptyTask({ points, links, ttl, isDelete, refresh, piecework }: Task): boolean {
  const isIdle = [ttl, isDelete, refresh, piecework].every((one) => one === undefined);
  return isIdle && points.length === 0 && (links === undefined || links.length === 0);
}

/** The task of another entity without values that link to this one. */
export function withoutPointsTo(task: Task, entity: ErasedEntity, attributeOf: AttributeOf): Task {
  if (task.points.length === 0) return task;
  const points = task.points.flatMap((point) => {
    const left = withoutLink(point, attributeOf(task.etype, point.attr), entity);
    return left === undefined ? [] : [left];
  });
  const isSame =
    points.length === task.points.length && points.every((p, i) => p === task.points[i]);
  return isSame ? task : { ...task, points };
}

/** An entity may have that id: a task without points and changes of links does nothing to it. */
const NO_ID = '';

function erasedTask(etype: number): Task {
  return { etype, eid: NO_ID, points: [], links: [] };
}

function withoutChangesOf(task: Task, { etype, eid }: ErasedEntity): Task {
  const links = task.links?.filter((link) => link.eid !== eid || link.etype !== etype);
  return links === undefined || links.length === task.links?.length ? task : { ...task, links };
}

function withoutPlaceAt(task: Task, { etype, eid }: ErasedEntity): Task {
  const { piecework } = task;
  if (piecework === undefined || piecework.work === 'begin-sweep') return task;
  const reached = entityReached(piecework, task.etype);
  if (reached?.eid !== eid || reached.etype !== etype) return task;
  return { ...task, piecework: { ...piecework, after: undefined } };
}

/** As a delete leaves it in a record: lists of plain attributes lose the element, everything else goes whole. */
function withoutLink(
  point: TaskPoint,
  attribute: Attribute | undefined,
  { name, eid }: ErasedEntity,
): TaskPoint | undefined {
  if (attribute === undefined) return looksLikeLink(point.v, eid) ? undefined : point;
  const { type } = attribute;
  if (type?.link?.target !== name) return point;
  if (attribute.kind !== 'plain')
    return linkTargets(type, point.v).includes(eid) ? undefined : point;
  const v = withoutTarget(type, point.v, eid);
  if (v === point.v) return point;
  return v === undefined ? undefined : { ...point, v };
}

/** Of an attribute that the model has no more nothing is known but the form of its values. */
function looksLikeLink(value: unknown, eid: EntityId): boolean {
  if (Array.isArray(value)) return value.some((one) => looksLikeLink(one, eid));
  return typeof value === 'object' && value !== null && (value as { eid?: unknown }).eid === eid;
}
