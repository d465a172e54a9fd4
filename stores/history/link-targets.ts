/**
 * The entities that a value links to, and a value without one of them: what is left of references when the entity they
 * point to is deleted.
 * Runs on: any.
 */
import type { EntityId } from '../schema/entity-id.js';
import type { ValueType } from '../schema/value-type.js';

/** Distinct ids that `value` links to, in order; none for a type that is no link. */
export function linkTargets(type: ValueType, value: unknown): EntityId[] {
  if (type.link === undefined || value === null || value === undefined) return [];
  if (!type.link.isMany) return [(value as LinkLike).eid];
  return [...new Set((value as readonly LinkLike[]).map((one) => one.eid))];
}

/** `value` without links to `eid`: itself if it has none, undefined when nothing is left of it. */
export function withoutTarget(type: ValueType, value: unknown, eid: EntityId): unknown {
  if (!linkTargets(type, value).includes(eid)) return value;
  if (type.link?.isMany !== true) return undefined;
  const left = (value as readonly LinkLike[]).filter((one) => one.eid !== eid);
  return left.length === 0 ? undefined : left;
}

interface LinkLike {
  readonly eid: EntityId;
}
