/**
 * From what a client sent to what the partitions log: the body parsed, every data-point held against the model, the good
 * ones gathered by entity in order of first appearance, a part made for each partition they touch, and one message for
 * each thread. Pure.
 *
 *   [{host a}, {user x}, {host a}]  ->  host a: 2 points   ->  partition 17: part with 1 task
 *                                       user x: 1 point    ->  partition  4: part with 1 task
 *
 * Runs on: any.
 */
import { hasCode } from '../../core/index.js';
import {
  type DataPoint,
  type EntityId,
  type EntityType,
  encodeEntries,
  type InputFault,
  type Located,
  type Model,
  type ModelNumbers,
  parseDataPoint,
  parseJsonBody,
  partitionOf,
  type Task,
  type TaskPoint,
} from '../../stores/internal.js';
import type { AppendParts } from './append-protocol.js';
import type { PlatformLimits } from './kit-init.js';

/** A task, where it belongs, and which items of the request are in it. */
export interface GatheredTask {
  readonly task: Task;
  readonly partition: number;
  readonly indexes: readonly number[];
}

/** What a request holds. */
export interface Gathered {
  readonly tasks: readonly GatheredTask[];
  /** Items of the request that are data-points. */
  readonly accepted: number;
  readonly faults: readonly InputFault[];
  /** Indexes of the items with faults, ascending; empty also when the request as a whole is at fault. */
  readonly rejected: readonly number[];
}

/** What data-points are held against, and numbered by. */
export interface IngestModel {
  readonly model: Model;
  readonly numbers: ModelNumbers;
  readonly partitions: number;
}

/** What one partition is given of a request. */
export interface PartitionPart {
  readonly partition: number;
  readonly tasks: readonly Task[];
  /** Items of the request that are in it. */
  readonly indexes: readonly number[];
}

/** The request as a value, or why it is none. */
export function readBody(
  body: Uint8Array | string,
  limits: PlatformLimits,
): { readonly value: unknown } | { readonly fault: InputFault } {
  try {
    return { value: parseJsonBody(body, { bytesMax: limits.bodyBytesMax }) };
  } catch (error) {
    if (!hasCode(error, 'BODY_INVALID')) throw error;
    return { fault: { loc: ['body'], msg: error.message, type: 'json_invalid' } };
  }
}

/** Holds every item against the model and gathers the good ones by entity. Faults never throw. */
export function gatherPoints(within: IngestModel, input: unknown, itemsMax: number): Gathered {
  if (!Array.isArray(input))
    return refusedWhole('list_type', 'Input should be a valid list', input);
  if (input.length > itemsMax) {
    const msg = `List should have at most ${itemsMax} items, not ${input.length}`;
    return refusedWhole('too_long', msg, undefined);
  }
  const gathering = new Gathering(within);
  const faults: InputFault[] = [];
  const rejected: number[] = [];
  for (let index = 0; index < input.length; index++) {
    const located = parseDataPoint(within.model, input[index], index, faults);
    if (located === undefined) rejected.push(index);
    else gathering.add(located);
  }
  return { tasks: gathering.tasks, accepted: input.length - rejected.length, faults, rejected };
}

/** Gathers tasks that are complete already: each is one item. */
export function gatherTasks(
  within: IngestModel,
  tasks: readonly { readonly task: Task; readonly etype: string; readonly index: number }[],
): GatheredTask[] {
  return tasks.map(({ task, etype, index }) => ({
    task,
    partition: partitionOf(etype, task.eid, within.partitions),
    indexes: [index],
  }));
}

/** One part for each partition touched, in order of first appearance. */
export function partsOf(tasks: readonly GatheredTask[]): PartitionPart[] {
  const byPartition = new Map<
    number,
    { readonly partition: number; tasks: Task[]; indexes: number[] }
  >();
  for (const { task, partition, indexes } of tasks) {
    let part = byPartition.get(partition);
    if (part === undefined) {
      part = { partition, tasks: [], indexes: [] };
      byPartition.set(partition, part);
    }
    part.tasks.push(task);
    for (const index of indexes) part.indexes.push(index);
  }
  return [...byPartition.values()];
}

/** The parts that belong to one thread, as an entry each, for the appender there. */
export function appendOf(
  parts: readonly PartitionPart[],
  options: { readonly receivedAt: number; readonly schema: number; readonly budget: number },
): AppendParts {
  const { receivedAt, schema, budget } = options;
  const from = { origin: { by: 'api' }, cause: undefined, depth: 0 } as const;
  const { bytes, sizes } = encodeEntries(
    parts.map(({ tasks }) => ({ receivedAt, schema, ...from, budget, tasks })),
  );
  return {
    partitions: parts.map(({ partition }) => partition),
    tasks: parts.map(({ tasks }) => tasks.length),
    sizes,
    bytes,
  };
}

/** Data-points by entity, in order of first appearance. */
class Gathering {
  readonly tasks: { task: Task & { points: TaskPoint[] }; partition: number; indexes: number[] }[] =
    [];
  readonly #within: IngestModel;
  /** By index of the entity type: ids of one type are all numbers or all text. */
  readonly #byType: (Map<EntityId, number> | undefined)[] = [];

  constructor(within: IngestModel) {
    this.#within = within;
  }

  add({ entity, eid, point, index }: Located): void {
    const { task, indexes } = this.tasks[this.#placeOf(entity, eid)]!;
    task.points.push(this.#numbered(entity, point));
    indexes.push(index);
  }

  #placeOf(entity: EntityType, eid: EntityId): number {
    let places = this.#byType[entity.index];
    if (places === undefined) {
      places = new Map();
      this.#byType[entity.index] = places;
    }
    const known = places.get(eid);
    if (known !== undefined) return known;
    const { numbers, partitions } = this.#within;
    places.set(eid, this.tasks.length);
    this.tasks.push({
      task: { etype: numbers.etypeNo(entity.id), eid, points: [] },
      partition: partitionOf(entity.id, eid, partitions),
      indexes: [],
    });
    return this.tasks.length - 1;
  }

  #numbered(entity: EntityType, { attr, v, t1, t2, c, src }: DataPoint): TaskPoint {
    return { attr: this.#within.numbers.attrNo(entity.id, attr.id), v, t1, t2, c, src };
  }
}

function refusedWhole(type: string, msg: string, input: unknown): Gathered {
  const fault = { loc: ['body'], msg, type, ...(input === undefined ? {} : { input }) };
  return { tasks: [], accepted: 0, faults: [fault], rejected: [] };
}
