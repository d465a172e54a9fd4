/**
 * Categories: values of a primitive type that must be one of a few members. A value has to equal a member exactly, as
 * in DP³: no other case, no trimming, no number from a text; only booleans and numbers equal each other (`true` is 1).
 * Runs on: any.
 */
import { addFault, HERE, type InputFault, type Loc } from './input-fault.js';
import { toInt64 } from './number-value.js';
import type { ValueKey, ValueType } from './value-kind.js';

/** `category<element;members>`, or the reason why the members, as written, make none. */
export function createCategoryType(
  element: ValueType,
  members: readonly string[],
): ValueType | string {
  const byKey = new Map<ValueKey, unknown>();
  for (const member of members) {
    const value = element.parse(member, HERE, []);
    if (value === undefined) return `expected values of type ${element.text}, got "${member}"`;
    const key = element.keyOf(value);
    if (byKey.has(key)) return `expected each value once, got "${member}" twice`;
    byKey.set(key, value);
  }
  const reason = {
    type: 'enum',
    msg: `Input should be ${choices([...byKey.values()].map(printed))}`,
  };
  const keyOfInput = KEYS_OF_INPUT[element.kind] ?? ((input: unknown) => parsedKey(element, input));
  return Object.freeze({
    kind: 'category',
    text: `category<${element.text};${members.join(',')}>`,
    isPrintedAsStored: element.isPrintedAsStored,
    parse(input: unknown, loc: Loc, faults: InputFault[]): unknown {
      const key = keyOfInput(input);
      const value = key === undefined ? undefined : byKey.get(key);
      return value === undefined ? addFault(faults, loc, reason, input) : value;
    },
    toJson: element.toJson,
    keyOf: element.keyOf,
  } satisfies ValueType);
}

type KeyOfInput = (input: unknown) => ValueKey | undefined;

/** Key of the member that an input equals, for the types where not all that can be read as a member equals it. */
const KEYS_OF_INPUT: Readonly<Record<string, KeyOfInput>> = {
  string: (input) => (typeof input === 'string' ? input : undefined),
  tag: flagOf,
  binary: flagOf,
  int: numberOf,
  int64: wholeOf,
  float: numberOf,
};

function flagOf(input: unknown): boolean | undefined {
  if (typeof input === 'boolean') return input;
  return input === 0 || input === 1 ? input === 1 : undefined;
}

function numberOf(input: unknown): number | undefined {
  if (typeof input === 'boolean') return input ? 1 : 0;
  return typeof input === 'number' ? input : undefined;
}

/** As the key of an int64: a number, or the digits of what is none. */
function wholeOf(input: unknown): ValueKey | undefined {
  if (typeof input !== 'bigint') return numberOf(input);
  const value = toInt64(input);
  return typeof value === 'bigint' ? value.toString() : undefined;
}

function parsedKey(element: ValueType, input: unknown): ValueKey | undefined {
  const value = element.parse(input, HERE, []);
  return value === undefined ? undefined : element.keyOf(value);
}

function printed(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function choices(members: readonly string[]): string {
  const last = members[members.length - 1]!;
  return members.length === 1 ? last : `${members.slice(0, -1).join(', ')} or ${last}`;
}
