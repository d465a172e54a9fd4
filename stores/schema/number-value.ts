/**
 * Numbers as DP³ takes them: integers from whole numbers, booleans and texts such as `"1_000"` or `" +5 "`, floats from
 * the like. Integers beyond their range, NaN and infinities are refused at the door, since what is accepted must be
 * stored and printed exactly.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import { type FaultReason, REASONS } from './input-fault.js';

const INT_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const INT64_MAX = (1n << 63n) - 1n;
const INT64_MIN = -(1n << 63n);
// No two adjacent parts match the same characters: linear time on any text.
const WHOLE_TEXT = /^\s*([+-]?)(\d+(?:_\d+)*)(?:\.0*)?\s*$/;
const FLOAT_TEXT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i;
const ENDLESS_TEXT = /^[+-]?(?:inf|infinity|nan)$/i;

/** Type `int`: a whole number within ±(2⁵³−1), so that every JSON reader gets it right. */
export function toInt(input: unknown): number | FaultReason {
  // `+ 0` turns -0 to 0: stored integers have no sign of zero.
  if (typeof input === 'number' && Number.isSafeInteger(input)) return input + 0;
  const whole = toWhole(input);
  if (typeof whole === 'object') return whole;
  return outOfRange(whole, -INT_MAX, INT_MAX) ?? Number(whole);
}

/** Type `int64`: a whole number of 64 bits with sign, as a bigint. */
export function toInt64(input: unknown): bigint | FaultReason {
  if (typeof input === 'number' && Number.isSafeInteger(input)) return BigInt(input);
  const whole = toWhole(input);
  if (typeof whole === 'object') return whole;
  return outOfRange(whole, INT64_MIN, INT64_MAX) ?? whole;
}

/** Type `float`: a finite double. Integers too long for one are rounded to the nearest. */
export function toFloat(input: unknown): number | FaultReason {
  if (typeof input === 'number') return Number.isFinite(input) ? input + 0 : REASONS.notFinite;
  if (typeof input === 'boolean') return input ? 1 : 0;
  if (typeof input === 'bigint') return finite(Number(input));
  return typeof input === 'string' ? floatOfText(input) : REASONS.notFloat;
}

/** True when a bigint has an exact 64-bit form. */
export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** An integer of at most 64 bits as JSON readers like it best: a number where that is exact, else the bigint. */
export function wholeToJson(value: bigint): number | bigint {
  return value >= -INT_MAX && value <= INT_MAX ? Number(value) : value;
}

function toWhole(input: unknown): bigint | FaultReason {
  switch (typeof input) {
    case 'bigint':
      return input;
    case 'boolean':
      return input ? 1n : 0n;
    case 'number':
      if (Number.isInteger(input)) return BigInt(input);
      return Number.isFinite(input) ? REASONS.fractionalInt : REASONS.notFinite;
    case 'string':
      return wholeOfText(input);
    default:
      return REASONS.notInt;
  }
}

function wholeOfText(text: string): bigint | FaultReason {
  // Turning digits to a bigint takes the square of their number.
  if (text.length > STORE_LIMITS.integerDigitsMax) return REASONS.longInt;
  const found = WHOLE_TEXT.exec(text);
  if (found === null) return REASONS.unclearInt;
  const digits = BigInt(found[2]!.replaceAll('_', ''));
  return found[1] === '-' ? -digits : digits;
}

function outOfRange(whole: bigint, min: bigint, max: bigint): FaultReason | undefined {
  if (whole > max) {
    return { type: 'less_than_equal', msg: `Input should be less than or equal to ${max}` };
  }
  if (whole < min) {
    return { type: 'greater_than_equal', msg: `Input should be greater than or equal to ${min}` };
  }
  return undefined;
}

function floatOfText(text: string): number | FaultReason {
  if (text.length > STORE_LIMITS.integerDigitsMax) return REASONS.unclearFloat;
  const trimmed = text.trim();
  if (ENDLESS_TEXT.test(trimmed)) return REASONS.notFinite;
  if (!FLOAT_TEXT.test(trimmed)) return REASONS.unclearFloat;
  return finite(Number(trimmed.replaceAll('_', '')) + 0);
}

function finite(value: number): number | FaultReason {
  return Number.isFinite(value) ? value : REASONS.notFinite;
}
