/**
 * One attribute as the API prints it: `{attr_type, current_value, history}`. Pure.
 * Runs on: any.
 */
import { type Attribute, KIND_NUMBERS } from '../../stores/internal.js';
import { itemForm, samplesForm } from './master-form.js';
import { type Dates, itemsOf, type StoredRecord } from './stored-record.js';
import { currentForm } from './value-form.js';

export interface AttributeForm {
  readonly attr_type: 1 | 2 | 4;
  /** null when there is none, and always for a timeseries. */
  readonly current_value: unknown;
  readonly history: readonly unknown[];
}

/** History within `dates`, current value at `at`. `stored` is undefined for an entity that is not there. */
export function attributeForm(
  attribute: Attribute,
  stored: StoredRecord | undefined,
  asked: { readonly dates: Dates; readonly at: number; readonly now: number },
): AttributeForm {
  const attr_type = KIND_NUMBERS[attribute.kind];
  if (stored === undefined) return { attr_type, current_value: null, history: [] };
  const current_value = currentForm(stored, attribute, asked.at)?.value ?? null;
  if (attribute.kind === 'plain') return { attr_type, current_value, history: [] };
  const items = itemsOf(stored, attribute, asked.dates, asked.now);
  const history =
    attribute.kind === 'observations'
      ? items.map((item) => itemForm(attribute, item))
      : samplesForm(attribute, items, asked.dates);
  return { attr_type, current_value, history };
}
