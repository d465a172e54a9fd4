/**
 * One stored entity as reads see it: its record, and what lies beside it, fetched when it is asked for. Histories hold to
 * the retention of their attribute, though the store may still have more.
 * Runs on: any.
 */
import {
  type Attribute,
  type EntityId,
  type Item,
  itemsBetween,
  type PlainValue,
  type Stored,
} from '../../stores/internal.js';

/** Good for the turn it was read in. */
export interface StoredRecord extends Stored {
  /** Of a mirror: the entities whose links point here. */
  mirrored(attribute: Attribute): readonly EntityId[];
}

/** Both inclusive, epoch ms; undefined is open. */
export interface Dates {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export function plainOf(stored: StoredRecord, attribute: Attribute): PlainValue | undefined {
  return stored.record.plain.get(stored.numbers.attrNo(attribute.entity, attribute.id));
}

/** The items that overlap the dates, in their order, as retention leaves them at `now`. */
export function itemsOf(
  stored: StoredRecord,
  attribute: Attribute,
  dates: Dates,
  now: number,
): readonly Item[] {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = dates;
  const items = itemsBetween(stored, attribute, { from, to });
  const { maxAgeMs } = attribute.history;
  return maxAgeMs === undefined ? items : items.filter((item) => item.t2 >= now - maxAgeMs);
}
