/**
 * Chunks of a timeseries: joining small ones, splitting large ones, and their single samples.
 *
 *   regular              samples i of [t1 + i·step, t1 + (i+1)·step]      joins what follows without a gap
 *   irregular            samples i at time[i]                             joins what does not begin earlier than it ends
 *   irregular_intervals  samples i of [time_first[i], time_last[i]]       the same
 *
 * Joined or split, the samples are the same, each in its order; only chunks of one origin are joined.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import type { Item, SeriesValue } from '../record.js';
import type { Attribute } from '../schema/attribute.js';
import { originOf } from './merge.js';

/** One instant or stretch of a timeseries. */
export interface Sample {
  /** Epoch ms. */
  readonly t1: number;
  readonly t2: number;
  /** Series -> value as stored; the time series that the kind implies are not in it. */
  readonly v: Readonly<Record<string, unknown>>;
}

/** The series that a kind implies. */
const IMPLIED = {
  regular: [],
  irregular: ['time'],
  irregular_intervals: ['time_first', 'time_last'],
} as const;

/**
 * The samples of a chunk that lie within [from, to], both ends included, in stored order. A timeseries that has no
 * series but implied ones is not taken apart: the whole chunk is one sample if it overlaps.
 */
export function samplesOf(item: Item, attribute: Attribute, from: number, to: number): Sample[] {
  const { series } = item.v as SeriesValue;
  const implied: readonly string[] = IMPLIED[attribute.seriesKind ?? 'regular'];
  const names = Object.keys(series).filter((name) => !implied.includes(name));
  if (item.t1 > to || item.t2 < from) return [];
  if (names.length === 0) return [{ t1: item.t1, t2: item.t2, v: series }];
  const samples: Sample[] = [];
  for (let i = 0; i < lengthOf(item); i++) {
    const t1 = startOf(item, attribute, i);
    const t2 = endOf(item, attribute, i);
    if (t1 < from || t2 > to) continue;
    const v: Record<string, unknown> = {};
    for (const name of names) v[name] = series[name]![i];
    samples.push({ t1, t2, v });
  }
  return samples;
}

/** Samples in a chunk. */
export function lengthOf(item: Item): number {
  for (const values of Object.values((item.v as SeriesValue).series)) return values.length;
  return 0;
}

/** The items with neighbours joined, up to STORE_LIMITS.seriesSamples samples each; `items` itself if none are. */
export function joinSeries(items: readonly Item[], attribute: Attribute): readonly Item[] {
  const joined: Item[] = [];
  const running = new Map<string, number>();
  for (const item of items) {
    const origin = originOf(item);
    const place = running.get(origin);
    const before = place === undefined ? undefined : joined[place];
    if (before !== undefined && follows(before, item, attribute)) {
      joined[place as number] = joinTwo(before, item);
    } else {
      running.set(origin, joined.length);
      joined.push(item);
    }
  }
  return joined.length === items.length ? items : joined;
}

/** A chunk in pieces of at most STORE_LIMITS.seriesSamples samples, in order; each counts as one data-point. */
export function splitSeries(item: Item, attribute: Attribute): readonly Item[] {
  const max = STORE_LIMITS.seriesSamples;
  const length = lengthOf(item);
  if (length <= max) return [item];
  const pieces: Item[] = [];
  for (let from = 0; from < length; from += max) {
    const to = Math.min(from + max, length);
    const series = mapSeries(item, (values) => values.slice(from, to));
    pieces.push({ ...item, ...boundsOf(item, attribute, from, to), v: { series } });
  }
  return pieces;
}

function startOf(item: Item, attribute: Attribute, i: number): number {
  const { series } = item.v as SeriesValue;
  if (attribute.seriesKind === 'irregular') return series.time![i] as number;
  if (attribute.seriesKind === 'irregular_intervals') return series.time_first![i] as number;
  return item.t1 + i * (attribute.timeStepMs ?? 0);
}

function endOf(item: Item, attribute: Attribute, i: number): number {
  const { series } = item.v as SeriesValue;
  if (attribute.seriesKind === 'irregular') return series.time![i] as number;
  if (attribute.seriesKind === 'irregular_intervals') return series.time_last![i] as number;
  return item.t1 + (i + 1) * (attribute.timeStepMs ?? 0);
}

/** Ends of a piece: of its samples, and of the whole chunk at its first and last. */
function boundsOf(
  item: Item,
  attribute: Attribute,
  from: number,
  to: number,
): { readonly t1: number; readonly t2: number } {
  let t1 = from === 0 ? item.t1 : Infinity;
  let t2 = to === lengthOf(item) ? item.t2 : -Infinity;
  for (let i = from; i < to; i++) {
    t1 = Math.min(t1, startOf(item, attribute, i));
    t2 = Math.max(t2, endOf(item, attribute, i));
  }
  return { t1, t2 };
}

function follows(a: Item, b: Item, attribute: Attribute): boolean {
  const lengthA = lengthOf(a);
  const lengthB = lengthOf(b);
  if (lengthA + lengthB > STORE_LIMITS.seriesSamples || !haveSameSeries(a, b)) return false;
  if (attribute.seriesKind !== 'regular') return a.t2 <= b.t1;
  const step = attribute.timeStepMs ?? 0;
  // Of another step, as before a change of the model: its samples would move.
  const isOnGrid = a.t2 - a.t1 === lengthA * step && b.t2 - b.t1 === lengthB * step;
  return isOnGrid && a.t2 === b.t1;
}

function haveSameSeries(a: Item, b: Item): boolean {
  const of = (b.v as SeriesValue).series;
  const names = Object.keys((a.v as SeriesValue).series);
  return names.length === Object.keys(of).length && names.every((name) => Object.hasOwn(of, name));
}

function joinTwo(a: Item, b: Item): Item {
  const other = (b.v as SeriesValue).series;
  const series = mapSeries(a, (values, name) => [...values, ...other[name]!]);
  return { ...a, t2: Math.max(a.t2, b.t2), v: { series }, weight: a.weight + b.weight };
}

function mapSeries(
  item: Item,
  change: (values: readonly unknown[], name: string) => readonly unknown[],
): SeriesValue['series'] {
  const entries = Object.entries((item.v as SeriesValue).series);
  return Object.fromEntries(entries.map(([name, values]) => [name, change(values, name)]));
}
