/**
 * One entity type as the platform works with it: parsed, complete, immutable.
 * Runs on: any.
 */
import type { Attribute } from './attribute.js';
import type { IdType } from './entity-id.js';
import type { EntitySpec } from './entity-spec.js';
import type { Lifetime } from './lifetime.js';

/** One entity type; frozen. */
export interface EntityType {
  readonly id: string;
  /** Its position in `list` of the model: dense from 0, for arrays; not stable between models. */
  readonly index: number;
  readonly idType: IdType;
  readonly name: string;
  readonly description: string;
  /** Periodic snapshots are made of it. */
  readonly isSnapshotted: boolean;
  readonly lifetime: Lifetime;
  /** By id: its own in the order of the specification, then the mirrors of links into it. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** The same attributes by index. */
  readonly list: readonly Attribute[];
  /** The specification it was made from, defaults filled in. */
  readonly spec: EntitySpec;
}
