/**
 * Reads over all entities of a type, in pieces that leave the thread to others: pages of a list, counts of values, counts
 * of attributes.
 * Runs on: any.
 */
import {
  type Attribute,
  type EntityId,
  type EntityType,
  printJson,
} from '../../stores/internal.js';
import type { StoredRecord } from './stored-record.js';
import { TimeSlices } from './time-slice.js';
import { currentForm, type ValuesForm, valuesForm } from './value-form.js';

/** Entities of a type in order of ids, behind `after`; good for the turn. */
export interface ScanSource {
  list(
    entity: EntityType,
    options: { readonly after: EntityId | undefined; readonly countMax: number },
  ): readonly { readonly eid: EntityId; stored(): StoredRecord }[];
}

export interface ScanLimits {
  readonly readSliceMs: number;
  readonly scanMs: number;
  readonly scanPageRows: number;
  readonly distinctValuesMax: number;
}

/** Every entity of a type, page by page; ends early, answering false, when its time is over. */
async function scan(
  source: ScanSource,
  entity: EntityType,
  limits: ScanLimits,
  visit: (stored: StoredRecord) => void,
): Promise<boolean> {
  const slices = new TimeSlices({ sliceMs: limits.readSliceMs, totalMs: limits.scanMs });
  let after: EntityId | undefined;
  for (;;) {
    const page = source.list(entity, { after, countMax: limits.scanPageRows });
    for (const one of page) visit(one.stored());
    const last = page.at(-1);
    if (last === undefined || page.length < limits.scanPageRows) return true;
    after = last.eid;
    if (slices.isSpent && !(await slices.pause())) return false;
  }
}

/** A piece of a list. */
export interface ListPage {
  readonly rows: readonly ValuesForm[];
  /** Where the next piece begins; undefined when there is none. */
  readonly last: EntityId | undefined;
}

/** What is listed: values at `at` of entities behind `after`, without the first `skip`; a limit of 0 is all. */
export interface ListQuery {
  readonly after: EntityId | undefined;
  readonly skip: number;
  readonly limit: number;
  readonly at: number;
}

/** In order of ids; no page when there is no entity to list. */
export async function* listPages(
  source: ScanSource,
  entity: EntityType,
  query: ListQuery,
  limits: ScanLimits,
): AsyncGenerator<ListPage, void, undefined> {
  const slices = new TimeSlices({ sliceMs: limits.readSliceMs, totalMs: Number.POSITIVE_INFINITY });
  let { after } = query;
  for (let left = query.skip; left > 0; ) {
    const page = source.list(entity, { after, countMax: Math.min(left, limits.scanPageRows) });
    if (page.length === 0) return;
    left -= page.length;
    after = page.at(-1)?.eid;
    if (slices.isSpent) await slices.pause();
  }
  let left = query.limit === 0 ? Number.POSITIVE_INFINITY : query.limit;
  while (left > 0) {
    const rowsMax = Math.min(left, limits.scanPageRows);
    // One more than is shown tells whether the list goes on.
    const page = source.list(entity, { after, countMax: rowsMax + 1 });
    const shown = page.slice(0, rowsMax);
    if (shown.length === 0) return;
    const isEnd = page.length <= rowsMax;
    left -= shown.length;
    after = shown.at(-1)?.eid;
    const rows = shown.map((one) => valuesForm(one.stored(), query.at));
    yield { rows, last: isEnd ? undefined : after };
    if (isEnd) return;
    if (slices.isSpent) await slices.pause();
  }
}

/**
 * Value -> how many entities have it at `at`. Lists are taken apart, links stand for their ids, null is left out.
 * Undefined when there are too many entities or values for the limits.
 */
export async function distinctValues(
  source: ScanSource,
  attribute: Attribute,
  within: { readonly entity: EntityType; readonly at: number; readonly limits: ScanLimits },
): Promise<Readonly<Record<string, number>> | undefined> {
  const { entity, at, limits } = within;
  const counts = new Map<string, number>();
  const isDone = await scan(source, entity, limits, (stored) => {
    if (counts.size > limits.distinctValuesMax) return;
    const current = currentForm(stored, attribute, at);
    for (const text of textsOf(current?.value)) counts.set(text, (counts.get(text) ?? 0) + 1);
  });
  // fromEntries sets own members whatever their name; an assignment would lose `__proto__`.
  return isDone && counts.size <= limits.distinctValuesMax ? Object.fromEntries(counts) : undefined;
}

/** Attribute -> how many entities have a value or a history of it. Undefined when there are too many entities. */
export async function attributeCounts(
  source: ScanSource,
  entity: EntityType,
  limits: ScanLimits,
): Promise<Readonly<Record<string, number>> | undefined> {
  const own = entity.list.filter((attribute) => attribute.mirrors === undefined);
  const counts = own.map((attribute) => ({ attribute, count: 0 }));
  const isDone = await scan(source, entity, limits, ({ record, numbers }) => {
    for (const one of counts) {
      const no = numbers.attrNo(entity.id, one.attribute.id);
      if (record.plain.has(no) || record.items.has(no) || record.spilled.has(no)) one.count++;
    }
  });
  if (!isDone) return undefined;
  return Object.fromEntries(counts.map(({ attribute, count }) => [attribute.id, count]));
}

/** One text for each value in a printed one. */
function textsOf(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object') return [String(value)];
  return 'eid' in value ? [String(value.eid)] : [printJson(value)];
}
