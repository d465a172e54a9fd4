/**
 * Dicts: objects with a fixed set of keys, a primitive type each. Keys that the type does not have are dropped, an
 * optional one that is missing is stored as null.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import {
  addFault,
  HERE,
  type InputFault,
  isRecord,
  type Loc,
  putUnder,
  REASONS,
} from './input-fault.js';
import type { ValueKey, ValueType } from './value-kind.js';

/** One key of a dict. */
export interface DictField {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: ValueType;
}

/** `dict<name:type,…>`; names are distinct, none is `__proto__`. */
export function createDictType(fields: readonly DictField[]): ValueType {
  const isPrintedAsStored = fields.every((field) => field.type.isPrintedAsStored);
  return Object.freeze({
    kind: 'dict',
    text: `dict<${fields.map(fieldText).join(',')}>`,
    isPrintedAsStored,
    parse(input: unknown, loc: Loc, faults: InputFault[]): unknown {
      if (!isRecord(input)) return addFault(faults, loc, REASONS.notObject, input);
      const before = faults.length;
      const dict = parseFields(fields, input, faults);
      if (dict === undefined) putUnder(loc, faults, before);
      return dict;
    },
    toJson(value: unknown): unknown {
      if (isPrintedAsStored) return value;
      const dict = value as Record<string, unknown>;
      return Object.fromEntries(
        fields.map(({ name, type }) => [
          name,
          dict[name] === null ? null : type.toJson(dict[name]),
        ]),
      );
    },
    keyOf(value: unknown): ValueKey {
      const dict = value as Record<string, unknown>;
      return JSON.stringify(
        fields.map(({ name, type }) => (dict[name] === null ? null : type.keyOf(dict[name]))),
      );
    },
  } satisfies ValueType);
}

function parseFields(
  fields: readonly DictField[],
  input: Record<string, unknown>,
  faults: InputFault[],
): Record<string, unknown> | undefined {
  const before = faults.length;
  const dict: Record<string, unknown> = {};
  for (const { name, isOptional, type } of fields) {
    // Own keys only: `constructor` is a good name for a key, and every object has one.
    const given = Object.hasOwn(input, name) ? input[name] : undefined;
    if (isOptional && (given === undefined || given === null)) {
      dict[name] = null;
      continue;
    }
    const faultsSoFar = faults.length;
    if (given === undefined) addFault(faults, HERE, REASONS.missing, input);
    else dict[name] = type.parse(given, HERE, faults);
    if (faults.length === faultsSoFar) continue;
    putUnder([name], faults, faultsSoFar);
    if (faults.length - before >= STORE_LIMITS.faultsPerValueMax) return undefined;
  }
  return faults.length === before ? dict : undefined;
}

function fieldText({ name, isOptional, type }: DictField): string {
  return `${name}${isOptional ? '?' : ''}:${type.text}`;
}
