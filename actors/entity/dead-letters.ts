/**
 * Tasks that could not be done, as they are stored and shown: why, and the task itself in a log entry of its own, so that
 * it can be taken in again.
 *
 *   u32 size of the head | head: JSON {reason, message, at, seq} | entry with the one task
 *
 * Pure.
 * Runs on: any.
 */
import {
  type Cause,
  decodeEntry,
  type EntityId,
  encodeEntry,
  idText,
  type LogEntry,
  type ModelNumbers,
  type Origin,
  type Task,
} from '../../stores/internal.js';

/**
 * Why a task is one: a thread died at it twice, or the process three times; our own code failed at it; derivation went too
 * deep, or had too many descendants; the model no longer has what it is about.
 */
export type DeadLetterReason = 'poison' | 'failed' | 'depth' | 'budget' | 'unknown';

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  readonly message: string;
  /** Epoch ms. */
  readonly at: number;
  /** The task of this partition that it is, or that derived it: log number * 2 + lane. */
  readonly seq: number;
  /** With the one task. */
  readonly entry: LogEntry;
}

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

export function encodeDeadLetter({ entry, ...head }: DeadLetter): Uint8Array {
  const text = Buffer.from(JSON.stringify(head));
  const body = encodeEntry(entry);
  const bytes = Buffer.alloc(4 + text.length + body.length);
  bytes.writeUInt32LE(text.length, 0);
  text.copy(bytes, 4);
  bytes.set(body, 4 + text.length);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function decodeDeadLetter(bytes: Uint8Array): DeadLetter {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = 4 + buffer.readUInt32LE(0);
  const head = JSON.parse(buffer.toString('utf8', 4, end)) as Omit<DeadLetter, 'entry'>;
  return { ...head, entry: decodeEntry(bytes.subarray(end)) };
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
  };
}
