/**
 * Which partition owns an entity.
 * Runs on: any.
 */
import { hashKey, hashString } from '../core/internal.js';
import type { EntityId } from './schema/entity-id.js';

/**
 * The partition, 0 to `partitions` - 1, of an entity: by the name of its type and its id in runtime form, the same on every
 * machine and for ever: it is part of where things are stored.
 */
export function partitionOf(etype: string, eid: EntityId, partitions: number): number {
  return (hashKey(eid, hashString(etype)) >>> 0) % partitions;
}
