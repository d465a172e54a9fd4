/**
 * Raw data-points as the API prints them, from the tasks of the log they came in: `{type, id, attr, v, src, t1, t2, c}`,
 * filtered and in DP³'s order. Pure.
 * Runs on: any.
 */
import {
  type Attribute,
  type EntityId,
  type EntityType,
  printTime,
  type TaskPoint,
} from '../../stores/internal.js';

/** What is asked for. Undefined: any. */
export interface RawFilter {
  readonly eid: EntityId | undefined;
  readonly attribute: Attribute | undefined;
  readonly src: string | undefined;
}

/** A data-point with what it needs to be put in order. */
export interface RawPoint {
  readonly entity: EntityType;
  readonly eid: EntityId;
  readonly attribute: Attribute;
  readonly point: TaskPoint;
  /** When its entry was accepted, epoch ms; of two of one instant the later read is the newer. */
  readonly receivedAt: number;
}

export type RawForm = Readonly<Record<string, unknown>>;

export function isAskedFor(
  filter: RawFilter,
  point: Pick<RawPoint, 'attribute' | 'point'>,
): boolean {
  if (filter.attribute !== undefined && filter.attribute !== point.attribute) return false;
  return filter.src === undefined || filter.src === point.point.src;
}

/** Newest first: by t1 where the attribute asked for has times, else as they were accepted. Stable. */
export function newestFirst(
  points: readonly RawPoint[],
  attribute: Attribute | undefined,
): readonly RawPoint[] {
  const isHistoric = attribute !== undefined && attribute.kind !== 'plain';
  return isHistoric
    ? [...points].sort((a, b) => b.point.t1 - a.point.t1 || b.receivedAt - a.receivedAt)
    : [...points].sort((a, b) => b.receivedAt - a.receivedAt);
}

export function rawForm({ entity, eid, attribute, point }: RawPoint): RawForm {
  const isPlain = attribute.kind === 'plain';
  return {
    type: entity.id,
    id: eid,
    attr: attribute.id,
    v: rawValue(attribute, point.v),
    src: point.src ?? null,
    t1: isPlain ? null : printTime(point.t1),
    t2: isPlain ? null : printTime(point.t2),
    c: point.c,
  };
}

/** Of a timeseries the lists, as they came: each value printed by its series' type. */
function rawValue(attribute: Attribute, v: unknown): unknown {
  if (attribute.type !== undefined) return attribute.type.toJson(v);
  const { series } = v as { readonly series: Readonly<Record<string, readonly unknown[]>> };
  return Object.fromEntries(
    Object.entries(series).map(([id, values]) => {
      const type = attribute.series.get(id);
      return [id, values.map((value) => type?.toJson(value))];
    }),
  );
}
