/**
 * What the data-points of one task make of an entity's record: plain values replaced, items inserted, histories held to
 * their rules and spilled, and the links that came or went. Pure but for the record, which it changes by `set` only;
 * everything else that must be stored is in the answer. The same record and task always give the same.
 *
 *   task ──► plain: last by arrival wins ───────────────────────────────────► links: old targets -> new targets
 *        └─► observations, timeseries: insert ─► max_age, max_items ─► spill ─► chunks       ─► links until t2 + reach
 *
 * Runs on: any.
 */
import type { TaskPoint } from './entry-codec.js';
import type { ReadChunks } from './history/current-values.js';
import { linkTargets } from './history/link-targets.js';
import {
  type ChunkChange,
  keepGreatest,
  keepInChunks,
  oldestT2,
  retainedItems,
  withoutOlder,
} from './history/retention.js';
import { splitSeries } from './history/series.js';
import { compactItems, EVERYTHING, spillItems } from './history/spill.js';
import { insertItems, joinItems } from './history/timeline.js';
import { STORE_LIMITS } from './limits.js';
import type { Chunk, EntityRecord, Item } from './record.js';
import type { Attribute } from './schema/attribute.js';
import type { EntityId } from './schema/entity-id.js';
import type { EntityType } from './schema/entity-type.js';
import { mergeTokens, type TtlTokens, ttlTokensOf } from './schema/lifetime.js';

/** A task, as far as its own entity's record is concerned. */
export interface PointsToApply {
  readonly points: readonly TaskPoint[];
  readonly ttl?: TtlTokens | undefined;
  /** Log number * 2 + lane. */
  readonly seq: number;
  /** Epoch ms: the clock of everything here. */
  readonly receivedAt: number;
  /** `module.hook` that derived the task. */
  readonly hook?: string | undefined;
}

/** What applying needs to know of the entity beside its record. */
export interface ApplyContext {
  readonly entity: EntityType;
  /** By number; undefined for one that the model no longer has. */
  attributeOf(number: number): Attribute | undefined;
  /** Chunks as they are before this task. */
  readonly readChunks: ReadChunks;
}

/** A chunk of an attribute to be written, or deleted when `items` is undefined. */
export interface AttributeChunk extends ChunkChange {
  readonly attr: number;
}

/** A link of the entity that came, moved its end, or went. Each (attr, target, eid) at most once. */
export interface LinkEffect {
  readonly op: 'add' | 'remove';
  readonly attr: number;
  /** Entity type linked to. */
  readonly target: string;
  readonly eid: EntityId;
  /** For `add`: the link counts until then at least, epoch ms; Infinity for a plain attribute. */
  readonly until: number;
}

/** What must be stored beside the record. */
export interface Applied {
  /** In the order in which they must be written: of two with one key the later counts. */
  readonly chunks: readonly AttributeChunk[];
  readonly links: readonly LinkEffect[];
  /** Places of points that were left out, since the model has no such attribute to store. */
  readonly skipped: readonly number[];
}

/** Applies a task to `record`, which is changed. Also counts the revision and remembers the task. */
export function applyPoints(
  record: EntityRecord,
  task: PointsToApply,
  context: ApplyContext,
): Applied {
  const applied = {
    chunks: [] as AttributeChunk[],
    links: [] as LinkEffect[],
    skipped: [] as number[],
  };
  const { entity } = context;
  let ttl = mergeTokens(record.ttl, task.ttl);
  for (const points of byAttribute(task.points, context, applied.skipped)) {
    const attribute = context.attributeOf(points[0]!.attr) as Attribute;
    for (const point of points)
      ttl = mergeTokens(ttl, ttlTokensOf(entity.lifetime, attribute, point, task.receivedAt));
    if (attribute.kind === 'plain') applyPlain(record, attribute, points, { task, applied });
    else applyItems(record, attribute, points, { task, context, applied });
    if (attribute.kind === 'observations') linksOfPoints(attribute, points, applied.links);
  }
  record.ttl = ttl;
  record.revision++;
  record.tasks = withTask(record.tasks, task.seq);
  return applied;
}

/** The points of each attribute, in order of their first; the places of those whose attribute is none go to `skipped`. */
function byAttribute(
  points: readonly TaskPoint[],
  context: ApplyContext,
  skipped: number[],
): Iterable<readonly TaskPoint[]> {
  const grouped = new Map<number, TaskPoint[]>();
  for (let place = 0; place < points.length; place++) {
    const point = points[place]!;
    const attribute = context.attributeOf(point.attr);
    if (attribute === undefined || attribute.mirrors !== undefined) {
      skipped.push(place);
      continue;
    }
    const group = grouped.get(point.attr);
    if (group === undefined) grouped.set(point.attr, [point]);
    else group.push(point);
  }
  return grouped.values();
}

/** The last tasks, `seq` the newest. */
function withTask(tasks: readonly number[], seq: number): number[] {
  const kept = tasks.slice(Math.max(0, tasks.length + 1 - STORE_LIMITS.recordTasks));
  kept.push(seq);
  return kept;
}

/** What is being applied, and what it has come to so far. */
interface Applying {
  readonly task: PointsToApply;
  readonly context: ApplyContext;
  readonly applied: { readonly chunks: AttributeChunk[]; readonly links: LinkEffect[] };
}

function applyPlain(
  record: EntityRecord,
  attribute: Attribute,
  points: readonly TaskPoint[],
  { task, applied }: Omit<Applying, 'context'>,
): void {
  const { attr, v, src } = points.at(-1) as TaskPoint;
  const link = attribute.type?.link;
  const old = link === undefined ? undefined : record.plain.get(attr);
  record.plain.set(attr, { v, at: task.receivedAt, seq: task.seq, src, hook: task.hook });
  if (attribute.type === undefined || link === undefined) return;
  const before = old === undefined ? [] : linkTargets(attribute.type, old.v);
  const after = linkTargets(attribute.type, v);
  const effect = { attr, target: link.target, until: Infinity };
  for (const eid of before)
    if (!after.includes(eid)) applied.links.push({ ...effect, op: 'remove', eid });
  for (const eid of after)
    if (!before.includes(eid)) applied.links.push({ ...effect, op: 'add', eid });
}

function applyItems(
  record: EntityRecord,
  attribute: Attribute,
  points: readonly TaskPoint[],
  { task, context, applied }: Applying,
): void {
  const number = points[0]!.attr;
  const added: Item[] = [];
  for (const point of points) addItems(point, attribute, task, added);
  const t2Min = oldestT2(attribute, task.receivedAt);
  const all = insertItems(record.items.get(number) ?? NO_ITEMS, added);
  const items = withinCount(withoutOlder(all, t2Min), record, number, attribute);
  const spill = spillItems(items, attribute, record.spilled.get(number));
  if (spill === undefined) {
    setItems(record, number, items);
    return;
  }
  setItems(record, number, spill.items);
  if (spill.spilled !== undefined) record.spilled.set(number, spill.spilled);
  const trims =
    spill.chunks.length === 0
      ? []
      : trimChunks(record, number, attribute, { task, context }, spill.chunks);
  for (const chunk of [...spill.chunks, ...trims]) applied.chunks.push({ ...chunk, attr: number });
}

const NO_ITEMS: readonly Item[] = [];

function addItems(point: TaskPoint, attribute: Attribute, task: PointsToApply, to: Item[]): void {
  const { t1, t2, v, c, src } = point;
  const isSeries = attribute.kind === 'timeseries';
  const item = { t1, t2, v, c: isSeries ? 1 : c, seq: task.seq, weight: 1, src, hook: task.hook };
  if (isSeries) to.push(...splitSeries(item, attribute));
  else to.push(item);
}

/** max_items, where everything is inline; equal neighbours are merged before anything is given up. */
function withinCount(
  items: readonly Item[],
  record: EntityRecord,
  number: number,
  attribute: Attribute,
): readonly Item[] {
  const { maxItems } = attribute.history;
  const spilled = record.spilled.get(number);
  if (maxItems === undefined || spilled !== undefined || items.length <= maxItems) return items;
  return keepGreatest(compactItems(items, attribute, undefined), maxItems);
}

/** Holds chunks to max_age and max_items; to the latter only when an eighth too many have gathered, as it reads all. */
function trimChunks(
  record: EntityRecord,
  number: number,
  attribute: Attribute,
  { task, context }: Omit<Applying, 'applied'>,
  fresh: readonly Chunk[],
): readonly ChunkChange[] {
  const { maxItems } = attribute.history;
  const spilled = record.spilled.get(number);
  if (spilled === undefined) return [];
  const inline = record.items.get(number) ?? [];
  const slack = maxItems === undefined ? 0 : Math.floor(maxItems / 8);
  const isOverfull = maxItems !== undefined && spilled.items + inline.length > maxItems + slack;
  const t2Min = oldestT2(attribute, task.receivedAt);
  if (!isOverfull && !(spilled.t1Min < t2Min)) return [];
  const range = isOverfull ? EVERYTHING : { t1From: -Infinity, t1To: t2Min };
  const chunks = [
    ...context.readChunks(number, range.t1From, range.t1To),
    ...fresh.filter((chunk) => chunk.t1 <= range.t1To),
  ];
  const kept = isOverfull
    ? new Set(retainedItems(joinItems(chunks, inline), attribute, task.receivedAt))
    : undefined;
  const { changes, spilled: left } = keepInChunks(spilled, chunks, (item) =>
    kept === undefined ? item.t2 >= t2Min : kept.has(item),
  );
  if (left === undefined) record.spilled.delete(number);
  else record.spilled.set(number, left);
  if (kept !== undefined)
    setItems(
      record,
      number,
      inline.filter((item) => kept.has(item)),
    );
  return changes;
}

function setItems(record: EntityRecord, number: number, items: readonly Item[]): void {
  if (items.length === 0) record.items.delete(number);
  else record.items.set(number, items);
}

function linksOfPoints(
  attribute: Attribute,
  points: readonly TaskPoint[],
  links: LinkEffect[],
): void {
  const link = attribute.type?.link;
  if (attribute.type === undefined || link === undefined) return;
  const { postValidityMs, expireTimeMs = 0 } = attribute.history;
  const ends = new Map<EntityId, number>();
  for (const point of points) {
    const until = point.t2 + Math.max(postValidityMs, expireTimeMs);
    for (const eid of linkTargets(attribute.type, point.v))
      ends.set(eid, Math.max(ends.get(eid) ?? -Infinity, until));
  }
  const { attr } = points[0]!;
  for (const [eid, until] of ends) links.push({ op: 'add', attr, target: link.target, eid, until });
}
