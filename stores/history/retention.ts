/**
 * What of a history is kept: `max_items` keeps the items with the greatest t2, `max_age` those that ended recently
 * enough. Chunks are trimmed with some slack, so that it costs little; readers hold what they read to the rules again.
 * Runs on: any.
 */
import type { Chunk, Item, Spilled } from '../record.js';
import type { Attribute } from '../schema/attribute.js';

/** The `max` items with the greatest t2, of equals those later in order; in order. `items` itself if all stay. */
export function keepGreatest(items: readonly Item[], max: number | undefined): readonly Item[] {
  if (max === undefined || items.length <= max) return items;
  const places = items.map((_, place) => place);
  places.sort((a, b) => items[b]!.t2 - items[a]!.t2 || b - a);
  const kept = new Set(places.slice(0, max));
  return items.filter((_, place) => kept.has(place));
}

/** The items that end at `t2Min` or later. `items` itself if all do. */
export function withoutOlder(items: readonly Item[], t2Min: number): readonly Item[] {
  return items.every((item) => item.t2 >= t2Min) ? items : items.filter((item) => item.t2 >= t2Min);
}

/** Items that end before it are too old at `now`; -Infinity if none ever are. */
export function oldestT2(attribute: Attribute, now: number): number {
  const { maxAgeMs } = attribute.history;
  return maxAgeMs === undefined ? -Infinity : now - maxAgeMs;
}

/** What remains of all items of an attribute, in order, at `now`: both rules, exactly. */
export function retainedItems(
  items: readonly Item[],
  attribute: Attribute,
  now: number,
): readonly Item[] {
  return keepGreatest(withoutOlder(items, oldestT2(attribute, now)), attribute.history.maxItems);
}

/** A chunk to write anew, or to delete when `items` is undefined. */
export interface ChunkChange {
  readonly t1: number;
  readonly no: number;
  readonly items: readonly Item[] | undefined;
}

/** What {@link keepInChunks} leaves. */
export interface Trimmed {
  readonly changes: readonly ChunkChange[];
  /** Undefined when no chunk is left. */
  readonly spilled: Spilled | undefined;
}

/** Takes out of `chunks`, which are all or some that `spilled` counts, every item that `isKept` is false for. */
export function keepInChunks(
  spilled: Spilled,
  chunks: readonly Chunk[],
  isKept: (item: Item) => boolean,
): Trimmed {
  const changes: ChunkChange[] = [];
  let { chunks: chunkCount, items: itemCount } = spilled;
  for (const chunk of chunks) {
    const items = chunk.items.filter(isKept);
    if (items.length === chunk.items.length) continue;
    itemCount -= chunk.items.length - items.length;
    if (items.length === 0) chunkCount--;
    changes.push({ t1: chunk.t1, no: chunk.no, items: items.length === 0 ? undefined : items });
  }
  if (changes.length === 0) return { changes, spilled };
  if (chunkCount <= 0) return { changes, spilled: undefined };
  return { changes, spilled: { ...spilled, chunks: chunkCount, items: itemCount } };
}
