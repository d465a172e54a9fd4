/**
 * One row of a partition's log, as object and as bytes: what was accepted together, with where it came from and what
 * it is still allowed to cause. The log outlives every version of the program, so the bytes carry a format tag, numbers
 * instead of names, and nothing that must be learned from other rows.
 *
 *   tag | receivedAt schema origin cause depth budget | count task*        task: etype eid flags point* ttl? link* piecework?
 *
 * Times are written as distances from receivedAt; a source that was named before in the row, by its position.
 * Runs on: any.
 */
import { ByteReader } from './byte-reader.js';
import { type ByteWriter, writeBytes } from './byte-writer.js';
import { readKnownText, writeKnownText } from './known-text.js';
import { type Piecework, readPiecework, writePiecework } from './piecework.js';
import type { EntityId } from './schema/entity-id.js';
import { readEntityId, readValue, writeValue } from './value-codec.js';

/** Who made an entry. */
export type Origin =
  | { readonly by: 'api' }
  | {
      readonly by: 'hook';
      readonly module: string;
      readonly hook: string;
      /** Generation of the module's configuration it ran under. */
      readonly generation: number;
    }
  /** The platform itself, keeping links in step. */
  | { readonly by: 'links' };

/** The task that a derived entry follows from. */
export interface Cause {
  readonly partition: number;
  /** Log number * 2 + lane, in that partition. */
  readonly seq: number;
}

/** One data-point of a task, validated. Plain: t1 = t2 = 0. Timeseries: `v` is a SeriesValue. */
export interface TaskPoint {
  /** Attribute number. */
  readonly attr: number;
  readonly v: unknown;
  readonly t1: number;
  readonly t2: number;
  readonly c: number;
  readonly src?: string | undefined;
}

/**
 * A change of links that other entities made. `add`, `remove`: that entity's attribute points here, until then, or no
 * longer. `unlink`: the entity that this one's attribute points to was deleted.
 */
export type LinkChange =
  | {
      readonly op: 'add';
      /** Entity type number, id and attribute number of the entity that points here. */
      readonly etype: number;
      readonly eid: EntityId;
      readonly attr: number;
      /** Epoch ms; Infinity for a plain attribute. */
      readonly until: number;
    }
  | {
      readonly op: 'remove';
      readonly etype: number;
      readonly eid: EntityId;
      readonly attr: number;
    }
  | {
      readonly op: 'unlink';
      /** Entity type number and id of the deleted entity. */
      readonly etype: number;
      readonly eid: EntityId;
      /** Attribute number, of the entity that the task is for. */
      readonly attr: number;
    };

/** Everything one entry says of one entity. */
export interface Task {
  /** Entity type number. */
  readonly etype: number;
  readonly eid: EntityId;
  readonly points: readonly TaskPoint[];
  /** Token -> epoch ms. */
  readonly ttl?: Readonly<Record<string, number>> | undefined;
  readonly isDelete?: true | undefined;
  /** With `isDelete`: what others have of the entity goes too, whether it is there or not; see erase-ledger.ts. */
  readonly isErase?: true | undefined;
  readonly links?: readonly LinkChange[] | undefined;
  /** Creation hooks run again although the entity exists. */
  readonly refresh?: true | undefined;
  /** Work of its partition that it goes on with. Such a task has nothing else to do. */
  readonly piecework?: Piecework | undefined;
}

/** One row of a log. It takes as many numbers as it has tasks. */
export interface LogEntry {
  /** When it was accepted, epoch ms. */
  readonly receivedAt: number;
  /** Version of the model its numbers and values belong to. */
  readonly schema: number;
  readonly origin: Origin;
  /** Undefined for what came from outside. */
  readonly cause: Cause | undefined;
  /** How many causes deep it is derived; 0 from outside. */
  readonly depth: number;
  /** Descendants it may still have. */
  readonly budget: number;
  readonly tasks: readonly Task[];
}

/** How a derived item names what made it, see Item.hook; undefined for what came from outside. */
export function hookOf(origin: Origin): string | undefined {
  return origin.by === 'hook' ? `${origin.module}.${origin.hook}` : undefined;
}

/** Throws VALUE_NOT_STORABLE, naming what cannot be stored. Optional fields that are undefined come back absent. */
export function encodeEntry(entry: LogEntry): Uint8Array<ArrayBuffer> {
  return writeBytes((writer) => writeEntry(writer, entry));
}

/** Entries one after the other in the same bytes, and how many are each one's: what goes to one place travels as one. */
export function encodeEntries(entries: readonly LogEntry[]): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sizes: readonly number[];
} {
  const sizes: number[] = [];
  const bytes = writeBytes((writer) => {
    for (const entry of entries) {
      const from = writer.position;
      writeEntry(writer, entry);
      sizes.push(writer.position - from);
    }
  });
  return { bytes, sizes };
}

/** What {@link encodeEntry} made; shares no memory with `bytes`. Other bytes are STORED_BYTES_INVALID. */
export function decodeEntry(bytes: Uint8Array): LogEntry {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== ENTRY_TAG) throw reader.fault(`a log entry of format ${ENTRY_TAG}`);
  const receivedAt = reader.instant(0);
  const schema = reader.varint();
  const origin = readOrigin(reader);
  const cause = readCause(reader);
  const depth = reader.varint();
  const budget = reader.varint();
  const texts: string[] = [];
  const tasks: Task[] = [];
  for (let left = reader.count(TASK_BYTES_MIN); left > 0; left--)
    tasks.push(readTask(reader, receivedAt, texts));
  reader.finish();
  return { receivedAt, schema, origin, cause, depth, budget, tasks };
}

/** Format of an entry; another one gets another number. */
const ENTRY_TAG = 0x22;
const ORIGINS = ['api', 'hook', 'links'] as const;
const LINK_OPS = ['add', 'remove', 'unlink'] as const;
const TASK_BYTES_MIN = 4;
const POINT_BYTES_MIN = 2;
const LINK_BYTES_MIN = 4;

/** Flags of a task. */
const DELETES = 1;
const REFRESHES = 2;
const HAS_TTL = 4;
const HAS_LINKS = 8;
const HAS_PIECEWORK = 16;
const ERASES = 32;

/** Flags of a point. */
const HAS_TIMES = 1;
const IS_INSTANT = 2;
const HAS_CONFIDENCE = 4;
const HAS_SOURCE = 8;

function writeEntry(writer: ByteWriter, entry: LogEntry): void {
  const { origin, cause, receivedAt } = entry;
  writer.byte(ENTRY_TAG);
  writer.instant(receivedAt, 0);
  writer.varint(entry.schema);
  writer.byte(ORIGINS.indexOf(origin.by));
  if (origin.by === 'hook') {
    writer.text(origin.module);
    writer.text(origin.hook);
    writer.varint(origin.generation);
  }
  writer.byte(cause === undefined ? 0 : 1);
  if (cause !== undefined) {
    writer.varint(cause.partition);
    writer.varint(cause.seq);
  }
  writer.varint(entry.depth);
  writer.varint(entry.budget);
  writer.varint(entry.tasks.length);
  const texts: string[] = [];
  for (const task of entry.tasks) writeTask(writer, task, receivedAt, texts);
}

function readOrigin(reader: ByteReader): Origin {
  const by = ORIGINS[reader.byte()];
  if (by === undefined) throw reader.fault('an origin');
  if (by !== 'hook') return { by };
  return { by, module: reader.text(), hook: reader.text(), generation: reader.varint() };
}

function readCause(reader: ByteReader): Cause | undefined {
  const has = reader.byte();
  if (has > 1) throw reader.fault('a cause or none');
  return has === 0 ? undefined : { partition: reader.varint(), seq: reader.varint() };
}

function writeTask(writer: ByteWriter, task: Task, receivedAt: number, texts: string[]): void {
  const { ttl, links, piecework } = task;
  writer.varint(task.etype);
  writeValue(writer, task.eid);
  writer.byte(
    (task.isDelete === true ? DELETES : 0) |
      (task.refresh === true ? REFRESHES : 0) |
      (ttl === undefined ? 0 : HAS_TTL) |
      (links === undefined ? 0 : HAS_LINKS) |
      (piecework === undefined ? 0 : HAS_PIECEWORK) |
      (task.isErase === true ? ERASES : 0),
  );
  writer.varint(task.points.length);
  for (const point of task.points) writePoint(writer, point, receivedAt, texts);
  if (ttl !== undefined) writeValue(writer, ttl);
  if (links !== undefined) {
    writer.varint(links.length);
    for (const link of links) writeLink(writer, link, receivedAt);
  }
  if (piecework !== undefined) writePiecework(writer, piecework);
}

function readTask(reader: ByteReader, receivedAt: number, texts: string[]): Task {
  const etype = reader.varint();
  const eid = readEntityId(reader);
  const flags = reader.byte();
  if (flags >= 2 * ERASES) throw reader.fault('the flags of a task');
  const points: TaskPoint[] = [];
  for (let left = reader.count(POINT_BYTES_MIN); left > 0; left--)
    points.push(readPoint(reader, receivedAt, texts));
  const task: { -readonly [Field in keyof Task]: Task[Field] } = { etype, eid, points };
  // Nearly every task has none of these: spreading nothing into it takes a fifth of the time to read it.
  if ((flags & HAS_TTL) !== 0) task.ttl = readTtl(reader);
  if ((flags & DELETES) !== 0) task.isDelete = true;
  if ((flags & ERASES) !== 0) task.isErase = true;
  if ((flags & HAS_LINKS) !== 0) task.links = readLinks(reader, receivedAt);
  if ((flags & REFRESHES) !== 0) task.refresh = true;
  if ((flags & HAS_PIECEWORK) !== 0) task.piecework = readPiecework(reader);
  return task;
}

function readTtl(reader: ByteReader): Record<string, number> {
  const ttl = readValue(reader);
  if (typeof ttl !== 'object' || ttl === null || Array.isArray(ttl))
    throw reader.fault('ttl tokens');
  if (Object.values(ttl).some((at) => typeof at !== 'number')) throw reader.fault('ttl tokens');
  return ttl as Record<string, number>;
}

function writePoint(writer: ByteWriter, point: TaskPoint, receivedAt: number, texts: string[]) {
  const { t1, t2, c, src } = point;
  const hasTimes = t1 !== 0 || t2 !== 0;
  writer.varint(point.attr);
  writer.byte(
    (hasTimes ? HAS_TIMES : 0) |
      (t1 === t2 ? IS_INSTANT : 0) |
      (c === 1 ? 0 : HAS_CONFIDENCE) |
      (src === undefined ? 0 : HAS_SOURCE),
  );
  if (hasTimes) writer.instant(t1, receivedAt);
  if (t1 !== t2) writer.instant(t2, t1);
  if (c !== 1) writer.float(c);
  if (src !== undefined) writeKnownText(writer, src, texts);
  writeValue(writer, point.v);
}

function readPoint(reader: ByteReader, receivedAt: number, texts: string[]): TaskPoint {
  const attr = reader.varint();
  const flags = reader.byte();
  if (flags >= 2 * HAS_SOURCE) throw reader.fault('the flags of a data-point');
  const t1 = (flags & HAS_TIMES) === 0 ? 0 : reader.instant(receivedAt);
  const t2 = (flags & IS_INSTANT) !== 0 ? t1 : reader.instant(t1);
  const c = (flags & HAS_CONFIDENCE) === 0 ? 1 : reader.float();
  const src = (flags & HAS_SOURCE) === 0 ? undefined : readKnownText(reader, texts);
  const v = readValue(reader);
  return src === undefined ? { attr, v, t1, t2, c } : { attr, v, t1, t2, c, src };
}

function writeLink(writer: ByteWriter, link: LinkChange, receivedAt: number): void {
  writer.byte(LINK_OPS.indexOf(link.op));
  writer.varint(link.etype);
  writeValue(writer, link.eid);
  writer.varint(link.attr);
  if (link.op === 'add') writer.instant(link.until, receivedAt);
}

function readLinks(reader: ByteReader, receivedAt: number): LinkChange[] {
  const links: LinkChange[] = [];
  for (let left = reader.count(LINK_BYTES_MIN); left > 0; left--) {
    const op = LINK_OPS[reader.byte()];
    if (op === undefined) throw reader.fault('a change of links');
    const etype = reader.varint();
    const eid = readEntityId(reader);
    const attr = reader.varint();
    links.push(
      op === 'add'
        ? { op, etype, eid, attr, until: reader.instant(receivedAt) }
        : { op, etype, eid, attr },
    );
  }
  return links;
}
