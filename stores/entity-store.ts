/**
 * Stored entities, read: records, chunks of older items, links that point at them, counts. What has been committed before
 * the environment's last refresh; what tasks have not committed yet only their partition sees (partition-state.ts).
 * Runs on: any.
 */
import type { Environments, StateEnvironment } from './environment.js';
import type { ChunkRange } from './history/spill.js';
import { decodeChunk } from './item-codec.js';
import type { EntityAddress, LinkSource } from './keys.js';
import * as keys from './keys.js';
import type { LinkState } from './link-row.js';
import { mergeKeys } from './merge-keys.js';
import { readNumberRow } from './number-row.js';
import type { Chunk, EntityRecord } from './record.js';
import { decodeRecord } from './record-codec.js';
import type { EntityId } from './schema/entity-id.js';

/** A link that points at an entity, and where it comes from. */
export interface LinkRow extends LinkState {
  readonly source: LinkSource;
}

/** Some links into an entity, in the order of their keys. */
export interface LinkPage {
  readonly rows: readonly LinkRow[];
  /** What to go on behind; undefined when there are no more. */
  readonly next: LinkSource | undefined;
}

/** An entity of a list. */
export interface StoredEntity {
  readonly eid: EntityId;
  /** Read when it is asked for, within the same turn. */
  record(): EntityRecord;
}

export interface ListOptions {
  /** Only ids after this one. */
  readonly after?: EntityId | undefined;
  readonly countMax: number;
}

/** One per thread. */
export class EntityStore {
  readonly #environment: StateEnvironment;

  constructor(environments: Environments) {
    this.#environment = environments.state;
  }

  /** Undefined when there is no such entity. */
  record(entity: EntityAddress): EntityRecord | undefined {
    const bytes = this.#environment.tables.records.get(keys.entityKey(entity));
    return bytes === undefined ? undefined : decodeRecord(bytes);
  }

  /** The record's bytes, for who only copies or checks them. */
  recordBytes(entity: EntityAddress): Uint8Array | undefined {
    return this.#environment.tables.records.get(keys.entityKey(entity));
  }

  /** The incarnation of an entity that was deleted, 0 when it never was, or is there again. */
  tombstone(entity: EntityAddress): number {
    const row = this.#environment.tables.tombstones.get(keys.entityKey(entity));
    return row === undefined ? 0 : readNumberRow(row);
  }

  /** The chunks of an attribute whose t1 is in the range (both ends included), in order of (t1, no). */
  chunks(entity: EntityAddress, attr: number, range: ChunkRange): Chunk[] {
    const { from, below } = keys.rangeOf(keys.attributePrefix(entity, attr));
    const { t1From, t1To } = range;
    const within = {
      from: t1From === -Infinity ? from : keys.chunkKey(entity, attr, t1From, 0),
      below: t1To === Infinity ? below : keys.rangeOf(keys.chunkPrefix(entity, attr, t1To)).below,
    };
    const end = keys.entityKey(entity).length;
    const chunks: Chunk[] = [];
    for (const { key, value } of this.#environment.tables.history.read(within)) {
      const { t1, no } = keys.readChunkKey(key, end);
      chunks.push({ t1, no, items: decodeChunk(value) });
    }
    return chunks;
  }

  /** How many entities of a type there are, in one partition or in all. */
  count(etype: number, partition?: number): number {
    let count = 0;
    const range = keys.rangeOf(keys.typePrefix(etype, partition));
    for (const { value } of this.#environment.tables.counts.read(range))
      count += readNumberRow(value);
    return count;
  }

  /** Entities of one type in one partition, in order of their ids. */
  listOf(etype: number, partition: number, options: ListOptions): StoredEntity[] {
    const found: StoredEntity[] = [];
    const range = this.#rangeAfter(etype, partition, options.after);
    const { records } = this.#environment.tables;
    for (const key of records.keys(range, { countMax: options.countMax }))
      found.push(this.#at(key));
    return found;
  }

  /** Entities of one type in order of their ids (numbers by value, text by code points), whatever partition has them. */
  list(etype: number, partitions: number, options: ListOptions): StoredEntity[] {
    const { records } = this.#environment.tables;
    const ranges: Iterable<Uint8Array>[] = [];
    for (let partition = 0; partition < partitions; partition++)
      ranges.push(records.keys(this.#rangeAfter(etype, partition, options.after)));
    const found: StoredEntity[] = [];
    if (options.countMax <= 0) return found;
    for (const key of mergeKeys(ranges, ID_AT)) {
      found.push(this.#at(key));
      if (found.length >= options.countMax) break;
    }
    return found;
  }

  #rangeAfter(etype: number, partition: number, after: EntityId | undefined): keys.KeyRange {
    const whole = keys.rangeOf(keys.typePrefix(etype, partition));
    if (after === undefined) return whole;
    const { below } = keys.rangeOf(keys.entityKey({ etype, partition, eid: after }));
    return { from: below, below: whole.below };
  }

  #at(key: Uint8Array): StoredEntity {
    const entity = keys.readEntityKey(key);
    return { eid: entity.eid, record: () => this.record(entity)! };
  }
}

/** Entity type and partition stand before the id. */
const ID_AT = 4;
