/**
 * What the tasks of one partition have changed and has not been written: gathered in memory, each row once however many
 * tasks changed it, and made to bytes when it is written.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import { assert, textOf } from '../core/internal.js';
import type { StoredChange } from './change-codec.js';
import type { ChangeWriter } from './change-writer.js';
import { encodeCursor } from './cursor-codec.js';
import type { Put, StateEnvironment } from './environment.js';
import { encodeChunk } from './item-codec.js';
import type { EntityAddress, LinkSource } from './keys.js';
import * as keys from './keys.js';
import type { PartitionCursor } from './lane.js';
import { type LinkState, linkRow } from './link-row.js';
import { numberRow } from './number-row.js';
import type { Chunk, EntityRecord } from './record.js';
import { encodeRecord } from './record-codec.js';
import type { Table } from './table.js';

/** An entity of the partition: the number of its type, and its id. */
export type OwnEntity = Omit<EntityAddress, 'partition'>;

/** A changed row of a table: no value removes it. */
interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** A record, or undefined when it goes. */
export interface ChangedRecord {
  readonly entity: OwnEntity;
  readonly record: EntityRecord | undefined;
}

/** A chunk, or the key of one that goes. */
export interface ChangedChunk {
  readonly entity: OwnEntity;
  readonly attr: number;
  readonly chunk: Omit<Chunk, 'items'> & Partial<Chunk>;
}

/** A link as it is now, or undefined when it goes. */
export interface ChangedLink {
  readonly target: OwnEntity;
  readonly source: LinkSource;
  readonly link: LinkState | undefined;
}

/** A cursor as whoever works on the tasks moves it: changes are numbered when they are sealed. */
export type MovedCursor = Omit<PartitionCursor, 'changeNext'>;

export class Effects {
  readonly partition: number;
  /** By {@link entityText}. */
  readonly records = new Map<string, ChangedRecord>();
  /** The incarnation that was deleted, or undefined when the entity is there again. By {@link entityText}. */
  readonly tombstones = new Map<string, { readonly entity: OwnEntity; incarnation?: number }>();
  /** By {@link attributeText}, then `t1/no`. */
  readonly chunks = new Map<string, Map<string, ChangedChunk>>();
  /** By {@link entityText} of the target, then {@link sourceText}. */
  readonly links = new Map<string, Map<string, ChangedLink>>();
  /** Entity type number -> how many there are. */
  readonly counts = new Map<number, number>();
  /** Where the partition is when all of it is done; nothing is written without. */
  cursor: MovedCursor | undefined;
  /** For readers of changes, in the order of the tasks. */
  readonly changes: StoredChange[] = [];
  readonly #outbox = new Map<number, Change>();
  readonly #deadLetters = new Map<number, Change>();
  readonly #notes = new Map<string, Change>();
  #chunkCount = 0;
  #linkCount = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  /** Rows that will be written, about. */
  get size(): number {
    const { records, tombstones, counts } = this;
    const rows = this.#outbox.size + this.#deadLetters.size + this.#notes.size;
    const gathered = this.#chunkCount + this.#linkCount + (this.changes.length > 0 ? 1 : 0);
    return records.size + tombstones.size + counts.size + gathered + rows;
  }

  get isEmpty(): boolean {
    return this.cursor === undefined && this.size === 0;
  }

  setRecord(entity: OwnEntity, record: EntityRecord | undefined): void {
    this.records.set(entityText(entity), { entity, record });
  }

  setTombstone(entity: OwnEntity, incarnation: number | undefined): void {
    const stone = incarnation === undefined ? { entity } : { entity, incarnation };
    this.tombstones.set(entityText(entity), stone);
  }

  setChunk(changed: ChangedChunk): void {
    const { t1, no } = changed.chunk;
    const ofAttribute = inner(this.chunks, attributeText(changed.entity, changed.attr));
    if (!ofAttribute.has(`${t1}/${no}`)) this.#chunkCount++;
    ofAttribute.set(`${t1}/${no}`, changed);
  }

  setLink(changed: ChangedLink): void {
    const ofTarget = inner(this.links, entityText(changed.target));
    if (!ofTarget.has(sourceText(changed.source))) this.#linkCount++;
    ofTarget.set(sourceText(changed.source), changed);
  }

  /** A derived entry for `target`; no bytes: it has arrived. A row's number never comes back. */
  setOutbox(target: number, number: number, bytes: Uint8Array | undefined): void {
    this.#outbox.set(number, { key: keys.outboxKey(this.partition, target, number), value: bytes });
  }

  setDeadLetter(number: number, bytes: Uint8Array | undefined): void {
    this.#deadLetters.set(number, {
      key: keys.deadLetterKey(this.partition, number),
      value: bytes,
    });
  }

  setNote(name: string, bytes: Uint8Array | undefined): void {
    this.#notes.set(name, { key: keys.noteKey(this.partition, name), value: bytes });
  }

  /**
   * The rows, the changes numbered by `writer` as of `at` (epoch ms), the cursor last. Throws VALUE_NOT_STORABLE, naming the
   * entity, when a record or chunk cannot be made to bytes.
   */
  seal(
    { tables }: StateEnvironment,
    version: number,
    { writer, at }: { readonly writer: ChangeWriter; readonly at: number },
  ): Put[] {
    assert(this.cursor !== undefined, `a cursor in the commit of partition ${this.partition}`);
    const puts: Put[] = [];
    for (const { entity, record } of this.records.values()) {
      const value = record && named(entity, () => encodeRecord(record));
      puts.push({ table: tables.records, key: keys.entityKey(this.#own(entity)), value });
    }
    for (const { entity, incarnation } of this.tombstones.values()) {
      const value = incarnation === undefined ? undefined : numberRow(incarnation);
      puts.push({ table: tables.tombstones, key: keys.entityKey(this.#own(entity)), value });
    }
    this.#sealChunks(tables.history, puts);
    this.#sealLinks(tables.links, puts);
    for (const [etype, count] of this.counts) {
      const key = keys.countKey(etype, this.partition);
      puts.push({ table: tables.counts, key, value: numberRow(count) });
    }
    for (const change of this.#outbox.values()) puts.push({ table: tables.outbox, ...change });
    for (const change of this.#deadLetters.values())
      puts.push({ table: tables.deadLetters, ...change });
    for (const change of this.#notes.values()) puts.push({ table: tables.notes, ...change });
    const key = keys.partitionKey(this.partition);
    puts.push(...writer.seal(this.changes, at));
    const cursor = { ...this.cursor, changeNext: writer.next };
    puts.push({ table: tables.cursors, key, value: encodeCursor(cursor), version });
    return puts;
  }

  #sealChunks(table: Table, puts: Put[]): void {
    for (const ofAttribute of this.chunks.values()) {
      for (const { entity, attr, chunk } of ofAttribute.values()) {
        const { items } = chunk;
        const key = keys.chunkKey(this.#own(entity), attr, chunk.t1, chunk.no);
        puts.push({ table, key, value: items && named(entity, () => encodeChunk(items)) });
      }
    }
  }

  #sealLinks(table: Table, puts: Put[]): void {
    for (const ofTarget of this.links.values()) {
      for (const { target, source, link } of ofTarget.values()) {
        const value = link && linkRow(link);
        puts.push({ table, key: keys.linkKey(this.#own(target), source), value });
      }
    }
  }

  #own(entity: OwnEntity): EntityAddress {
    return { etype: entity.etype, partition: this.partition, eid: entity.eid };
  }
}

/** An entity of the partition as the key of a map. */
export function entityText(entity: OwnEntity): string {
  return `${entity.etype} ${entity.eid}`;
}

export function attributeText(entity: OwnEntity, attr: number): string {
  return `${attr} ${entityText(entity)}`;
}

export function sourceText(source: LinkSource): string {
  return `${source.attr} ${source.etype} ${source.eid}`;
}

function inner<V>(of: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = of.get(key);
  if (found === undefined) {
    found = new Map();
    of.set(key, found);
  }
  return found;
}

function named(entity: OwnEntity, encode: () => Uint8Array): Uint8Array {
  try {
    return encode();
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    const { code, message } = cause;
    const whose = `entity ${textOf(entity.eid)} of type number ${entity.etype}`;
    throw new CodedError<string>(code, `${whose}: ${message}`, { cause });
  }
}
