/**
 * Current values of an entity as the API prints them: `{eid, attr: value, "attr#c": confidence}`, computed from the
 * history for any instant, and mirrors from the links there are now. Timeseries have no current value; an attribute
 * without one is left out. Pure.
 * Runs on: any.
 */
import {
  type Attribute,
  currentValues,
  type EntityId,
  observedAt,
  printValues,
} from '../../stores/internal.js';
import { plainOf, type StoredRecord } from './stored-record.js';

/** Printed values by attribute, their confidences by `attribute#c`, and `eid`. */
export type ValuesForm = Readonly<Record<string, unknown>>;

/** What an attribute is worth at an instant, printed. */
export interface CurrentForm {
  /** A list for a multi-value attribute. */
  readonly value: unknown;
  /** In the shape of the value; undefined where values have no confidence. */
  readonly confidence: number | readonly number[] | undefined;
}

export function valuesForm(stored: StoredRecord, t: number): ValuesForm {
  const form = printValues(stored.entity, currentValues(stored, t));
  for (const attribute of stored.entity.list) {
    if (attribute.mirrors === undefined) continue;
    const sources = stored.mirrored(attribute);
    if (sources.length > 0) form[attribute.id] = sources.map(linkTo);
  }
  return form;
}

/** Undefined when the attribute has no value at `t`. */
export function currentForm(
  stored: StoredRecord,
  attribute: Attribute,
  t: number,
): CurrentForm | undefined {
  const { type } = attribute;
  if (attribute.mirrors !== undefined) {
    const sources = stored.mirrored(attribute);
    if (sources.length === 0) return undefined;
    return { value: sources.map(linkTo), confidence: undefined };
  }
  if (type === undefined) return undefined;
  if (attribute.kind === 'plain') {
    const plain = plainOf(stored, attribute);
    return plain === undefined ? undefined : { value: type.toJson(plain.v), confidence: undefined };
  }
  const number = stored.numbers.attrNo(attribute.entity, attribute.id);
  const found = observedAt(stored, attribute, number, t);
  const [first] = found;
  if (first === undefined) return undefined;
  if (!attribute.isMultiValue) return { value: type.toJson(first.v), confidence: first.confidence };
  return {
    value: found.map((one) => type.toJson(one.v)),
    confidence: found.map((one) => one.confidence),
  };
}

function linkTo(eid: EntityId): { readonly eid: EntityId } {
  return { eid };
}
