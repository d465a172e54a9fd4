/**
 * The twelve data types that stand alone, a ValueType each.
 * Runs on: any.
 */
import { CodedError } from '../../core/index.js';
import { addFault, type FaultReason, type InputFault, type Loc, REASONS } from './input-fault.js';
import { parseIpv4, parseIpv6 } from './ip-address.js';
import { parseJsonText } from './json-body.js';
import { jsonKey, jsonRefusal } from './json-value.js';
import { parseMac } from './mac-address.js';
import { toFloat, toInt, toInt64, wholeToJson } from './number-value.js';
import { toText } from './text-value.js';
import { printTime, toTime } from './time-value.js';
import type { PrimitiveKind, ValueKey, ValueType } from './value-kind.js';

/** The type of that name, always the same object; undefined when the name is of no primitive. */
export function primitiveType(name: string): ValueType | undefined {
  return PRIMITIVES.get(name as PrimitiveKind);
}

/** The names of all primitive types. */
export function primitiveNames(): readonly PrimitiveKind[] {
  return [...PRIMITIVES.keys()];
}

/** Reads a primitive: its value, which is no object, or the reason why not, which is one. */
type Reader = (input: unknown) => string | number | boolean | bigint | FaultReason;

const PRIMITIVES: ReadonlyMap<PrimitiveKind, ValueType> = new Map(
  [
    scalarType('tag', toBool),
    scalarType('binary', toBool),
    scalarType('string', toText),
    scalarType('int', toInt),
    int64Type(),
    scalarType('float', toFloat),
    scalarType('ipv4', (input) => parseIpv4(input) ?? REASONS.notIpv4),
    scalarType('ipv6', (input) => parseIpv6(input) ?? REASONS.notIpv6),
    scalarType('mac', (input) => parseMac(input) ?? REASONS.notMac),
    timeType(),
    specialType(),
    jsonType(),
  ].map((type) => [type.kind as PrimitiveKind, Object.freeze(type)]),
);

function scalarType(kind: PrimitiveKind, read: Reader): ValueType {
  return {
    kind,
    text: kind,
    isPrintedAsStored: true,
    parse(input: unknown, loc: Loc, faults: InputFault[]): unknown {
      const value = read(input);
      return typeof value === 'object' ? addFault(faults, loc, value, input) : value;
    },
    toJson: asItIs,
    keyOf: asKey,
  };
}

function int64Type(): ValueType {
  return {
    ...scalarType('int64', toInt64),
    isPrintedAsStored: false,
    toJson: (value) => wholeToJson(value as bigint),
    keyOf: jsonKey,
  };
}

function timeType(): ValueType {
  return {
    ...scalarType('time', toTime),
    isPrintedAsStored: false,
    toJson: (value) => printTime(value as number),
  };
}

function specialType(): ValueType {
  return {
    ...scalarType('special', toText),
    parse(input: unknown, loc: Loc, faults: InputFault[]): unknown {
      const refusal = jsonRefusal(input);
      return refusal === undefined ? input : addFault(faults, loc, refusal, input);
    },
    keyOf: jsonKey,
  };
}

/** Objects and lists as they are; a string is JSON text, and may hold a scalar. */
function jsonType(): ValueType {
  return {
    ...specialType(),
    kind: 'json',
    text: 'json',
    parse(input: unknown, loc: Loc, faults: InputFault[]): unknown {
      const value = typeof input === 'string' ? jsonOfText(input) : { json: input };
      if (!('json' in value)) return addFault(faults, loc, value, input);
      if (typeof input !== 'string' && (typeof input !== 'object' || input === null)) {
        return addFault(faults, loc, REASONS.notJson, input);
      }
      const refusal = jsonRefusal(value.json);
      return refusal === undefined ? value.json : addFault(faults, loc, refusal, input);
    },
  };
}

function jsonOfText(text: string): { readonly json: unknown } | FaultReason {
  try {
    return { json: parseJsonText(text) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { type: 'json_invalid', msg: `Invalid JSON: ${error.message}` };
  }
}

/** Types `tag` and `binary`: booleans, 0 and 1, and the usual words for them in any case. */
function toBool(input: unknown): boolean | FaultReason {
  switch (typeof input) {
    case 'boolean':
      return input;
    case 'number':
      if (input === 0 || input === 1) return input === 1;
      return Number.isInteger(input) ? REASONS.unclearBool : REASONS.notBool;
    case 'string':
      return WORDS.get(input.length > 5 ? '' : input.toLowerCase()) ?? REASONS.unclearBool;
    default:
      return REASONS.notBool;
  }
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
]);

function asItIs(value: unknown): unknown {
  return value;
}

function asKey(value: unknown): ValueKey {
  return value as ValueKey;
}
