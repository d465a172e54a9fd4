/**
 * The value of a timeseries data-point: lists of equal length, one per series, and the rules that tie them to t1 and
 * t2 of the data-point.
 *
 * ```
 *   regular              t1 ──step──┬──step──┬──step── t2          sample i: [t1 + i·step]
 *   irregular            t1 ≤ time[0] ≤ time[1] ≤ … ≤ t2           sample i: [time[i]]
 *   irregular_intervals  t1 ≤ first[0]   …   last[n-1] ≤ t2        sample i: [first[i], last[i]]
 * ```
 * A missing t2 is where the samples end: t1 + n·step, the last time, the end of the intervals. No samples end at t1.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import type { Attribute } from './attribute.js';
import {
  addFault,
  type FaultReason,
  HERE,
  type InputFault,
  isRecord,
  putUnder,
  REASONS,
  valueError,
} from './input-fault.js';
import { parseElements } from './list-type.js';
import { printTime, TIME_MAX } from './time-value.js';

/** Stored value of a timeseries data-point; every series of the attribute is in it, the implied ones too. */
export interface SeriesInput {
  readonly series: Readonly<Record<string, readonly unknown[]>>;
}

/** The two ends of a data-point as it gave them, in epoch ms. */
export interface GivenTimes {
  readonly t1: number;
  readonly t2: number | undefined;
  /** t2 as it came, to be shown with a fault. */
  readonly t2Input?: unknown;
}

/** A value and where its samples end, or where the sender said they do. */
export interface ParsedSeries {
  readonly v: SeriesInput;
  readonly t2: number;
}

const VALUE = ['v'] as const;
const TIME2 = ['t2'] as const;

/** Reads the value of a timeseries data-point; undefined after adding faults under `v` and `t2`. */
export function parseSeries(
  attribute: Attribute,
  input: unknown,
  times: GivenTimes,
  faults: InputFault[],
): ParsedSeries | undefined {
  if (!isRecord(input)) return addFault(faults, VALUE, REASONS.notObject, input);
  const before = faults.length;
  const series = parseLists(attribute, input, faults);
  putUnder(VALUE, faults, before);
  if (series === undefined) return undefined;
  const length = commonLength(series);
  if (length === undefined) return addFault(faults, VALUE, unequal(series), input);
  const refusal = orderRefusal(attribute, series, times.t1);
  if (refusal !== undefined) return addFault(faults, VALUE, refusal, input);
  const end = endOf(attribute, series, length, times.t1);
  const late = endRefusal(attribute, series, end, times.t2);
  if (late !== undefined) return addFault(faults, TIME2, late, times.t2Input);
  return { v: { series }, t2: times.t2 ?? end };
}

type Lists = Record<string, readonly unknown[]>;

/** Each series of the attribute; others are dropped. */
function parseLists(
  attribute: Attribute,
  input: Record<string, unknown>,
  faults: InputFault[],
): Lists | undefined {
  const before = faults.length;
  const lists: Lists = {};
  for (const [id, type] of attribute.series) {
    const faultsSoFar = faults.length;
    const list = Object.hasOwn(input, id) ? input[id] : undefined;
    if (Array.isArray(list)) {
      const parsed = parseElements(type, list, HERE, faults);
      if (parsed !== undefined) lists[id] = parsed;
    } else if (list === undefined) {
      addFault(faults, HERE, REASONS.missing, input);
    } else {
      addFault(faults, HERE, REASONS.notList, list);
    }
    if (faults.length > faultsSoFar) putUnder([id], faults, faultsSoFar);
    if (faults.length - before >= STORE_LIMITS.faultsPerValueMax) break;
  }
  return faults.length === before ? lists : undefined;
}

/** Samples in the value; 0 without series, undefined where the lists differ. */
function commonLength(series: Lists): number | undefined {
  let length: number | undefined;
  for (const id in series) {
    const own = series[id]!.length;
    if (length !== undefined && own !== length) return undefined;
    length = own;
  }
  return length ?? 0;
}

function unequal(series: Lists): FaultReason {
  const lengths = Object.entries(series).map(([id, list]) => `${id} ${list.length}`);
  return valueError(`expected series of equal length, got ${lengths.join(', ')}`);
}

function orderRefusal(attribute: Attribute, series: Lists, t1: number): FaultReason | undefined {
  if (attribute.seriesKind === 'irregular') {
    const time = series.time as readonly number[];
    if (time.length > 0 && time[0]! < t1) return before('time', time[0]!, t1);
    for (let index = 1; index < time.length; index++) {
      if (time[index]! < time[index - 1]!) {
        return valueError(`expected "time" in ascending order, got an earlier one at ${index}`);
      }
    }
  } else if (attribute.seriesKind === 'irregular_intervals') {
    const first = series.time_first as readonly number[];
    const last = series.time_last as readonly number[];
    if (first.length > 0 && first[0]! < t1) return before('time_first', first[0]!, t1);
    for (let index = 0; index < first.length; index++) {
      if (last[index]! < first[index]!) {
        return valueError(`expected time_first <= time_last, got the reverse at ${index}`);
      }
    }
  }
  return undefined;
}

function before(id: string, time: number, t1: number): FaultReason {
  return valueError(`expected "${id}" from t1 ${printTime(t1)}, got ${printTime(time)}`);
}

/** Where the samples end. Intervals need not be sorted: theirs is the latest end of all. */
function endOf(attribute: Attribute, series: Lists, length: number, t1: number): number {
  if (length === 0) return t1;
  switch (attribute.seriesKind) {
    case 'irregular':
      return series.time![length - 1] as number;
    case 'irregular_intervals':
      return (series.time_last as readonly number[]).reduce((end, time) => Math.max(end, time));
    default:
      return t1 + length * (attribute.timeStepMs ?? 0);
  }
}

function endRefusal(
  attribute: Attribute,
  series: Lists,
  end: number,
  t2: number | undefined,
): FaultReason | undefined {
  if (end > TIME_MAX) return REASONS.distantTime;
  if (t2 === undefined) return undefined;
  if (attribute.seriesKind === 'regular') {
    if (t2 === end) return undefined;
    return valueError(
      `expected t2 = t1 + samples * time_step = ${printTime(end)}, got ${printTime(t2)}`,
    );
  }
  // As in DP³ only the last of unsorted intervals is held against a t2 that was given.
  const isIntervals = attribute.seriesKind === 'irregular_intervals';
  const last = isIntervals ? (series.time_last?.at(-1) as number | undefined) : undefined;
  const endAsked = last ?? end;
  if (t2 >= endAsked) return undefined;
  return valueError(`expected t2 from ${printTime(endAsked)}, got ${printTime(t2)}`);
}
