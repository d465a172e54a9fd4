/**
 * An entity type as it is written down: DP³'s entity file, `{entity, attribs}`, as plain data. Parsed, it has every
 * default filled in and durations in ISO 8601, so that the same type always reads the same; that form travels to
 * threads and is what GET /entities prints.
 * Runs on: any.
 */
import type { SeriesKind } from './attribute.js';
import type { IdTypeName } from './entity-id.js';

/** One entity type, complete. Durations are ISO 8601 texts, null is "not limited". */
export interface EntitySpec {
  readonly entity: EntityHead;
  /** Attribute id -> attribute. */
  readonly attribs: Readonly<Record<string, AttributeSpec>>;
}

/** What is said of the type as a whole. */
export interface EntityHead {
  readonly id: string;
  readonly id_data_type: IdTypeName;
  readonly name: string;
  readonly description: string;
  readonly snapshot: boolean;
  readonly lifetime: LifetimeSpec;
}

/** How long entities of the type live. */
export type LifetimeSpec =
  | { readonly type: 'immortal' }
  | { readonly type: 'ttl'; readonly on_create: string; readonly mirror_data: boolean }
  | { readonly type: 'weak' };

interface AnySpec {
  readonly name: string;
  readonly description: string;
  readonly ttl: string;
}

/** One value, the last to arrive. */
export interface PlainSpec extends AnySpec {
  readonly type: 'plain';
  readonly data_type: string;
  readonly editable: boolean;
}

/** Values with validity. */
export interface ObservationsSpec extends AnySpec {
  readonly type: 'observations';
  readonly data_type: string;
  readonly editable: boolean;
  readonly confidence: boolean;
  readonly multi_value: boolean;
  readonly history_force_graph: boolean;
  readonly history_params: {
    readonly max_age: string | null;
    readonly max_items: number | null;
    /** A duration, `inf`, or null. */
    readonly expire_time: string | null;
    readonly pre_validity: string;
    readonly post_validity: string;
    readonly aggregate: boolean;
  };
}

/** Chunks of samples. */
export interface TimeseriesSpec extends AnySpec {
  readonly type: 'timeseries';
  readonly timeseries_type: SeriesKind;
  /** As written: the series that the kind implies are not in it. */
  readonly series: Readonly<Record<string, { readonly data_type: string }>>;
  readonly timeseries_params: {
    readonly max_age: string | null;
    readonly time_step: string | null;
  };
}

/** One attribute, complete. */
export type AttributeSpec = PlainSpec | ObservationsSpec | TimeseriesSpec;

/** What ids of entity types, attributes and series look like. */
export const ID_PATTERN = /^[a-zA-Z_][a-zA-Z0-9_-]*$/;

/**
 * Names that an attribute may not have, with what has them already: the id and the time in every answer about an
 * entity, and the one key that is no key in JavaScript.
 */
export const RESERVED_NAMES: readonly string[] = ['eid', '_time_created', '__proto__'];
