/**
 * What remains of an entity's record when an entity it links to has been deleted: a plain link goes, a plain list
 * loses the element, and items whose value contains the link go as a whole.
 * Runs on: any.
 */
import type { AttributeChunk } from './apply-points.js';
import type { ReadChunks } from './history/current-values.js';
import { linkTargets, withoutTarget } from './history/link-targets.js';
import { keepInChunks } from './history/retention.js';
import { EVERYTHING } from './history/spill.js';
import type { EntityRecord, Item } from './record.js';
import type { Attribute } from './schema/attribute.js';
import type { EntityId } from './schema/entity-id.js';

/** What is to be removed, and how to read what is not in the record. */
export interface LinkRemoval {
  readonly attribute: Attribute;
  /** Its number. */
  readonly number: number;
  /** Id of the deleted entity. */
  readonly eid: EntityId;
  readonly readChunks: ReadChunks;
}

/**
 * Removes every link of one attribute to one entity from `record`, counting a revision if anything was removed. Gives
 * the chunks that change; undefined when there was no such link.
 */
export function removeLinks(
  record: EntityRecord,
  removal: LinkRemoval,
): readonly AttributeChunk[] | undefined {
  const isRemoved =
    removal.attribute.kind === 'plain'
      ? removeFromPlain(record, removal)
      : removeFromInline(record, removal);
  const chunks = removeFromChunks(record, removal);
  if (!isRemoved && chunks.length === 0) return undefined;
  record.revision++;
  return chunks;
}

function removeFromPlain(record: EntityRecord, { attribute, number, eid }: LinkRemoval): boolean {
  const plain = record.plain.get(number);
  if (plain === undefined || attribute.type === undefined) return false;
  const v = withoutTarget(attribute.type, plain.v, eid);
  if (v === plain.v) return false;
  if (v === undefined) record.plain.delete(number);
  else record.plain.set(number, { ...plain, v });
  return true;
}

function removeFromInline(record: EntityRecord, removal: LinkRemoval): boolean {
  const { number } = removal;
  const items = record.items.get(number);
  if (items === undefined) return false;
  const left = items.filter((item) => isWithout(item, removal));
  if (left.length === items.length) return false;
  if (left.length === 0) record.items.delete(number);
  else record.items.set(number, left);
  return true;
}

function removeFromChunks(record: EntityRecord, removal: LinkRemoval): AttributeChunk[] {
  const { number, readChunks } = removal;
  const spilled = record.spilled.get(number);
  if (spilled === undefined) return [];
  const chunks = readChunks(number, EVERYTHING.t1From, EVERYTHING.t1To);
  const { changes, spilled: left } = keepInChunks(spilled, chunks, (item) =>
    isWithout(item, removal),
  );
  if (left === undefined) record.spilled.delete(number);
  else if (left !== spilled) record.spilled.set(number, left);
  return changes.map((change) => ({ ...change, attr: number }));
}

function isWithout(item: Item, { attribute, eid }: LinkRemoval): boolean {
  return attribute.type === undefined || !linkTargets(attribute.type, item.v).includes(eid);
}
