/**
 * One entity of a model of one type `thing`, kept as the platform keeps it: a record that is encoded and decoded after
 * every task, and chunks in a map in place of a database. Attribute numbers are 100 + index.
 */
import { type Applied, applyPoints } from '../../stores/apply-points.js';
import type { TaskPoint } from '../../stores/entry-codec.js';
import type { ReadChunks, Stored } from '../../stores/history/current-values.js';
import { decodeChunk, encodeChunk } from '../../stores/item-codec.js';
import { type Chunk, type EntityRecord, newRecord } from '../../stores/record.js';
import { decodeRecord, encodeRecord } from '../../stores/record-codec.js';
import type { Attribute } from '../../stores/schema/attribute.js';
import type { EntityType } from '../../stores/schema/entity-type.js';
import { createModel } from '../../stores/schema/model.js';

const FIRST_NUMBER = 100;

/** The type `thing` with these attributes, each as in an entity file; `other` is a type to link to. */
export function thingWith(attribs: Record<string, object>, lifetime?: object): EntityType {
  const named = Object.fromEntries(
    Object.entries(attribs).map(([id, spec]) => [id, { name: id, ...spec }]),
  );
  const entity = { id: 'thing', name: 'thing', snapshot: true, ...(lifetime && { lifetime }) };
  const other = { entity: { id: 'other', name: 'other', snapshot: true }, attribs: {} };
  const model = createModel([{ entity, attribs: named }, other]);
  if (Array.isArray(model)) throw new Error(JSON.stringify(model));
  return (model as Exclude<typeof model, readonly unknown[]>).entities.get('thing')!;
}

/** The attribute `a` of that specification. */
export function attributeWith(spec: object): Attribute {
  return thingWith({ a: spec }).attributes.get('a')!;
}

/** An observations attribute of ints. */
export function observedInts(history: object = {}, more: object = {}): Attribute {
  return attributeWith({
    type: 'observations',
    data_type: 'int',
    history_params: history,
    ...more,
  });
}

/** What {@link StoredEntity.apply} takes beside the points. */
export interface ApplyOptions {
  readonly receivedAt?: number;
  readonly ttl?: Record<string, number>;
  readonly hook?: string | undefined;
}

export class StoredEntity {
  readonly entity: EntityType;
  record: EntityRecord = newRecord(0);
  readonly chunks = new Map<string, Uint8Array>();
  seq = 0;
  chunkReads = 0;

  constructor(entity: EntityType) {
    this.entity = entity;
  }

  get stored(): Stored {
    const { entity, record, readChunks } = this;
    return { entity, eid: 'x', record, readChunks, numbers: { attrNo: this.attrNo } };
  }

  readonly attrNo = (_etype: string, attr: string): number =>
    FIRST_NUMBER + this.entity.attributes.get(attr)!.index;

  readonly readChunks: ReadChunks = (attribute, t1From, t1To) => {
    this.chunkReads++;
    return [...this.chunks]
      .map(([key, bytes]): Chunk & { attr: number } => {
        const [attr, t1, no] = key.split('/').map(Number) as [number, number, number];
        return { attr, t1, no, items: decodeChunk(bytes) };
      })
      .filter((chunk) => chunk.attr === attribute && chunk.t1 >= t1From && chunk.t1 <= t1To);
  };

  /** Applies one task with these points; attributes by id. */
  apply(
    points: readonly (Omit<TaskPoint, 'attr'> & { readonly attr: string })[],
    options: ApplyOptions = {},
  ): Applied {
    const numbered = points.map((one) => ({ ...one, attr: this.attrNo('thing', one.attr) }));
    this.seq += 2;
    const task = { points: numbered, seq: this.seq, receivedAt: 0, ...options };
    const applied = applyPoints(this.record, task, {
      entity: this.entity,
      attributeOf: (number) => this.entity.list[number - FIRST_NUMBER],
      readChunks: this.readChunks,
    });
    this.write(applied.chunks);
    this.record = decodeRecord(encodeRecord(this.record));
    return applied;
  }

  write(chunks: Applied['chunks']): void {
    for (const { attr, t1, no, items } of chunks) {
      const key = `${attr}/${t1}/${no}`;
      if (items === undefined) this.chunks.delete(key);
      else this.chunks.set(key, encodeChunk(items));
    }
  }
}
