/**
 * Attributes as `defineEntity` takes them: made by plain, observations and timeseries, each the keys that an entity file
 * would hold and the types of its values.
 * Runs on: any.
 */
import type { SeriesKind } from './attribute.js';
import { type AnyDataType, type GivenOf, type StoredOf, typeText } from './data-type.js';

/** A length of time: a number with its unit, or ISO 8601. */
export type DurationText = `${number}${'s' | 'm' | 'h' | 'd'}` | `P${string}`;

/** Of any attribute. */
export interface AttributeOptions {
  /** For people. Default: its id. */
  readonly name?: string;
  readonly description?: string;
  /** How much longer a data-point keeps an entity with a ttl lifetime. Default: not at all. */
  readonly ttl?: DurationText;
}

/** Of a plain attribute. */
export interface PlainOptions extends AttributeOptions {
  /** People may set it. Default false. */
  readonly editable?: boolean;
}

/** What is kept of observations, and how far a value reaches beyond its validity. */
export interface HistoryOptions {
  /** Items whose t2 is older are dropped. Default: none. */
  readonly maxAge?: DurationText;
  /** At most so many items, those with the greatest t2. Default: all. */
  readonly maxItems?: number;
  /** The last item keeps its confidence this long after t2. Default: not at all. */
  readonly expireTime?: DurationText | 'inf';
  /** Confidence climbs from 0 over this long before t1. Default: at once. */
  readonly preValidity?: DurationText;
  /** Confidence falls to 0 over this long after t2. Default: at once. */
  readonly postValidity?: DurationText;
  /** Equal neighbours are merged. Default true. */
  readonly aggregate?: boolean;
}

/** Of observations. */
export interface ObservationsOptions extends PlainOptions {
  /** Several values may be valid at once; the current value is then a list. Default false. */
  readonly multiValue?: boolean;
  readonly confidence?: boolean;
  readonly historyForceGraph?: boolean;
  readonly history?: HistoryOptions;
}

/** What a series may hold. */
export type SeriesType = 'int' | 'int64' | 'float' | 'time';

/** Series id -> what it holds. */
export type SeriesMap = Readonly<Record<string, SeriesType>>;

/** Of a timeseries. */
export interface TimeseriesOptions<S extends SeriesMap> extends AttributeOptions {
  readonly series: S;
  /** Chunks whose t2 is older are dropped. Default: none. */
  readonly maxAge?: DurationText;
}

/** Series that a kind has by itself. */
type Implied<K> = K extends 'irregular'
  ? { readonly time: 'time' }
  : K extends 'irregular_intervals'
    ? { readonly time_first: 'time'; readonly time_last: 'time' }
    : unknown;

declare const STORED: unique symbol;
declare const GIVEN: unique symbol;

/** An attribute of a definition: its specification, and what its values are. Made by the functions below. */
export interface AttributeDefinition<K extends string, V, I, M extends boolean = false> {
  readonly kind: K;
  readonly isMultiValue: M;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Never there at run time. */
  readonly [STORED]?: V;
  /** Never there at run time. */
  readonly [GIVEN]?: I;
}

/** Any attribute of a definition. */
export type AnyAttribute = AttributeDefinition<string, unknown, unknown, boolean>;

/** Attribute id -> attribute. */
export type AttributeDefinitions = Readonly<Record<string, AnyAttribute>>;

/** One value, the last to arrive. */
export function plain<const T extends AnyDataType>(
  type: T,
  options: PlainOptions = {},
): AttributeDefinition<'plain', StoredOf<T>, GivenOf<T>> {
  const spec = { type: 'plain', data_type: typeText(type), ...options };
  return { kind: 'plain', isMultiValue: false, spec };
}

/** Values with validity: what was seen, from when to when, how surely. */
export function observations<const T extends AnyDataType>(
  type: T,
  options: ObservationsOptions & { readonly multiValue: true },
): AttributeDefinition<'observations', StoredOf<T>, GivenOf<T>, true>;
export function observations<const T extends AnyDataType>(
  type: T,
  options?: ObservationsOptions & { readonly multiValue?: false },
): AttributeDefinition<'observations', StoredOf<T>, GivenOf<T>>;
export function observations(type: AnyDataType, options: ObservationsOptions = {}): AnyAttribute {
  const { multiValue, historyForceGraph, history = {}, ...rest } = options;
  const spec = {
    type: 'observations',
    data_type: typeText(type),
    ...rest,
    multi_value: multiValue,
    history_force_graph: historyForceGraph,
    history_params: written({
      max_age: history.maxAge,
      max_items: history.maxItems,
      expire_time: history.expireTime,
      pre_validity: history.preValidity,
      post_validity: history.postValidity,
      aggregate: history.aggregate,
    }),
  };
  return { kind: 'observations', isMultiValue: multiValue ?? false, spec: written(spec) };
}

type Samples<S> = { readonly [K in keyof S]: readonly StoredOf<S[K]>[] };
type SamplesGiven<S> = { readonly [K in keyof S]: readonly GivenOf<S[K]>[] };

/** Samples in chunks: at a fixed `timeStep`, each with its `time`, or each with `time_first` and `time_last`. */
export function timeseries<K extends SeriesKind, const S extends SeriesMap>(
  kind: K,
  options: TimeseriesOptions<S> &
    (K extends 'regular' ? { readonly timeStep: DurationText } : { readonly timeStep?: never }),
): AttributeDefinition<'timeseries', Samples<S & Implied<K>>, SamplesGiven<S & Implied<K>>> {
  const { series, maxAge, timeStep, ...rest } = options as TimeseriesOptions<S> & {
    readonly timeStep?: DurationText;
  };
  const types = Object.entries(series).map(([id, type]) => [id, { data_type: type }]);
  const spec = {
    type: 'timeseries',
    timeseries_type: kind,
    ...rest,
    series: Object.fromEntries(types),
    timeseries_params: written({ max_age: maxAge, time_step: timeStep }),
  };
  return { kind: 'timeseries', isMultiValue: false, spec };
}

/** Without the keys that were left out: an absent key has a default, an undefined one is a fault. */
export function written(
  spec: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}
