/**
 * Where a list goes on: the id of the last entity that was listed, as one word that means nothing to its bearer. It stays
 * good whatever is written meanwhile.
 * Runs on: any.
 */
import { type EntityId, type EntityType, idText } from '../../stores/internal.js';

export function listCursor(eid: EntityId): string {
  return Buffer.from(idText(eid), 'utf8').toString('base64url');
}

/** The id of a cursor, or undefined: none of a list of this type. */
export function idOfCursor(entity: EntityType, cursor: string): EntityId | undefined {
  const eid = entity.idType.parseText(Buffer.from(cursor, 'base64url').toString('utf8'));
  return typeof eid !== 'object' && listCursor(eid) === cursor ? eid : undefined;
}
