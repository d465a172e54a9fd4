/**
 * Merging of equal neighbours, DP³'s aggregation: in stored order, an item joins the one before it if the values are equal
 * and the two touch, `A.t2 + post >= B.t1 - pre`. The result reaches from the first t1 to the greatest t2; its
 * confidence is the mean of all data-points in it, each counting once however often and in whichever steps it is merged.
 * With one value at a time, a different value in between ends the run; of a multi-value attribute each value has its run.
 *
 * Origins are never mixed: only items of the same source (`src`) and the same hook are merged, so that every item still
 * says who claims it, and what one module derived can be told, and taken away, from everything else. Two sources that
 * report the same value side by side therefore keep an item each; the more confident one is the value.
 * Runs on: any.
 */
import type { Item } from '../record.js';
import type { Attribute } from '../schema/attribute.js';
import { keyOf } from './value-at.js';

/**
 * The items merged, in order; `items` itself where nothing merges. `spilledT1Max` is the greatest t1 of items that are
 * not here: with one value at a time nothing merges across it, since what lies there may differ.
 */
export function mergeItems(
  items: readonly Item[],
  attribute: Attribute,
  spilledT1Max = -Infinity,
): readonly Item[] {
  const merged: Item[] = [];
  let running = new Map<unknown, Map<string, number>>();
  for (const item of items) {
    const key = keyOf(attribute, item);
    let places = running.get(key);
    if (places === undefined) {
      places = new Map();
      if (!attribute.isMultiValue) running = new Map();
      running.set(key, places);
    }
    const origin = originOf(item);
    const place = places.get(origin);
    const before = place === undefined ? undefined : merged[place];
    const isApart = !attribute.isMultiValue && before !== undefined && before.t1 <= spilledT1Max;
    if (before !== undefined && !isApart && touch(before, item, attribute)) {
      merged[place as number] = mergeTwo(before, item);
    } else {
      places.set(origin, merged.length);
      merged.push(item);
    }
  }
  return merged.length === items.length ? items : merged;
}

/** Same text for items that may be merged as far as their origin goes. */
export function originOf(item: Item): string {
  const { src, hook } = item;
  if (src === undefined && hook === undefined) return '';
  // The length tells where the one ends and the other begins.
  return `${src === undefined ? '' : src.length}:${src ?? ''}${hook === undefined ? '' : `:${hook}`}`;
}

function touch(a: Item, b: Item, attribute: Attribute): boolean {
  const { preValidityMs, postValidityMs } = attribute.history;
  return a.t2 + postValidityMs >= b.t1 - preValidityMs;
}

function mergeTwo(a: Item, b: Item): Item {
  const weight = a.weight + b.weight;
  const c = a.c === b.c ? a.c : (a.c * a.weight + b.c * b.weight) / weight;
  return { ...a, t2: Math.max(a.t2, b.t2), c, weight };
}
