/**
 * The past of one attribute as it is read: items that overlap an interval, wherever they are stored, and the samples of
 * a timeseries within it.
 * Runs on: any.
 */
import type { Item } from '../record.js';
import type { Attribute } from '../schema/attribute.js';
import type { Stored } from './current-values.js';
import { keepGreatest } from './retention.js';
import { type Sample, samplesOf } from './series.js';
import { chunksForInterval, EVERYTHING } from './spill.js';
import { joinItems } from './timeline.js';

/** Both ends belong to it; epoch ms, infinite ends allowed. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The items of an observations or timeseries attribute that overlap, in stored order. */
export function itemsBetween(stored: Stored, attribute: Attribute, interval: Interval): Item[] {
  const { record, numbers, readChunks } = stored;
  const { from, to } = interval;
  const number = numbers.attrNo(stored.entity.id, attribute.id);
  const inline = record.items.get(number) ?? [];
  const spilled = record.spilled.get(number);
  const { maxItems } = attribute.history;
  const total = inline.length + (spilled?.items ?? 0);
  // Who is beyond maxItems is known only from all of them.
  const isOverfull = spilled !== undefined && maxItems !== undefined && total > maxItems;
  const range = isOverfull ? EVERYTHING : chunksForInterval(spilled, from, to);
  const items =
    range === undefined ? inline : joinItems(readChunks(number, range.t1From, range.t1To), inline);
  return keepGreatest(items, maxItems).filter((item) => item.t1 <= to && item.t2 >= from);
}

/** The samples of a timeseries within the interval, chunk by chunk in stored order. */
export function samplesBetween(stored: Stored, attribute: Attribute, interval: Interval): Sample[] {
  return itemsBetween(stored, attribute, interval).flatMap((item) =>
    samplesOf(item, attribute, interval.from, interval.to),
  );
}
