/**
 * What a hook returned, held against the model item by item: what is good becomes tasks for the log, what is bad is
 * dropped with a sentence that says why. A hook is user code, so its result may be anything, getters that throw included.
 * Runs on: any.
 */
import { textOf } from '../../core/internal.js';
import {
  type DataPoint,
  type EntityType,
  type InputFault,
  idText,
  type Model,
  type ModelNumbers,
  parsePointOf,
  parseTime,
  type Task,
  type TaskPoint,
} from '../../stores/internal.js';
import { PLATFORM_LIMITS } from '../limits.js';

/** The tasks that are good, and what is wrong with the rest. */
export interface HookResult {
  readonly tasks: readonly Task[];
  readonly faults: readonly string[];
}

/** What the reading needs to know. */
export interface ResultSchema {
  readonly model: Model;
  readonly numbers: Pick<ModelNumbers, 'etypeNo' | 'attrNo'>;
}

const NOTHING: HookResult = { tasks: [], faults: [] };

/**
 * Never throws. Tasks beyond `tasksMax` are dropped and told. Nothing, and whatever is not a list, are no tasks; a lone task
 * outside a list is told, not taken.
 */
export function readHookResult(
  returned: unknown,
  schema: ResultSchema,
  tasksMax: number = PLATFORM_LIMITS.hookTasksMax,
): HookResult {
  if (returned === undefined || returned === null) return NOTHING;
  const tasks: Task[] = [];
  const faults: string[] = [];
  try {
    if (!Array.isArray(returned)) return looksLikeTask(returned) ? LONE_TASK : NOTHING;
    const count = Math.min(returned.length, tasksMax);
    for (let index = 0; index < count; index++) {
      const task = readTask(returned[index], `[${index}]`, schema, faults);
      if (task !== undefined) tasks.push(task);
    }
    if (returned.length > count)
      faults.push(`expected at most ${count} tasks, got ${returned.length}`);
  } catch (thrown) {
    faults.push(`expected plain tasks, got one that throws: ${textOf(thrown)}`);
  }
  return { tasks, faults };
}

const LONE_TASK: HookResult = { tasks: [], faults: ['expected a list of tasks, got one task'] };

function looksLikeTask(returned: unknown): boolean {
  return typeof returned === 'object' && returned !== null && 'etype' in returned;
}

function readTask(
  input: unknown,
  loc: string,
  schema: ResultSchema,
  faults: string[],
): Task | undefined {
  if (!isObject(input)) return fault(faults, loc, 'a task', input);
  const entity = schema.model.entities.get(input.etype as string);
  if (entity === undefined)
    return fault(faults, `${loc}.etype`, 'an entity type of the model', input.etype);
  const eid = entity.idType.parse(input.eid);
  if (typeof eid === 'object') {
    faults.push(`${loc}.eid: ${eid.msg}, got ${textOf(input.eid)}`);
    return undefined;
  }
  if (input.delete !== undefined && typeof input.delete !== 'boolean')
    return fault(faults, `${loc}.delete`, 'true or false', input.delete);
  const isDelete = input.delete === true;
  const points = readPoints(input.dataPoints, { loc, entity, eid: idText(eid), schema, faults });
  const ttl = readTokens(input.ttlTokens, loc, faults);
  if (isDelete && (points.length > 0 || ttl !== undefined))
    faults.push(`${loc}: expected a delete alone, got data-points or ttlTokens beside it`);
  if (isDelete) return { etype: schema.numbers.etypeNo(entity.id), eid, points: [], isDelete };
  if (points.length === 0 && ttl === undefined) {
    if (isNone(input.dataPoints) && isNone(input.ttlTokens))
      faults.push(`${loc}: expected dataPoints, ttlTokens or delete, got none of them`);
    return undefined;
  }
  const etype = schema.numbers.etypeNo(entity.id);
  return ttl === undefined ? { etype, eid, points } : { etype, eid, points, ttl };
}

interface PointsPlace {
  readonly loc: string;
  readonly entity: EntityType;
  /** Canonical text of the task's entity. */
  readonly eid: string;
  readonly schema: ResultSchema;
  readonly faults: string[];
}

function readPoints(input: unknown, place: PointsPlace): readonly TaskPoint[] {
  if (input === undefined || input === null) return [];
  const { loc, faults } = place;
  const points: TaskPoint[] = [];
  if (!Array.isArray(input)) {
    fault(faults, `${loc}.dataPoints`, 'a list', input);
    return points;
  }
  for (const [index, one] of input.entries()) {
    const point = readPoint(one, `${loc}.dataPoints[${index}]`, place);
    if (point === undefined) continue;
    const { v, t1, t2, c, src } = point;
    const attr = place.schema.numbers.attrNo(place.entity.id, point.attr.id);
    points.push({ attr, v, t1, t2, c, src });
  }
  return points;
}

function readPoint(input: unknown, loc: string, place: PointsPlace): DataPoint | undefined {
  const { entity, faults } = place;
  if (!isObject(input)) return fault(faults, loc, 'a data-point', input);
  // A data-point says whose it is only to be passed on as it came; then it must be this entity's.
  if (input.etype !== undefined && input.etype !== entity.id)
    return fault(faults, `${loc}.etype`, `"${entity.id}", as its task`, input.etype);
  if (input.eid !== undefined && !isSameEntity(input.eid, place))
    return fault(faults, `${loc}.eid`, `${place.eid}, as its task`, input.eid);
  const found: InputFault[] = [];
  const { attr, v, t1, t2, c, src } = input;
  const point = parsePointOf(entity, { attr, v, t1, t2, c, src }, [], found);
  for (const { loc: at, msg, input: got } of found)
    faults.push(`${[loc, ...at].join('.')}: ${msg}, got ${textOf(got)}`);
  return point;
}

function isSameEntity(eid: unknown, { entity, eid: expected }: PointsPlace): boolean {
  const parsed = entity.idType.parse(eid);
  return typeof parsed !== 'object' && idText(parsed) === expected;
}

function readTokens(
  input: unknown,
  loc: string,
  faults: string[],
): Record<string, number> | undefined {
  if (input === undefined || input === null) return undefined;
  if (!isObject(input) || Array.isArray(input))
    return fault(faults, `${loc}.ttlTokens`, 'an object of times by name', input);
  const tokens: [string, number][] = [];
  for (const [name, time] of Object.entries(input)) {
    const at = instantOf(time);
    if (at === undefined) fault(faults, `${loc}.ttlTokens.${name}`, 'a time', time);
    else tokens.push([name, at]);
  }
  return tokens.length === 0 ? undefined : Object.fromEntries(tokens);
}

/** As in data-points: inside the process a number is epoch ms, not a guess between seconds and ms. */
function instantOf(time: unknown): number | undefined {
  return parseTime(typeof time === 'number' ? new Date(time) : time);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNone(list: unknown): boolean {
  return list === undefined || list === null || (Array.isArray(list) && list.length === 0);
}

function fault(faults: string[], loc: string, expected: string, got: unknown): undefined {
  faults.push(`${loc}: expected ${expected}, got ${textOf(got)}`);
}
