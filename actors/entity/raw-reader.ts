/**
 * Raw data-points from the log: of one entity by the tasks its record remembers, of many by reading all partitions from
 * the newest task back. The log goes as far back as it has not been cut; a read goes no further than its limits.
 * Runs on: any.
 */
import {
  type EntityRecord,
  type EntityType,
  type ModelNumbers,
  STORE_LIMITS,
} from '../../stores/internal.js';
import type { HTTP_LIMITS } from '../limits.js';
import type { LoggedTask, TaskLog } from './logged-task.js';
import { merged } from './merged.js';
import {
  isAskedFor,
  newestFirst,
  type RawFilter,
  type RawForm,
  type RawPoint,
  rawForm,
} from './raw-form.js';
import { TimeSlices } from './time-slice.js';

/** What is asked for; a limit of 0 is all. */
export interface RawQuery extends RawFilter {
  readonly skip: number;
  readonly limit: number;
}

export interface RawRows {
  readonly rows: readonly RawForm[];
  /** False when the read ended at one of its limits, so that more may match. */
  readonly isWhole: boolean;
}

export type RawLimits = Pick<
  { readonly [K in keyof typeof HTTP_LIMITS]: number },
  'rawTasksMax' | 'rawRowsMax' | 'rawSortedMin' | 'readSliceMs' | 'scanMs'
>;

/** Where to read. */
export interface RawSource {
  readonly log: TaskLog;
  readonly numbers: ModelNumbers;
  readonly limits: RawLimits;
  /** The partitions that may have matching tasks. */
  readonly partitions: readonly number[];
}

/**
 * Newest first; by t1 where the attribute asked for has times, and then of at least the newest `rawSortedMin` that match.
 * `record`: that of the entity asked for, if one is and it is there.
 */
export async function readRaw(
  source: RawSource,
  entity: EntityType,
  query: RawQuery,
  record: EntityRecord | undefined,
): Promise<RawRows> {
  const found = remembered(source, entity, query, record) ?? (await scanned(source, entity, query));
  const sorted = newestFirst(found.points, query.attribute);
  const end = query.limit === 0 ? sorted.length : query.skip + query.limit;
  return { rows: sorted.slice(query.skip, end).map(rawForm), isWhole: found.isWhole };
}

interface Found {
  readonly points: readonly RawPoint[];
  readonly isWhole: boolean;
}

/** From the tasks of the record; undefined where they are not enough. */
function remembered(
  source: RawSource,
  entity: EntityType,
  query: RawQuery,
  record: EntityRecord | undefined,
): Found | undefined {
  const [partition] = source.partitions;
  if (record === undefined || partition === undefined) return undefined;
  const points = [...record.tasks].reverse().flatMap((seq) => {
    const logged = source.log.task(partition, seq);
    return logged === undefined ? [] : matching(source.numbers, entity, query, logged);
  });
  const isWhole = record.incarnation === 1 && record.tasks.length < STORE_LIMITS.recordTasks;
  const isEnough = query.limit > 0 && points.length >= query.skip + query.limit;
  return isWhole || isEnough ? { points, isWhole: true } : undefined;
}

async function scanned(source: RawSource, entity: EntityType, query: RawQuery): Promise<Found> {
  const { limits, log, partitions, numbers } = source;
  const wanted = wantedOf(query, limits);
  const slices = new TimeSlices({ sliceMs: limits.readSliceMs, totalMs: limits.scanMs });
  const lanes = partitions.flatMap((partition) => log.backward(partition));
  const points: RawPoint[] = [];
  let tasks = 0;
  for (const logged of merged(lanes, newerFirst)) {
    points.push(...matching(numbers, entity, query, logged));
    if (points.length >= wanted) return { points, isWhole: wanted < limits.rawRowsMax };
    if (++tasks >= limits.rawTasksMax) return { points, isWhole: false };
    if (slices.isSpent && !(await slices.pause())) return { points, isWhole: false };
  }
  return { points, isWhole: true };
}

/** Matches after which there is no need to go on. */
function wantedOf({ attribute, skip, limit }: RawQuery, limits: RawLimits): number {
  if (limit === 0) return limits.rawRowsMax;
  const isSorted = attribute !== undefined && attribute.kind !== 'plain';
  const wanted = isSorted ? Math.max(skip + limit, limits.rawSortedMin) : skip + limit;
  return Math.min(wanted, limits.rawRowsMax);
}

/** The data-points of a task that are asked for, the last first. */
function matching(
  numbers: ModelNumbers,
  entity: EntityType,
  query: RawQuery,
  { task, entry }: LoggedTask,
): readonly RawPoint[] {
  if (numbers.entityOf(task.etype) !== entity) return [];
  if (query.eid !== undefined && query.eid !== task.eid) return [];
  const points: RawPoint[] = [];
  for (let at = task.points.length - 1; at >= 0; at--) {
    const point = task.points[at]!;
    const attribute = numbers.attributeOf(task.etype, point.attr);
    if (attribute === undefined || !isAskedFor(query, { attribute, point })) continue;
    points.push({ entity, eid: task.eid, attribute, point, receivedAt: entry.receivedAt });
  }
  return points;
}

function newerFirst(a: LoggedTask, b: LoggedTask): number {
  return b.entry.receivedAt - a.entry.receivedAt;
}
