/**
 * The order of an attribute's items, the same whatever order they came in and wherever they are stored: by t1, then by
 * arrival (seq), then by t2; items of one task that agree in all three keep their order in the task. It is the order that
 * DP³ reaches with each aggregation, and decides ties between equal confidences: the first one wins.
 * Runs on: any.
 */
import type { Chunk, Item } from '../record.js';

/** Negative when `a` stands before `b`; 0 leaves them as they are. */
export function compareItems(a: Item, b: Item): number {
  return a.t1 - b.t1 || a.seq - b.seq || a.t2 - b.t2;
}

/** `items`, which are in order, with `added` ones, which may be in any. A new array. */
export function insertItems(items: readonly Item[], added: readonly Item[]): Item[] {
  const all = [...items, ...added];
  return isOrdered(all, items.length) ? all : all.sort(compareItems);
}

/** Everything stored of one attribute in its order: items of chunks, in the order of their numbers, then inline ones. */
export function joinItems(chunks: readonly Chunk[], inline: readonly Item[]): readonly Item[] {
  if (chunks.length === 0) return inline;
  // What agrees in all three left the record in its order, so numbers keep it, and sorting is stable.
  const older = [...chunks].sort((a, b) => a.no - b.no).flatMap((chunk) => chunk.items);
  return [...older, ...inline].sort(compareItems);
}

function isOrdered(items: readonly Item[], from: number): boolean {
  for (let i = Math.max(from, 1); i < items.length; i++)
    if (compareItems(items[i - 1]!, items[i]!) > 0) return false;
  return true;
}
