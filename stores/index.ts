/**
 * The public door of what is stored. Reading order of what is behind it: schema/entity-spec (an entity type as it is
 * written), schema/define-entity (the same in TypeScript), schema/model (all types, parsed), schema/value-type and
 * schema/data-point (what comes in); record and history/ (what is kept, and what it means at an instant); then keys,
 * entry-log, committer and entity-store for how that lies on disk, and folder for where it all begins.
 */
export { STORE_ERROR_CODES, type StoreErrorCode } from './errors.js';
export type { Attribute, AttributeKind, HistoryRules, SeriesKind } from './schema/attribute.js';
export {
  type AnyAttribute,
  type AttributeDefinition,
  type AttributeDefinitions,
  type AttributeOptions,
  type DurationText,
  type HistoryOptions,
  type ObservationsOptions,
  observations,
  type PlainOptions,
  plain,
  type SeriesMap,
  type SeriesType,
  type TimeseriesOptions,
  timeseries,
} from './schema/attribute-definition.js';
export {
  type AnyDataType,
  array,
  category,
  type DataType,
  dict,
  type EidOf,
  type Element,
  type GivenOf,
  type Json,
  type Link,
  type LinkData,
  type LinkGiven,
  type LinkTarget,
  type LinkType,
  link,
  type PrimitiveName,
  type StoredOf,
  set,
} from './schema/data-type.js';
export {
  defineEntity,
  type EntityDefinition,
  type EntityOptions,
  type LifetimeOptions,
} from './schema/define-entity.js';
export type { EntityId, IdType, IdTypeName } from './schema/entity-id.js';
export type {
  AttributeSpec,
  EntityHead,
  EntitySpec,
  LifetimeSpec,
  ObservationsSpec,
  PlainSpec,
  TimeseriesSpec,
} from './schema/entity-spec.js';
export type { EntityType } from './schema/entity-type.js';
export type {
  AttrOf,
  CurrentMapOf,
  CurrentOf,
  Defined,
  HistoryItemOf,
  HistoryOf,
  IdOf,
  PointOf,
  RecordOf,
  TimeGiven,
  ValueOf,
  ValuesOf,
  WirePointOf,
} from './schema/inferred.js';
export type { InputFault, Loc } from './schema/input-fault.js';
export type { Lifetime, TtlTokens } from './schema/lifetime.js';
export {
  createModel,
  type Model,
  type ModelFault,
  type ModelOptions,
  modelFaultText,
} from './schema/model.js';
export type { ValueKind, ValueType } from './schema/value-type.js';
