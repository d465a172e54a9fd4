/**
 * One attribute specification -> the Attribute that the platform works with, and the mirror of a link attribute.
 * Runs on: any.
 */
import { assert } from '../../core/internal.js';
import { type Attribute, type HistoryRules, KIND_NUMBERS, type SeriesKind } from './attribute.js';
import { parseDuration } from './duration.js';
import type { IdType } from './entity-id.js';
import type { AttributeSpec, ObservationsSpec, PlainSpec, TimeseriesSpec } from './entity-spec.js';
import type { SpecPath } from './spec-fault.js';
import { parseValueType, type ValueType } from './value-type.js';

/** Where the attribute stands. */
export interface AttributePlace {
  readonly id: string;
  readonly entity: string;
  readonly index: number;
}

/** The type that `text` names; undefined after noting, for the place in the specification, why it names none. */
export type TypeReader = (text: string, at: SpecPath) => ValueType | undefined;

/** The attribute, or undefined if `readType` did not know a type it needs. */
export function buildAttribute(
  spec: AttributeSpec,
  place: AttributePlace,
  readType: TypeReader,
): Attribute | undefined {
  const at = ['attribs', place.id];
  if (spec.type === 'timeseries') return buildTimeseries(spec, place, readType);
  const type = readType(spec.data_type, [...at, 'data_type']);
  if (type === undefined) return undefined;
  return Object.freeze({
    ...shared(spec, place),
    isEditable: spec.editable,
    type,
    isMultiValue: spec.type === 'observations' && spec.multi_value,
    hasConfidence: spec.type === 'observations' && spec.confidence,
    history: spec.type === 'observations' ? historyOf(spec.history_params) : NO_HISTORY,
    spec: printed(spec, place.id),
  });
}

/** The read-only attribute `place.id` of the type that `source` links to: the set of those that link there. */
export function buildMirror(
  place: AttributePlace,
  source: { readonly attribute: Attribute; readonly idType: IdType },
): Attribute {
  const { entity, id } = source.attribute;
  const spec: PlainSpec = {
    type: 'plain',
    name: place.id,
    description: `Mirror of the links of ${entity}.${id}`,
    ttl: 'PT0S',
    data_type: `set<link<${entity}>>`,
    editable: false,
  };
  const type = parseValueType(spec.data_type, () => source.idType);
  assert(typeof type !== 'string', `a type for a mirror, got: ${String(type)}`);
  return Object.freeze({
    ...shared(spec, place),
    type,
    mirrors: Object.freeze({ etype: entity, attr: id }),
    spec: printed(spec, place.id),
  });
}

function buildTimeseries(
  spec: TimeseriesSpec,
  place: AttributePlace,
  readType: TypeReader,
): Attribute | undefined {
  const written = { ...spec.series, ...IMPLIED_SERIES[spec.timeseries_type] };
  const series = new Map<string, ValueType>();
  for (const [id, { data_type }] of Object.entries(written)) {
    const type = readType(data_type, ['attribs', place.id, 'series', id, 'data_type']);
    if (type === undefined) return undefined;
    series.set(id, type);
  }
  const { max_age, time_step } = spec.timeseries_params;
  return Object.freeze({
    ...shared(spec, place),
    series,
    seriesKind: spec.timeseries_type,
    // A step that was written for another kind has no meaning there.
    timeStepMs: spec.timeseries_type === 'regular' ? msOf(time_step) : undefined,
    history: Object.freeze({ ...NO_HISTORY, maxAgeMs: msOf(max_age) }),
    spec: printed({ ...spec, series: written }, place.id),
  });
}

/** Series that a kind has whether written or not; written otherwise, they are these all the same. */
const IMPLIED_SERIES: Readonly<Record<SeriesKind, TimeseriesSpec['series']>> = {
  regular: {},
  irregular: { time: { data_type: 'time' } },
  irregular_intervals: { time_first: { data_type: 'time' }, time_last: { data_type: 'time' } },
};

const NO_HISTORY: HistoryRules = Object.freeze({
  maxAgeMs: undefined,
  maxItems: undefined,
  expireTimeMs: undefined,
  preValidityMs: 0,
  postValidityMs: 0,
  isAggregated: false,
});

const NO_SERIES: ReadonlyMap<string, ValueType> = new Map();

/** What all kinds have, and what most have not: every attribute has the same keys in the same order. */
function shared(spec: AttributeSpec, place: AttributePlace): Omit<Attribute, 'spec'> {
  return {
    id: place.id,
    entity: place.entity,
    index: place.index,
    kind: spec.type,
    name: spec.name,
    description: spec.description,
    ttlMs: parseDuration(spec.ttl)!,
    isEditable: false,
    type: undefined,
    isMultiValue: false,
    hasConfidence: false,
    history: NO_HISTORY,
    series: NO_SERIES,
    seriesKind: undefined,
    timeStepMs: undefined,
    mirrors: undefined,
  };
}

function historyOf(spec: ObservationsSpec['history_params']): HistoryRules {
  return Object.freeze({
    maxAgeMs: msOf(spec.max_age),
    maxItems: spec.max_items ?? undefined,
    expireTimeMs: msOf(spec.expire_time),
    preValidityMs: parseDuration(spec.pre_validity)!,
    postValidityMs: parseDuration(spec.post_validity)!,
    isAggregated: spec.aggregate,
  });
}

function msOf(duration: string | null): number | undefined {
  if (duration === null) return undefined;
  return duration === 'inf' ? Infinity : parseDuration(duration)!;
}

function printed(spec: AttributeSpec, id: string): Attribute['spec'] {
  return Object.freeze({ id, t: KIND_NUMBERS[spec.type], ...spec });
}
