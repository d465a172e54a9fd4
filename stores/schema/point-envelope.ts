/**
 * The part of a data-point that is the same for every attribute: its times, confidence and source. Checked whatever the
 * attribute, even where the attribute has no use for it, as DP³ does.
 * Runs on: any.
 */
import { addFault, type InputFault, REASONS, valueError } from './input-fault.js';
import { toFloat } from './number-value.js';
import { toText } from './text-value.js';
import { printTime, TIME_MAX, TIME_MIN, toTime } from './time-value.js';

/** A data-point as it comes: nothing is known of its members. */
export interface WirePoint {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly attr?: unknown;
  readonly v?: unknown;
  readonly t1?: unknown;
  readonly t2?: unknown;
  readonly c?: unknown;
  readonly src?: unknown;
}

/** What the envelope says. Times in epoch ms; undefined where absent. */
export interface Envelope {
  readonly t1: number | undefined;
  readonly t2: number | undefined;
  /** 0 to 1; 1 where absent. */
  readonly c: number;
  readonly src: string | undefined;
}

/** What numbers in times are: unix time as DP³'s clients send it (seconds, or large milliseconds), or epoch ms. */
export type NumberTimes = 'unix' | 'epoch';

/**
 * Reads the envelope, and that there is a value; undefined after adding faults. t2 counts as absent where it is null, 0,
 * false or empty, t1 only where it is null.
 */
export function parseEnvelope(
  wire: WirePoint,
  numbers: NumberTimes,
  faults: InputFault[],
): Envelope | undefined {
  const before = faults.length;
  if (wire.v === undefined) addFault(faults, ['v'], REASONS.missing, wire);
  const t1 = wire.t1 == null ? undefined : readTime(wire.t1, 't1', numbers, faults);
  const t2 = wire.t2 ? readTime(wire.t2, 't2', numbers, faults) : undefined;
  if (t1 !== undefined && t2 !== undefined && t2 < t1) {
    const refusal = valueError(`expected t2 from t1 ${printTime(t1)}, got ${printTime(t2)}`);
    addFault(faults, ['t2'], refusal, wire.t2);
  }
  const c = wire.c === undefined ? 1 : readConfidence(wire.c, faults);
  const src = wire.src == null ? undefined : readSource(wire.src, faults);
  return faults.length === before ? { t1, t2, c, src } : undefined;
}

function readTime(
  input: unknown,
  name: string,
  numbers: NumberTimes,
  faults: InputFault[],
): number | undefined {
  if (numbers === 'epoch' && typeof input === 'number') {
    if (input >= TIME_MIN && input <= TIME_MAX) return Math.floor(input);
    return addFault(faults, [name], REASONS.distantTime, input);
  }
  const time = toTime(input);
  return typeof time === 'number' ? time : addFault(faults, [name], time, input);
}

function readConfidence(input: unknown, faults: InputFault[]): number {
  const c = toFloat(input);
  if (typeof c === 'number' && c >= 0 && c <= 1) return c;
  const reason = typeof c === 'object' ? c : c > 1 ? REASONS.aboveOne : REASONS.belowZero;
  addFault(faults, ['c'], reason, input);
  return 0;
}

function readSource(input: unknown, faults: InputFault[]): string | undefined {
  const src = toText(input);
  return typeof src === 'string' ? src : addFault(faults, ['src'], src, input);
}
