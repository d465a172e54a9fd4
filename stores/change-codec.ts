/**
 * What one commit of a partition changed, as object and as bytes: a *chunk* of the change log. Changes have consecutive
 * numbers; the key of the row says the first. One that was erased keeps its number and nothing else.
 *
 *   tag at change*        change: head (kind: etype count attr*)? (lane number)? eid
 *   head   bits 0-1 created, changed, deleted, erased     bit 2 lane     bit 3 type and attributes as before
 *          bit 4 the next number of its lane              bit 5 the id is a number
 *
 * Runs on: any.
 */
import { ByteReader } from './byte-reader.js';
import { type ByteWriter, writeBytes } from './byte-writer.js';
import type { Lane } from './lane.js';
import { STORE_LIMITS } from './limits.js';
import type { EntityId } from './schema/entity-id.js';

/** In the order of their numbers in the bytes. */
const TYPES = ['created', 'changed', 'deleted'] as const;
const ERASED = TYPES.length;
const LANE = 4;
const SAME_KIND = 8;
const NEXT_NUMBER = 16;
const NUMBER_ID = 32;
const TAG = 1;

/** What one task did to one entity. */
export interface StoredChange {
  readonly type: (typeof TYPES)[number];
  /** Number of the entity's type. */
  readonly etype: number;
  readonly eid: EntityId;
  /** Numbers of attributes, each once. */
  readonly attrs: readonly number[];
  /** The task, in the log of its partition. */
  readonly lane: Lane;
  readonly number: number;
}

/** A chunk, decoded. */
export interface ChangeChunk {
  /** When the commit was made, epoch ms. */
  readonly at: number;
  /** By number, from that of its key on; undefined: erased. */
  readonly changes: readonly (StoredChange | undefined)[];
}

/** A chunk of the changes from `from` on: as many as fit in {@link STORE_LIMITS.changeChunkBytes}, at least one. */
export function encodeChangesFrom(
  changes: readonly (StoredChange | undefined)[],
  from: number,
  at: number,
): { readonly bytes: Uint8Array; readonly count: number } {
  return encode({ at, changes }, from, STORE_LIMITS.changeChunkBytes);
}

/** A whole chunk, however large: one that is put anew after an erasure keeps its key, and its changes their numbers. */
export function encodeChangeChunk(chunk: ChangeChunk): Uint8Array {
  return encode(chunk, 0, Number.POSITIVE_INFINITY).bytes;
}

/** Other bytes are STORED_BYTES_INVALID. */
export function decodeChangeChunk(bytes: Uint8Array): ChangeChunk {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== TAG) throw reader.fault('a chunk of changes');
  const at = reader.instant(0);
  const before: Before = { etype: -1, attrs: [], numbers: [0, 0] };
  const changes: (StoredChange | undefined)[] = [];
  while (!reader.isAtEnd) changes.push(readChange(reader, before));
  return { at, changes };
}

/** What a change is told by: the one before it. */
interface Before {
  etype: number;
  attrs: readonly number[];
  /** By lane. */
  readonly numbers: [number, number];
}

function encode(
  { at, changes }: ChangeChunk,
  from: number,
  bytesMax: number,
): { readonly bytes: Uint8Array; readonly count: number } {
  let next = from;
  const bytes = writeBytes((writer) => {
    const before: Before = { etype: -1, attrs: [], numbers: [0, 0] };
    writer.byte(TAG);
    writer.instant(at, 0);
    while (next < changes.length && (next === from || writer.position < bytesMax))
      writeChange(writer, changes[next++], before);
  });
  return { bytes, count: next - from };
}

function writeChange(writer: ByteWriter, change: StoredChange | undefined, before: Before): void {
  if (change === undefined) {
    writer.byte(ERASED);
    return;
  }
  const { type, etype, eid, attrs, lane, number } = change;
  const isSameKind = etype === before.etype && areSame(attrs, before.attrs);
  const isNext = number === before.numbers[lane] + 1;
  let head: number = type === 'created' ? 0 : type === 'changed' ? 1 : 2;
  if (lane === 1) head += LANE;
  if (isSameKind) head += SAME_KIND;
  if (isNext) head += NEXT_NUMBER;
  if (typeof eid === 'number') head += NUMBER_ID;
  writer.byte(head);
  if (!isSameKind) {
    writer.varint(etype);
    writer.varint(attrs.length);
    for (const attr of attrs) writer.varint(attr);
    before.etype = etype;
    before.attrs = attrs;
  }
  if (!isNext) writer.varint(number);
  before.numbers[lane] = number;
  if (typeof eid === 'number') writer.instant(eid, 0);
  else writer.text(eid);
}

function readChange(reader: ByteReader, before: Before): StoredChange | undefined {
  const head = reader.byte();
  if (head === ERASED) return undefined;
  const type = TYPES[head & 3];
  if (type === undefined || head >= 2 * NUMBER_ID) throw reader.fault('the head of a change');
  if ((head & SAME_KIND) === 0) {
    before.etype = reader.varint();
    before.attrs = Array.from({ length: reader.count() }, () => reader.varint());
  } else if (before.etype < 0) throw reader.fault('a type and attributes');
  const lane: Lane = (head & LANE) === 0 ? 0 : 1;
  const number = (head & NEXT_NUMBER) === 0 ? reader.varint() : before.numbers[lane] + 1;
  before.numbers[lane] = number;
  const eid = (head & NUMBER_ID) === 0 ? reader.text() : reader.instant(0);
  return { type, etype: before.etype, eid, attrs: before.attrs, lane, number };
}

function areSame(one: readonly number[], other: readonly number[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
