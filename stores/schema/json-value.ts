/**
 * Values of any JSON form, for the types `json` and `special`: what may be stored of it, and when two are equal.
 * What passes here is given back exactly: infinities (`1e400`), integers beyond 64 bits, lone surrogates, nesting
 * beyond the limit and, from hooks, all that JSON has no word for are refused.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import { type FaultReason, REASONS, valueError } from './input-fault.js';
import { isInt64, wholeToJson } from './number-value.js';
import { isWellFormed } from './text-value.js';
import type { ValueKey } from './value-kind.js';

const BROKEN_KEY = valueError('expected keys of well-formed text, none named __proto__');
const TOO_DEEP = valueError(`expected a value nested at most ${STORE_LIMITS.valueDepthMax} deep`);
const WIDE_INTEGER = valueError('expected integers of at most 64 bits');

/** Why a value cannot be stored as JSON, or undefined when it can. */
export function jsonRefusal(value: unknown, depth = 0): FaultReason | undefined {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? undefined : REASONS.brokenString;
    case 'number':
      return Number.isFinite(value) ? undefined : REASONS.notFinite;
    case 'boolean':
      return undefined;
    case 'bigint':
      return isInt64(value) ? undefined : WIDE_INTEGER;
    case 'object':
      if (value === null) return undefined;
      if (depth >= STORE_LIMITS.valueDepthMax) return TOO_DEEP;
      return Array.isArray(value) ? listRefusal(value, depth) : objectRefusal(value, depth);
    default:
      return valueError(`expected JSON, got ${typeof value}`);
  }
}

/** Equal keys, equal JSON: objects whatever the order of their keys, numbers whatever form they came in. */
export function jsonKey(value: unknown): ValueKey {
  switch (typeof value) {
    case 'number':
      // No sign of zero.
      return value + 0;
    case 'boolean':
      return value;
    case 'string':
      // No other text begins with a quote: an object begins with a brace, a bigint with a digit.
      return `"${value}`;
    default:
      return typeof value === 'bigint' ? bigintKey(value) : canonicalJson(value);
  }
}

/** JSON with the keys of objects in order of their code units. */
function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(byKey);
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`;
}

/** True for an object that JSON writes with braces: no list, no instance of a class. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function listRefusal(list: readonly unknown[], depth: number): FaultReason | undefined {
  // By index, as a hole must be seen.
  for (let index = 0; index < list.length; index++) {
    const refusal = jsonRefusal(list[index], depth + 1);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function objectRefusal(value: object, depth: number): FaultReason | undefined {
  if (!isPlainObject(value)) {
    return valueError(`expected JSON, got an instance of ${value.constructor?.name ?? 'a class'}`);
  }
  for (const key of Object.keys(value)) {
    // Decoders set keys one by one, where this one would set the prototype.
    if (key === '__proto__' || !isWellFormed(key)) return BROKEN_KEY;
    const refusal = jsonRefusal(value[key], depth + 1);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** A number where one is exact, so that a value has one key however it was read. */
function bigintKey(value: bigint): ValueKey {
  const whole = wholeToJson(value);
  return typeof whole === 'number' ? whole : whole.toString();
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
