/**
 * Data-points from their wire form: what arrives in a body, from a hook or by the set route, to a checked point of one
 * entity or all that is wrong with it, in two stages as DP³: faults of value and id are told only of points whose
 * envelope is sound.
 *
 * ```
 *   {type, id, attr, v, t1?, t2?, c?, src?}
 *     1 envelope    names and presence, times, t1 <= t2, confidence, source
 *     2 attribute   known type and attribute, id, value, t1 and t2 by the attribute's kind
 * ```
 * This is the hot path of ingest. Locations are relative while parsing; only a faulty point pays for the rest.
 * Runs on: any.
 */
import type { Attribute } from './attribute.js';
import type { Model } from './build-model.js';
import type { EntityId } from './entity-id.js';
import type { EntityType } from './entity-type.js';
import {
  addFault,
  type FaultReason,
  HERE,
  type InputFault,
  isRecord,
  type Loc,
  putUnder,
  REASONS,
  valueError,
} from './input-fault.js';
import { type Envelope, parseEnvelope, type WirePoint } from './point-envelope.js';
import { parseSeries } from './series-value.js';

/** One checked data-point. */
export interface DataPoint {
  readonly attr: Attribute;
  /** As the attribute's type stores it; of a timeseries `{series: {id: values}}`. */
  readonly v: unknown;
  /** Epoch ms; 0 for plain attributes, which have no validity. */
  readonly t1: number;
  /** At least t1; 0 for plain attributes. */
  readonly t2: number;
  /** 0 to 1; 1 where the kind has no confidence. */
  readonly c: number;
  readonly src: string | undefined;
}

/** A data-point of a body: whose it is, and where it stood. */
export interface Located {
  readonly entity: EntityType;
  readonly eid: EntityId;
  readonly point: DataPoint;
  readonly index: number;
}

/** A data-point of a known entity. A number as `t1` or `t2` is epoch ms, whatever its size. */
export interface PointOf {
  readonly attr: unknown;
  readonly v: unknown;
  readonly t1?: unknown;
  readonly t2?: unknown;
  readonly c?: unknown;
  readonly src?: unknown;
}

/**
 * One element of a body, at `index` of it; undefined after adding at least one fault under `['body', index]`. Never
 * throws. The value may share structure with the input.
 */
export function parseDataPoint(
  model: Model,
  input: unknown,
  index: number,
  faults: InputFault[],
): Located | undefined {
  const before = faults.length;
  const located = locate(model, input, index, faults);
  if (located === undefined) putUnder(['body', index], faults, before);
  return located;
}

/**
 * A data-point of an entity that is known already, from a hook or the set route; undefined after adding at least one
 * fault under `loc`. Never throws.
 */
export function parsePointOf(
  entity: EntityType,
  input: PointOf,
  loc: Loc,
  faults: InputFault[],
): DataPoint | undefined {
  const before = faults.length;
  const point = pointOfEntity(entity, input, faults);
  if (point === undefined) putUnder(loc, faults, before);
  return point;
}

function locate(
  model: Model,
  input: unknown,
  index: number,
  faults: InputFault[],
): Located | undefined {
  if (!isRecord(input)) return addFault(faults, HERE, REASONS.notPoint, input);
  const wire: WirePoint = input;
  const before = faults.length;
  requireText(wire.type, 'type', wire, faults);
  if (wire.id === undefined) addFault(faults, ['id'], REASONS.missing, wire);
  requireText(wire.attr, 'attr', wire, faults);
  const envelope = parseEnvelope(wire, 'unix', faults);
  if (envelope === undefined || faults.length !== before) return undefined;

  const entity = model.entities.get(wire.type as string);
  const attribute = entity?.attributes.get(wire.attr as string);
  if (entity === undefined || attribute === undefined) {
    return addFault(faults, HERE, unknownPair(wire.type as string, wire.attr as string), input);
  }
  const eid = entity.idType.parse(wire.id);
  // DP³ tells of the id under the name it has inside.
  if (typeof eid === 'object') addFault(faults, ['eid'], eid, wire.id);
  const point = pointOf(attribute, wire, envelope, faults);
  return point === undefined || typeof eid === 'object' ? undefined : { entity, eid, point, index };
}

function pointOfEntity(
  entity: EntityType,
  input: PointOf,
  faults: InputFault[],
): DataPoint | undefined {
  if (!isRecord(input)) return addFault(faults, HERE, REASONS.notPoint, input);
  const before = faults.length;
  requireText(input.attr, 'attr', input, faults);
  const envelope = parseEnvelope(input, 'epoch', faults);
  if (envelope === undefined || faults.length !== before) return undefined;
  const attribute = entity.attributes.get(input.attr as string);
  return attribute === undefined
    ? addFault(faults, HERE, unknownPair(entity.id, input.attr as string), input)
    : pointOf(attribute, input, envelope, faults);
}

/** The second stage: what the attribute says to value and times. */
function pointOf(
  attribute: Attribute,
  wire: WirePoint,
  envelope: Envelope,
  faults: InputFault[],
): DataPoint | undefined {
  if (attribute.mirrors !== undefined) return addFault(faults, HERE, readOnly(attribute), wire);
  switch (attribute.kind) {
    case 'plain':
      return plainPoint(attribute, wire, envelope, faults);
    case 'observations':
      return observation(attribute, wire, envelope, faults);
    case 'timeseries':
      return seriesPoint(attribute, wire, envelope, faults);
  }
}

function plainPoint(
  attr: Attribute,
  wire: WirePoint,
  { t2, src }: Envelope,
  faults: InputFault[],
): DataPoint | undefined {
  const before = faults.length;
  const v = attr.type!.parse(wire.v, VALUE, faults);
  if (t2 !== undefined) addFault(faults, ['t2'], REASONS.notNone, wire.t2);
  return faults.length === before ? { attr, v, t1: 0, t2: 0, c: 1, src } : undefined;
}

function observation(
  attr: Attribute,
  wire: WirePoint,
  { t1, t2, c, src }: Envelope,
  faults: InputFault[],
): DataPoint | undefined {
  const before = faults.length;
  const v = attr.type!.parse(wire.v, VALUE, faults);
  if (t1 === undefined) return noStart(wire, faults);
  return faults.length === before ? { attr, v, t1, t2: t2 ?? t1, c, src } : undefined;
}

function seriesPoint(
  attr: Attribute,
  wire: WirePoint,
  { t1, t2, src }: Envelope,
  faults: InputFault[],
): DataPoint | undefined {
  if (t1 === undefined) return noStart(wire, faults);
  const parsed = parseSeries(attr, wire.v, { t1, t2, t2Input: wire.t2 }, faults);
  return parsed === undefined ? undefined : { attr, v: parsed.v, t1, t2: parsed.t2, c: 1, src };
}

const VALUE: Loc = ['v'];

/** What has validity needs a t1; null is there, and no time. */
function noStart(wire: WirePoint, faults: InputFault[]): undefined {
  return wire.t1 === undefined
    ? addFault(faults, ['t1'], REASONS.missing, wire)
    : addFault(faults, ['t1'], REASONS.notTime, wire.t1);
}

function requireText(text: unknown, name: string, wire: WirePoint, faults: InputFault[]): void {
  if (typeof text === 'string') return;
  if (text === undefined) addFault(faults, [name], REASONS.missing, wire);
  else addFault(faults, [name], REASONS.notString, text);
}

function unknownPair(etype: string, attr: string): FaultReason {
  return valueError(
    `Combination of type '${short(etype)}' and attr '${short(attr)}' doesn't exist`,
  );
}

function readOnly({ entity, id, mirrors }: Attribute): FaultReason {
  const source = `${mirrors!.etype}.${mirrors!.attr}`;
  return valueError(
    `expected another attribute: ${entity}.${id} mirrors ${source} and is read-only`,
  );
}

/** Names are echoed into texts, and come from outside. */
function short(name: string): string {
  return name.length > NAME_SHOWN_MAX ? `${name.slice(0, NAME_SHOWN_MAX)}…` : name;
}

const NAME_SHOWN_MAX = 100;
