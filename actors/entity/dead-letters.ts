/**
 * Tasks that could not be done, as they are shown: their ids, and what they hold under the model's names. Pure.
 * Runs on: any.
 */
import {
  type Cause,
  type DeadLetter,
  type DeadLetterReason,
  type EntityId,
  idText,
  type ModelNumbers,
  type Origin,
  type Task,
} from '../../stores/internal.js';

/** A dead letter as it is shown. Plain. */
export interface DeadLetterView {
  /** `partition.number`. */
  readonly id: string;
  readonly reason: DeadLetterReason;
  readonly message: string;
  /** Epoch ms. */
  readonly at: number;
  readonly etype: string;
  readonly eid: EntityId;
  readonly task: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
  readonly depth: number;
  /** What it follows from, the nearest first, as far as the logs reach. */
  readonly chain: readonly (Cause & { readonly origin: Origin })[];
}

/** `partition.number` and back; undefined for what is none. */
export function deadLetterId(partition: number, number: number): string {
  return `${partition}.${number}`;
}

export function placeOfDeadLetter(
  id: string,
): { readonly partition: number; readonly number: number } | undefined {
  const match = /^(\d{1,5})\.(\d{1,15})$/.exec(id);
  return match === null ? undefined : { partition: Number(match[1]), number: Number(match[2]) };
}

/** As it is shown; `chain` by whoever can read the logs. */
export function deadLetterView(
  place: { readonly partition: number; readonly number: number },
  letter: DeadLetter,
  numbers: ModelNumbers,
  chain: DeadLetterView['chain'],
): DeadLetterView {
  const { reason, message, at, entry } = letter;
  const task = entry.tasks[0]!;
  return {
    id: deadLetterId(place.partition, place.number),
    reason,
    message,
    at,
    etype: numbers.entityOf(task.etype)?.id ?? `#${task.etype}`,
    eid: task.eid,
    task: shown(task, numbers),
    origin: entry.origin,
    depth: entry.depth,
    chain,
  };
}

function shown(task: Task, numbers: ModelNumbers): Record<string, unknown> {
  const named = (attr: number): string => numbers.attributeOf(task.etype, attr)?.id ?? `#${attr}`;
  return {
    eid: idText(task.eid),
    points: task.points.map((point) => ({ ...point, attr: named(point.attr) })),
    ...(task.ttl === undefined ? {} : { ttl: task.ttl }),
    ...(task.isDelete === undefined ? {} : { delete: true }),
    ...(task.refresh === undefined ? {} : { refresh: true }),
    ...(task.links === undefined ? {} : { links: task.links }),
    ...(task.piecework === undefined ? {} : { piecework: task.piecework }),
  };
}
