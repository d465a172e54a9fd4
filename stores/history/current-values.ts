/**
 * What an entity is at an instant: every attribute's value then, from nothing but its record and the chunks that
 * matter. Computed when read, never stored.
 *
 *   { eid, <plain>: value, <single>: value, "<single>#c": 0.8, <multi>: [a, b], "<multi>#c": [1, 0.4] }
 *
 * Timeseries and mirrors have no value here; an attribute that has none at that instant is absent.
 * Runs on: any.
 */
import type { Chunk, EntityRecord, Item } from '../record.js';
import type { Attribute } from '../schema/attribute.js';
import type { EntityId } from '../schema/entity-id.js';
import type { EntityType } from '../schema/entity-type.js';
import { keepGreatest } from './retention.js';
import { chunksForInstant } from './spill.js';
import { joinItems } from './timeline.js';
import { candidatesAt, keyOf, type ValueAt, valuesAt } from './value-at.js';

/** Attribute numbers of the folder. */
export interface AttributeNumbers {
  attrNo(etype: string, attr: string): number;
}

/** Chunks of an attribute of the entity at hand whose t1 lies in the range, both ends included, in any order. */
export type ReadChunks = (attribute: number, t1From: number, t1To: number) => readonly Chunk[];

/** An entity, and how to read what is not in its record. */
export interface Stored {
  readonly entity: EntityType;
  readonly eid: EntityId;
  readonly record: EntityRecord;
  readonly numbers: AttributeNumbers;
  readonly readChunks: ReadChunks;
}

/** Attribute -> value as stored, `attr#c` -> confidence, `eid`. */
export type CurrentValues = { eid: EntityId } & Record<string, unknown>;

/** The values at `t`, epoch ms. Nothing in it is a copy: values are never changed in place. */
export function currentValues(stored: Stored, t: number): CurrentValues {
  const values: CurrentValues = { eid: stored.eid };
  for (const attribute of stored.entity.list) {
    if (attribute.mirrors !== undefined || attribute.kind === 'timeseries') continue;
    const number = stored.numbers.attrNo(stored.entity.id, attribute.id);
    if (attribute.kind === 'plain') {
      const plain = stored.record.plain.get(number);
      if (plain !== undefined) values[attribute.id] = plain.v;
      continue;
    }
    const found = observedAt(stored, attribute, number, t);
    if (found.length === 0) continue;
    values[attribute.id] = attribute.isMultiValue ? found.map((one) => one.v) : found[0]!.v;
    values[`${attribute.id}#c`] = attribute.isMultiValue
      ? found.map((one) => one.confidence)
      : found[0]!.confidence;
  }
  return values;
}

/** The same values as the API prints them. */
export function printValues(entity: EntityType, values: CurrentValues): Record<string, unknown> {
  const printed: Record<string, unknown> = { ...values };
  for (const { id, type, isMultiValue } of entity.list) {
    if (type === undefined || !Object.hasOwn(values, id)) continue;
    const value = values[id];
    printed[id] = isMultiValue
      ? (value as unknown[]).map((one) => type.toJson(one))
      : type.toJson(value);
  }
  return printed;
}

/** One piece of evidence for or against the value of an attribute at an instant. */
export interface Evidence {
  /** Value as stored. */
  readonly v: unknown;
  /** What it is worth at that instant; undefined for a plain value. */
  readonly confidence: number | undefined;
  /** It carries a value that the attribute has then; others have been outweighed. */
  readonly isValue: boolean;
  /** Epoch ms; undefined for a plain value. */
  readonly t1: number | undefined;
  readonly t2: number | undefined;
  /** When a plain value was received, epoch ms. */
  readonly at: number | undefined;
  /** Task of the partition that brought it: log number * 2 + lane. */
  readonly seq: number;
  /** Data-points merged in it. */
  readonly weight: number;
  readonly src: string | undefined;
  /** `module.hook` that derived it. */
  readonly hook: string | undefined;
}

/** What made the values of an attribute at `t`, in stored order; empty where it has none. */
export function explainValue(stored: Stored, attribute: Attribute, t: number): Evidence[] {
  if (attribute.mirrors !== undefined || attribute.kind === 'timeseries') return [];
  const number = stored.numbers.attrNo(stored.entity.id, attribute.id);
  if (attribute.kind === 'plain') return explainPlain(stored.record, number);
  const items = itemsAt(stored, attribute, number, t);
  const chosen = new Set(valuesAt(items, attribute, t).map((one) => keyOf(attribute, one.item)));
  return candidatesAt(items, attribute, t).map(({ item, confidence }) => ({
    v: item.v,
    confidence,
    isValue: chosen.has(keyOf(attribute, item)),
    t1: item.t1,
    t2: item.t2,
    at: undefined,
    seq: item.seq,
    weight: item.weight,
    src: item.src,
    hook: item.hook,
  }));
}

/** The values of one observations attribute at `t`, with confidence and the item each is taken from. */
export function observedAt(
  stored: Stored,
  attribute: Attribute,
  number: number,
  t: number,
): ValueAt[] {
  return valuesAt(itemsAt(stored, attribute, number, t), attribute, t);
}

/** The items that decide the values at `t`. */
function itemsAt(stored: Stored, attribute: Attribute, number: number, t: number): readonly Item[] {
  const { record, readChunks } = stored;
  const inline = record.items.get(number) ?? [];
  const range = chunksForInstant(attribute, record.spilled.get(number), inline, t);
  const items =
    range === undefined ? inline : joinItems(readChunks(number, range.t1From, range.t1To), inline);
  return keepGreatest(items, attribute.history.maxItems);
}

function explainPlain(record: EntityRecord, number: number): Evidence[] {
  const plain = record.plain.get(number);
  if (plain === undefined) return [];
  const { v, at, seq, src, hook } = plain;
  const unset = { confidence: undefined, t1: undefined, t2: undefined };
  return [{ v, ...unset, isValue: true, at, seq, weight: 1, src, hook }];
}
