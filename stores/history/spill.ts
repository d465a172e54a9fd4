/**
 * Moving older items out of a record into chunks, and knowing which chunks a read needs. What ends first leaves first:
 * a long-lived item stays inline however early it began, so the values of today need no chunk.
 *
 *   inline  > 16 items or 2 kB ──► merge ──► still too many ──► the 8 that end last stay │ the rest: chunks of <= 64 items, 4 kB
 *
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import type { Chunk, Item, Spilled } from '../record.js';
import type { Attribute } from '../schema/attribute.js';
import { mergeItems } from './merge.js';
import { joinSeries } from './series.js';

/** What {@link spillItems} made of the inline items. */
export interface Spill {
  readonly items: readonly Item[];
  /** New ones, to be written. */
  readonly chunks: readonly Chunk[];
  readonly spilled: Spilled | undefined;
}

/** A range of chunk keys, both ends included. */
export interface ChunkRange {
  readonly t1From: number;
  readonly t1To: number;
}

/** Merges and spills what is too much for a record, `items` being all inline ones in order; undefined if nothing is. */
export function spillItems(
  items: readonly Item[],
  attribute: Attribute,
  spilled: Spilled | undefined,
): Spill | undefined {
  if (fits(items)) return undefined;
  const compact = compactItems(items, attribute, spilled);
  if (fits(compact)) return { items: compact, chunks: [], spilled };
  const kept = itemsThatStay(compact, attribute);
  const inline = compact.filter((item) => kept.has(item));
  const leaving = compact.filter((item) => !kept.has(item));
  if (leaving.length === 0)
    return compact === items ? undefined : { items: compact, chunks: [], spilled };
  const chunks = chunksOf(leaving, spilled?.next ?? 0);
  return { items: inline, chunks, spilled: chunks.reduce(countChunk, spilled) };
}

/** Merges equal neighbours, or joins chunks of a timeseries. `items` itself where nothing changes. */
export function compactItems(
  items: readonly Item[],
  attribute: Attribute,
  spilled: Spilled | undefined,
): readonly Item[] {
  if (attribute.kind === 'timeseries') return joinSeries(items, attribute);
  return attribute.history.isAggregated ? mergeItems(items, attribute, spilled?.t1Max) : items;
}

/** The chunks without which the values at `t` could be wrong; undefined if the inline items are enough. */
export function chunksForInstant(
  attribute: Attribute,
  spilled: Spilled | undefined,
  inline: readonly Item[],
  t: number,
): ChunkRange | undefined {
  if (spilled === undefined) return undefined;
  const { preValidityMs, postValidityMs, expireTimeMs = 0, maxItems } = attribute.history;
  const reachMs = Math.max(postValidityMs, expireTimeMs);
  if (spilled.t2Max < t - reachMs) return undefined;
  // Chunks may hold more than maxItems for a while; who is out is known only from all of them.
  if (maxItems !== undefined && spilled.items + inline.length > maxItems) return EVERYTHING;
  if (spilled.t1Min > t + preValidityMs) return undefined;
  const isLastInline =
    !attribute.isMultiValue && inline.some((item) => item.t1 <= t && item.t2 > spilled.t2Max);
  const neededMs = isLastInline ? postValidityMs : reachMs;
  if (spilled.t2Max < t - neededMs) return undefined;
  return { t1From: t - neededMs - spilled.spanMaxMs, t1To: t + preValidityMs };
}

/** The chunks that may hold items overlapping [from, to]; undefined if none can. */
export function chunksForInterval(
  spilled: Spilled | undefined,
  from: number,
  to: number,
): ChunkRange | undefined {
  if (spilled === undefined || spilled.t2Max < from || spilled.t1Min > to) return undefined;
  return { t1From: from - spilled.spanMaxMs, t1To: to };
}

/** Every chunk of an attribute. */
export const EVERYTHING: ChunkRange = { t1From: -Infinity, t1To: Infinity };

/** About what an item takes in a row, in bytes. */
export function itemBytes(item: Item): number {
  return 14 + valueBytes(item.v);
}

function fits(items: readonly Item[]): boolean {
  if (items.length > STORE_LIMITS.inlineItems) return false;
  let bytes = 0;
  for (const item of items) bytes += itemBytes(item);
  return bytes <= STORE_LIMITS.inlineBytes;
}

/** Those that end last; of an observations attribute one at least, whatever its size. */
function itemsThatStay(items: readonly Item[], attribute: Attribute): ReadonlySet<Item> {
  const places = items.map((_, place) => place);
  places.sort((a, b) => items[b]!.t2 - items[a]!.t2 || b - a);
  const kept = new Set<Item>();
  let bytes = 0;
  for (const place of places) {
    const item = items[place]!;
    bytes += itemBytes(item);
    const isSmall = bytes <= STORE_LIMITS.inlineBytesKept;
    if (kept.size >= STORE_LIMITS.inlineItemsKept) break;
    if (!isSmall && (kept.size > 0 || attribute.kind === 'timeseries')) break;
    kept.add(item);
  }
  return kept;
}

function chunksOf(items: readonly Item[], next: number): Chunk[] {
  const chunks: Chunk[] = [];
  let part: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const more = itemBytes(item);
    const isFull = part.length >= STORE_LIMITS.chunkItems || bytes + more > STORE_LIMITS.chunkBytes;
    if (isFull && part.length > 0) {
      chunks.push({ t1: part[0]!.t1, no: next + chunks.length, items: part });
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += more;
  }
  chunks.push({ t1: part[0]!.t1, no: next + chunks.length, items: part });
  return chunks;
}

function countChunk(spilled: Spilled | undefined, chunk: Chunk): Spilled {
  const t1Last = chunk.items.at(-1)!.t1;
  const t2Max = chunk.items.reduce((latest, item) => Math.max(latest, item.t2), -Infinity);
  return {
    next: chunk.no + 1,
    chunks: (spilled?.chunks ?? 0) + 1,
    items: (spilled?.items ?? 0) + chunk.items.length,
    t1Min: Math.min(spilled?.t1Min ?? Infinity, chunk.t1),
    t1Max: Math.max(spilled?.t1Max ?? -Infinity, t1Last),
    t2Max: Math.max(spilled?.t2Max ?? -Infinity, t2Max),
    spanMaxMs: Math.max(spilled?.spanMaxMs ?? 0, t2Max - chunk.t1),
  };
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 6;
  let bytes = 3;
  if (Array.isArray(value)) {
    for (const item of value) bytes += typeof item === 'number' ? 4 : valueBytes(item);
    return bytes;
  }
  for (const key of Object.keys(value))
    bytes += key.length + 1 + valueBytes((value as Record<string, unknown>)[key]);
  return bytes;
}
