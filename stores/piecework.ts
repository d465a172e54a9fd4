/**
 * Work that a partition does in pieces, each committed with the task that goes on behind it, until nothing is left:
 *
 *   unlink                             from link 1 ──► behind link 1 000 ──► … ──► no links left
 *   begin-sweep ──► sweep              from id 1   ──► behind id 256     ──► … ──► no ids left
 *
 * An unlink takes out the links to an entity that was deleted. A sweep runs the creation hooks again of all that a
 * partition has of a type. As bytes: place among WORKS, then what the work is about, then 1 and the place, or 0.
 * Runs on: any.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { LinkSource } from './keys.js';
import type { EntityId } from './schema/entity-id.js';
import { readEntityId, writeValue } from './value-codec.js';

/** What a task goes on with. */
export type Piecework = Unlink | Sweep;

export interface Unlink {
  readonly work: 'unlink';
  /** Which of the entities with the task's id was deleted; links to a later one are spared. */
  readonly incarnation: number;
  /** The last that was taken out; undefined before the first. */
  readonly after: LinkSource | undefined;
}

/** `after` is the last entity that was come to; undefined before the first. */
export type Sweep =
  | { readonly work: 'begin-sweep' }
  | { readonly work: 'sweep'; readonly after: EntityId | undefined };

const WORKS = ['unlink', 'begin-sweep', 'sweep'] as const;

/** A task of its own with a sweep of a type (its number). It is of no entity, and in its place stands no id. */
export function sweepTask(etype: number, piecework: Sweep) {
  return { etype, eid: '', points: [], piecework } as const;
}

/** True for a task of a partition rather than of an entity. */
export function isSweep({ piecework }: { readonly piecework?: Piecework | undefined }): boolean {
  return piecework !== undefined && piecework.work !== 'unlink';
}

/** The entity (of a task's piecework and type number) that says how far the work has come. */
export function entityReached(
  piecework: Piecework,
  etype: number,
): { readonly etype: number; readonly eid: EntityId } | undefined {
  if (piecework.work === 'begin-sweep' || piecework.after === undefined) return undefined;
  return piecework.work === 'unlink' ? piecework.after : { etype, eid: piecework.after };
}

export function writePiecework(writer: ByteWriter, piecework: Piecework): void {
  const { work } = piecework;
  writer.byte(WORKS.indexOf(work));
  if (work === 'begin-sweep') return;
  if (work === 'unlink') writer.varint(piecework.incarnation);
  writer.byte(piecework.after === undefined ? 0 : 1);
  if (piecework.after === undefined) return;
  if (work === 'sweep') {
    writeValue(writer, piecework.after);
    return;
  }
  const { etype, attr, eid } = piecework.after;
  writer.varint(etype);
  writer.varint(attr);
  writeValue(writer, eid);
}

/** What {@link writePiecework} wrote. Other bytes are STORED_BYTES_INVALID. */
export function readPiecework(reader: ByteReader): Piecework {
  const work = WORKS[reader.byte()];
  if (work === undefined) throw reader.fault('work that is done in pieces');
  if (work === 'begin-sweep') return { work };
  if (work === 'sweep') return { work, after: hasPlace(reader) ? readEntityId(reader) : undefined };
  const incarnation = reader.varint();
  if (!hasPlace(reader)) return { work, incarnation, after: undefined };
  const after = { etype: reader.varint(), attr: reader.varint(), eid: readEntityId(reader) };
  return { work, incarnation, after };
}

function hasPlace(reader: ByteReader): boolean {
  const has = reader.byte();
  if (has > 1) throw reader.fault('a place or none');
  return has === 1;
}
