/**
 * One attribute of an entity type as the platform works with it: parsed, complete, immutable. Its source, the
 * DP³ file or `defineEntity`, is an EntitySpec; `createModel` makes one from the other.
 * Runs on: any.
 */
import type { ValueType } from './value-type.js';

/** Plain: one value, the last to arrive. Observations: values with validity. Timeseries: chunks of samples. */
export type AttributeKind = 'plain' | 'observations' | 'timeseries';

/** Where the samples of a timeseries get their times from: a fixed step, one time each, or first and last. */
export type SeriesKind = 'regular' | 'irregular' | 'irregular_intervals';

/** What is kept of an attribute's past, and how far a value reaches beyond its validity. All in ms. */
export interface HistoryRules {
  /** Items whose t2 is older than this are dropped; undefined keeps them whatever their age. */
  readonly maxAgeMs: number | undefined;
  /** At most so many items, those with the greatest t2; undefined is no bound. */
  readonly maxItems: number | undefined;
  /** The last item keeps its confidence this long after t2; Infinity is `inf`, undefined is not at all. */
  readonly expireTimeMs: number | undefined;
  /** Confidence climbs from 0 over this long before t1. */
  readonly preValidityMs: number;
  /** Confidence falls to 0 over this long after t2. */
  readonly postValidityMs: number;
  /** Equal neighbours are merged. */
  readonly isAggregated: boolean;
}

/** One attribute; frozen. Two of one model are the same attribute only if they are the same object. */
export interface Attribute {
  readonly id: string;
  /** The entity type it belongs to. */
  readonly entity: string;
  /** Its position in `list` of the entity type: dense from 0, for arrays; not stable between models. */
  readonly index: number;
  readonly kind: AttributeKind;
  readonly name: string;
  readonly description: string;
  /** How much longer a data-point of it keeps an entity with a ttl lifetime; 0 is not at all. */
  readonly ttlMs: number;
  readonly isEditable: boolean;
  /** Undefined for timeseries, which have a type per series. */
  readonly type: ValueType | undefined;
  /** Several values may be valid at once; only observations. */
  readonly isMultiValue: boolean;
  /** The specification asks for confidence; it is stored and shown of all observations anyway. */
  readonly hasConfidence: boolean;
  /** For plain attributes nothing is kept, and all of it is neutral. */
  readonly history: HistoryRules;
  /** Series id -> type, those that the kind implies included (`time`, or `time_first` and `time_last`). */
  readonly series: ReadonlyMap<string, ValueType>;
  readonly seriesKind: SeriesKind | undefined;
  /** Set for regular timeseries. */
  readonly timeStepMs: number | undefined;
  /** Set on the read-only attribute that mirrors links into this type: whose links. Nothing is stored of it. */
  readonly mirrors: { readonly etype: string; readonly attr: string } | undefined;
  /** As GET /entities prints it: every key of its kind with its default, durations in ISO 8601, and `t`. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The number DP³'s answers give a kind by. */
export const KIND_NUMBERS: Readonly<Record<AttributeKind, 1 | 2 | 4>> = {
  plain: 1,
  observations: 2,
  timeseries: 4,
};

/**
 * What the stored bytes of the attribute depend on, as text: where it differs between two models, what one wrote is
 * not readable as the other's. Mirrors and the members of categories are no part of it: gaining or losing one leaves
 * what is stored as it is. Undefined for the mirror attribute, which stores nothing.
 */
export function storedForm(attribute: Attribute): string | undefined {
  if (attribute.mirrors !== undefined) return undefined;
  if (attribute.type !== undefined) return `${attribute.kind} ${bareText(attribute.type)}`;
  const series = [...attribute.series].map(([id, type]) => `${id}:${type.text}`).sort();
  return `timeseries ${attribute.seriesKind} ${series.join(' ')}`;
}

function bareText(type: ValueType): string {
  return type.text.replace(/\s*;\s*mirror=[\w-]+/g, '').replace(/(category<\w+)\s*;[^>]*>/g, '$1>');
}
