/**
 * Value and confidence of an observations attribute at an instant, as a function of its items.
 *
 *      c ┤        ┌──────────────┐                  pre: confidence climbs over preValidityMs before t1
 *        │      ╱ │              │ ╲                post: it falls over postValidityMs after t2
 *      0 ┼────╱───┴──────────────┴───╲────          expire: the last item keeps c until t2 + expireTimeMs
 *            pre  t1            t2   post
 *
 * The last item at T is, of those that began by T, the one with the greatest t2 (the later in order, if two); of a
 * multi-value attribute each value has a last item of its own. So what later data says never changes what was
 * kept alive before it. Without expireTimeMs no item is kept, as in DP³.
 * Runs on: any.
 */

import type { Item } from '../record.js';
import type { Attribute, HistoryRules } from '../schema/attribute.js';

/** One value that an attribute has at an instant. */
export interface ValueAt {
  readonly v: unknown;
  /** More than 0, at most 1. */
  readonly confidence: number;
  /** The item it is taken from: of those with this value the first of the greatest confidence. */
  readonly item: Item;
}

/** What an item by itself is worth at `t`: 0 to its c. The part of pre and post only, without expiry. */
export function confidenceAt(item: Item, rules: HistoryRules, t: number): number {
  const { t1, t2, c } = item;
  if (t < t1) {
    const pre = rules.preValidityMs;
    return t > t1 - pre ? c * (1 - (t1 - t) / pre) : 0;
  }
  if (t <= t2) return c;
  const post = rules.postValidityMs;
  return t < t2 + post ? c * (1 - (t - t2) / post) : 0;
}

/** The values at `t`, in order of first appearance: at most one unless the attribute is multi-value. */
export function valuesAt(items: readonly Item[], attribute: Attribute, t: number): ValueAt[] {
  return attribute.isMultiValue ? manyAt(items, attribute, t) : singleAt(items, attribute, t);
}

/** Every item of some worth at `t`, with it, expiry included: what the values at `t` were chosen from. */
export function candidatesAt(
  items: readonly Item[],
  attribute: Attribute,
  t: number,
): readonly { readonly item: Item; readonly confidence: number }[] {
  const kept = keptAlive(items, attribute, t);
  return items
    .map((item) => ({ item, confidence: worthAt(item, attribute.history, t, kept) }))
    .filter((one) => one.confidence > 0);
}

function singleAt(items: readonly Item[], attribute: Attribute, t: number): ValueAt[] {
  const kept = keptAlive(items, attribute, t);
  let best: Item | undefined;
  let confidence = 0;
  for (const item of items) {
    const worth = worthAt(item, attribute.history, t, kept);
    if (worth <= confidence) continue;
    confidence = worth;
    best = item;
  }
  return best === undefined ? [] : [{ v: best.v, confidence, item: best }];
}

function manyAt(items: readonly Item[], attribute: Attribute, t: number): ValueAt[] {
  const kept = keptAlive(items, attribute, t);
  const found = new Map<unknown, ValueAt>();
  for (const item of items) {
    const confidence = worthAt(item, attribute.history, t, kept);
    if (confidence <= 0) continue;
    const key = keyOf(attribute, item);
    const known = found.get(key);
    if (known === undefined || confidence > known.confidence)
      found.set(key, { v: item.v, confidence, item });
  }
  return [...found.values()];
}

function worthAt(
  item: Item,
  rules: HistoryRules,
  t: number,
  kept: ReadonlySet<Item> | undefined,
): number {
  return kept?.has(item) === true ? item.c : confidenceAt(item, rules, t);
}

/** The last items at `t` that have ended and not yet expired. */
function keptAlive(
  items: readonly Item[],
  attribute: Attribute,
  t: number,
): ReadonlySet<Item> | undefined {
  const expire = attribute.history.expireTimeMs;
  if (expire === undefined) return undefined;
  const last = new Map<unknown, Item>();
  for (const item of items) {
    if (item.t1 > t) continue;
    const key = attribute.isMultiValue ? keyOf(attribute, item) : undefined;
    const known = last.get(key);
    if (known === undefined || item.t2 >= known.t2) last.set(key, item);
  }
  const kept = [...last.values()].filter((item) => item.t2 < t && t <= item.t2 + expire);
  return kept.length === 0 ? undefined : new Set(kept);
}

/** Equal for equal values of the attribute's type. */
export function keyOf(attribute: Attribute, item: Item): unknown {
  return attribute.type === undefined ? undefined : attribute.type.keyOf(item.v);
}
