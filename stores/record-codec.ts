/**
 * Records to bytes and back. Opening a record reads its head and where each column of each attribute lies; what
 * lies there is read when it is asked for, and what nobody set is copied as it is. So a task that touches two of ten
 * attributes pays for two.
 *
 *   record  tag | createdAt revision incarnation ttl tasks | count column*
 *   column  attribute * 4 + kind | size | its bytes          kind 0 plain, 1 items, 2 spilled
 *
 * Runs on: any.
 */
import { ByteReader } from './byte-reader.js';
import { type ByteWriter, writeBytes } from './byte-writer.js';
import {
  readItems,
  readPlain,
  readSpilled,
  writeItems,
  writePlain,
  writeSpilled,
} from './item-codec.js';
import type { AttributeMap, EntityRecord, Item, PlainValue, Spilled } from './record.js';
import { setOwn } from './value-codec.js';

/** Format of a record; another one gets another number. */
const RECORD_TAG = 0x11;
const PLAIN = 0;
const ITEMS = 1;
const SPILLED = 2;
const KINDS = 4;
const COLUMN_BYTES_MIN = 3;

/** Throws VALUE_NOT_STORABLE. */
export function encodeRecord(record: EntityRecord): Uint8Array<ArrayBuffer> {
  return writeBytes((writer) => writeRecord(writer, record));
}

/**
 * The record in `bytes`, which it reads from as long as it lives: give it bytes that nobody changes. Bytes that are no
 * record throw STORED_BYTES_INVALID, here or when the damaged attribute is asked for.
 */
export function decodeRecord(bytes: Uint8Array): EntityRecord {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== RECORD_TAG) throw reader.fault(`a record of format ${RECORD_TAG}`);
  const createdAt = reader.instant(0);
  const revision = reader.varint();
  const incarnation = reader.varint();
  const ttl = readTokens(reader, createdAt);
  const tasks = readTasks(reader);
  const plain = new Column<PlainValue>(bytes, readPlain);
  const items = new Column<readonly Item[]>(bytes, readItems);
  const spilled = new Column<Spilled>(bytes, readSpilled);
  for (let left = reader.count(COLUMN_BYTES_MIN); left > 0; left--) {
    const head = reader.varint();
    const kind = head % KINDS;
    const size = reader.size();
    const column = kind === PLAIN ? plain : kind === ITEMS ? items : spilled;
    if (kind > SPILLED) throw reader.fault('a kind of column');
    const from = reader.skip(size);
    column.place((head - kind) / KINDS, from, from + size);
  }
  reader.finish();
  return { createdAt, revision, incarnation, ttl, plain, items, spilled, tasks };
}

/** A record of its own: a `set` on one is not seen in the other. */
export function copyRecord(record: EntityRecord): EntityRecord {
  return {
    ...record,
    plain: copyColumn(record.plain),
    items: copyColumn(record.items),
    spilled: copyColumn(record.spilled),
  };
}

interface Cell<T> {
  /** Undefined until it is read. */
  value: T | undefined;
  /** Where it lies in the bytes; negative when it has been set since. */
  from: number;
  to: number;
}

class Column<T> implements AttributeMap<T> {
  readonly #bytes: Uint8Array;
  readonly #read: (reader: ByteReader) => T;
  readonly #cells: Map<number, Cell<T>>;

  constructor(bytes: Uint8Array, read: (reader: ByteReader) => T, cells = new Map()) {
    this.#bytes = bytes;
    this.#read = read;
    this.#cells = cells;
  }

  get size(): number {
    return this.#cells.size;
  }

  get(attribute: number): T | undefined {
    const cell = this.#cells.get(attribute);
    if (cell === undefined) return undefined;
    if (cell.value === undefined) {
      const reader = new ByteReader(this.#bytes, cell.from, cell.to);
      cell.value = this.#read(reader);
      reader.finish();
    }
    return cell.value;
  }

  has(attribute: number): boolean {
    return this.#cells.has(attribute);
  }

  // A new cell, since a copy of this column may share the old one.
  set(attribute: number, value: T): void {
    this.#cells.set(attribute, { value, from: -1, to: -1 });
  }

  delete(attribute: number): boolean {
    return this.#cells.delete(attribute);
  }

  keys(): IterableIterator<number> {
    return this.#cells.keys();
  }

  place(attribute: number, from: number, to: number): void {
    this.#cells.set(attribute, { value: undefined, from, to });
  }

  copy(): Column<T> {
    return new Column(this.#bytes, this.#read, new Map(this.#cells));
  }

  writeTo(writer: ByteWriter, kind: number, write: (writer: ByteWriter, value: T) => void): void {
    for (const [attribute, cell] of this.#cells) {
      writer.varint(attribute * KINDS + kind);
      writer.sized(() => {
        if (cell.from >= 0) writer.bytes(this.#bytes, cell.from, cell.to);
        else write(writer, cell.value as T);
      });
    }
  }
}

function writeRecord(writer: ByteWriter, record: EntityRecord): void {
  const { createdAt, plain, items, spilled } = record;
  writer.byte(RECORD_TAG);
  writer.instant(createdAt, 0);
  writer.varint(record.revision);
  writer.varint(record.incarnation);
  writeTokens(writer, record.ttl, createdAt);
  writeTasks(writer, record.tasks);
  writer.varint(plain.size + items.size + spilled.size);
  writeColumn(writer, PLAIN, plain, writePlain);
  writeColumn(writer, ITEMS, items, writeItems);
  writeColumn(writer, SPILLED, spilled, writeSpilled);
}

function writeColumn<T>(
  writer: ByteWriter,
  kind: number,
  column: AttributeMap<T>,
  write: (writer: ByteWriter, value: T) => void,
): void {
  if (column instanceof Column) {
    column.writeTo(writer, kind, write);
    return;
  }
  for (const attribute of column.keys()) {
    writer.varint(attribute * KINDS + kind);
    writer.sized(() => write(writer, column.get(attribute) as T));
  }
}

function copyColumn<T>(column: AttributeMap<T>): AttributeMap<T> {
  if (column instanceof Column) return column.copy() as Column<T>;
  const copy = new Map<number, T>();
  for (const attribute of column.keys()) copy.set(attribute, column.get(attribute) as T);
  return copy;
}

/** Count + 1 and the tokens; 0 for none at all. */
function writeTokens(writer: ByteWriter, ttl: EntityRecord['ttl'], createdAt: number): void {
  if (ttl === undefined) {
    writer.byte(0);
    return;
  }
  const names = Object.keys(ttl);
  writer.varint(names.length + 1);
  for (const name of names) {
    writer.text(name);
    writer.instant(ttl[name]!, createdAt);
  }
}

function readTokens(reader: ByteReader, createdAt: number): EntityRecord['ttl'] {
  const count = reader.count();
  if (count === 0) return undefined;
  const ttl: Record<string, number> = {};
  for (let left = count - 1; left > 0; left--) {
    const name = reader.text();
    setOwn(ttl, name, reader.instant(createdAt));
  }
  return ttl;
}

function writeTasks(writer: ByteWriter, tasks: readonly number[]): void {
  writer.varint(tasks.length);
  let last = 0;
  for (const seq of tasks) {
    writer.signed(seq - last);
    last = seq;
  }
}

function readTasks(reader: ByteReader): number[] {
  const tasks: number[] = [];
  let last = 0;
  for (let left = reader.count(); left > 0; left--) {
    last += reader.signed();
    tasks.push(last);
  }
  return tasks;
}
