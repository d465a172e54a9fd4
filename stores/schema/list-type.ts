/**
 * Arrays and sets: lists of one primitive or link type. A set is a list too, in the order given, in which no value
 * stands twice, and two sets are equal whatever their order.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import { addFault, HERE, type InputFault, type Loc, putUnder, REASONS } from './input-fault.js';
import type { ValueKey, ValueType } from './value-kind.js';

/** `array<element>` or `set<element>`. */
export function createListType(kind: 'array' | 'set', element: ValueType): ValueType {
  const { isPrintedAsStored } = element;
  return Object.freeze({
    kind,
    text: `${kind}<${element.text}>`,
    isPrintedAsStored,
    ...(element.link === undefined ? {} : { link: { ...element.link, isMany: true } }),
    parse(input: unknown, loc: Loc, faults: InputFault[]): unknown {
      if (!Array.isArray(input)) return addFault(faults, loc, REASONS.notList, input);
      const values = parseElements(element, input, loc, faults);
      return values === undefined || kind === 'array' ? values : distinct(element, values);
    },
    toJson(value: unknown): unknown {
      return isPrintedAsStored ? value : (value as unknown[]).map((one) => element.toJson(one));
    },
    keyOf(value: unknown): ValueKey {
      const keys = (value as unknown[]).map((one) => element.keyOf(one));
      return JSON.stringify(kind === 'set' ? keys.sort() : keys);
    },
  } satisfies ValueType);
}

/**
 * Each element parsed; undefined after adding faults, not more than a bound of them. The list itself where every
 * element was stored as it came, which saves most copies.
 */
export function parseElements(
  element: ValueType,
  input: readonly unknown[],
  loc: Loc,
  faults: InputFault[],
): readonly unknown[] | undefined {
  const before = faults.length;
  let copy: unknown[] | undefined;
  for (let index = 0; index < input.length; index++) {
    const faultsSoFar = faults.length;
    const value = element.parse(input[index], HERE, faults);
    if (value === undefined) {
      putUnder([...loc, index], faults, faultsSoFar);
      if (faults.length - before >= STORE_LIMITS.faultsPerValueMax) return undefined;
    } else if (copy !== undefined) {
      copy.push(value);
    } else if (!Object.is(value, input[index])) {
      copy = input.slice(0, index);
      copy.push(value);
    }
  }
  return faults.length === before ? (copy ?? input) : undefined;
}

/** The values without those equal to an earlier one. */
function distinct(element: ValueType, values: readonly unknown[]): readonly unknown[] {
  const seen = new Set<ValueKey>();
  for (const value of values) seen.add(element.keyOf(value));
  if (seen.size === values.length) return values;
  return values.filter((value) => seen.delete(element.keyOf(value)));
}
