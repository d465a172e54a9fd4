/**
 * The master record as the API prints it: everything that is stored of an entity. Observations whole, timeseries as single
 * samples within the dates, and of what the store keeps for itself nothing but the lifetime and the time of creation. Pure.
 * Runs on: any.
 */
import { type Attribute, type Item, printTime, samplesOf } from '../../stores/internal.js';
import { type Dates, itemsOf, plainOf, type StoredRecord } from './stored-record.js';

const ALWAYS: Dates = { from: undefined, to: undefined };

/** `{"#time_created", "#ttl"?, attr: {v, ts_last_update} | [{t1, t2, v, c}] | [{t1, t2, v: {series: value}}]}` */
export function masterForm(
  stored: StoredRecord,
  dates: Dates,
  now: number,
): Readonly<Record<string, unknown>> {
  const { createdAt, ttl } = stored.record;
  const form: Record<string, unknown> = { '#time_created': printTime(createdAt) };
  if (ttl !== undefined) form['#ttl'] = tokensForm(ttl);
  for (const attribute of stored.entity.list) {
    const printed = historyOrValue(stored, attribute, dates, now);
    if (printed !== undefined) form[attribute.id] = printed;
  }
  return form;
}

/** One item of a history of observations: `{t1, t2, v, c}`. */
export function itemForm(attribute: Attribute, item: Item): Readonly<Record<string, unknown>> {
  return {
    t1: printTime(item.t1),
    t2: printTime(item.t2),
    v: attribute.type?.toJson(item.v),
    c: item.c,
  };
}

/** The samples of a timeseries within the dates: `{t1, t2, v: {series: value}}`. */
export function samplesForm(
  attribute: Attribute,
  items: readonly Item[],
  dates: Dates,
): readonly Readonly<Record<string, unknown>>[] {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = dates;
  return items.flatMap((item) =>
    samplesOf(item, attribute, from, to).map((sample) => ({
      t1: printTime(sample.t1),
      t2: printTime(sample.t2),
      v: Object.fromEntries(
        Object.entries(sample.v).map(([id, value]) => [id, printSample(attribute, id, value)]),
      ),
    })),
  );
}

/** A list where a chunk could not be taken apart. */
function printSample(attribute: Attribute, series: string, value: unknown): unknown {
  const type = attribute.series.get(series);
  if (type === undefined) return value;
  return Array.isArray(value) ? value.map((one) => type.toJson(one)) : type.toJson(value);
}

function historyOrValue(
  stored: StoredRecord,
  attribute: Attribute,
  dates: Dates,
  now: number,
): unknown {
  if (attribute.mirrors !== undefined) return undefined;
  if (attribute.kind === 'plain') {
    const plain = plainOf(stored, attribute);
    return plain === undefined
      ? undefined
      : { v: attribute.type?.toJson(plain.v), ts_last_update: printTime(plain.at) };
  }
  const isSeries = attribute.kind === 'timeseries';
  const items = itemsOf(stored, attribute, isSeries ? dates : ALWAYS, now);
  if (items.length === 0) return undefined;
  return isSeries
    ? samplesForm(attribute, items, dates)
    : items.map((item) => itemForm(attribute, item));
}

function tokensForm(ttl: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ttl).map(([name, until]) => [name, printTime(until)]));
}
