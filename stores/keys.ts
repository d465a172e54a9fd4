/**
 * The key layout of every database, and the only place that knows it. Parts as in key-bytes.ts; [v] marks databases whose
 * rows carry a version, which is what commits are guarded by.
 *
 *   environment log
 *     meta            text                                    -> bytes
 *     entries         partition lane number                   -> an entry; its tasks take number, number + 1, …
 *     tails       [v] partition lane                          -> nothing; the version is the next number
 *     marks           partition source                        -> the last number taken from that source
 *     requests        partition digest                        -> number, tasks, time, digest of the request
 *     requestTimes    partition time digest                   -> nothing: requests by age, to be pruned
 *
 *   environment state
 *     meta            text                                    -> bytes
 *     cursors     [v] partition                               -> how far it has come
 *     records         etype partition id                      -> an entity
 *     history         etype partition id  attr t1 no          -> a chunk of older items of an attribute
 *     tombstones      etype partition id                      -> the incarnation that was deleted last
 *     links           etype partition id  etype attr id       -> a link, under its target; then where it comes from
 *     outbox          partition target number                 -> a derived entry on its way
 *     deadLetters     partition number                        -> a task that could not be done
 *     changes         partition number                        -> what a commit changed; takes number, number + 1, …
 *     counts          etype partition                         -> how many entities
 *     notes           partition name                          -> what a partition remembers of itself
 *
 * All of one entity type is one range, and all of it that is one partition's another within: lists read the first in
 * order of (partition, id) or merge the partitions by id; a partition revisits its own. `etype` and `attr` are numbers
 * of the folder (model-numbers.ts).
 * Runs on: any.
 */
import * as part from './key-bytes.js';
import type { Lane } from './lane.js';

/** Databases of the environment `log`; true: its rows carry versions. */
export const LOG_TABLES = {
  meta: false,
  entries: false,
  tails: true,
  marks: false,
  requests: false,
  requestTimes: false,
} as const;

/** Databases of the environment `state`. */
export const STATE_TABLES = {
  meta: false,
  cursors: true,
  records: false,
  history: false,
  tombstones: false,
  links: false,
  outbox: false,
  deadLetters: false,
  changes: false,
  counts: false,
  notes: false,
} as const;

/** Where an entity is: its type's number, the partition that owns it, its id. */
export interface EntityAddress {
  readonly etype: number;
  readonly partition: number;
  readonly eid: string | number;
}

/** Where a link comes from: an attribute of an entity. */
export interface LinkSource {
  readonly etype: number;
  readonly attr: number;
  readonly eid: string | number;
}

/** Keys from `from` on, below `below`. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly below: Uint8Array;
}

/** Every key that begins with `prefix`, and no other. */
export function rangeOf(prefix: Uint8Array): KeyRange {
  return { from: prefix, below: part.keyAfterPrefix(prefix) };
}

/** The least key beyond `key`. */
export function keyBehind(key: Uint8Array): Uint8Array {
  const behind = new Uint8Array(key.length + 1);
  behind.set(key);
  return behind;
}

/** Of `meta`. */
export function metaKey(name: string): Uint8Array {
  part.beginKey();
  part.writeText(name);
  return part.endKey();
}

/** Of `cursors`; the prefix of a partition's rows in `marks`, `requests`, `outbox`, `deadLetters`, `changes` and `notes`. */
export function partitionKey(partition: number): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  return part.endKey();
}

/** Of `tails`; the prefix of a lane in `entries`. */
export function laneKey(partition: number, lane: Lane): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeU8(lane);
  return part.endKey();
}

/** Of `entries`. */
export function entryKey(partition: number, lane: Lane, number: number): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeU8(lane);
  part.writeU64(number);
  return part.endKey();
}

/** The number in a key of `entries`. */
export function numberOfEntryKey(key: Uint8Array): number {
  return part.readU64(key, 3);
}

/** Of `marks`. */
export function markKey(partition: number, source: string): Uint8Array {
  return partitionAndText(partition, source);
}

/** Of `notes`. */
export function noteKey(partition: number, name: string): Uint8Array {
  return partitionAndText(partition, name);
}

/** The name in a key of `marks` or `notes`. */
export function nameOfKey(key: Uint8Array): string {
  return String(part.readId(key, 2).id);
}

/** Of `requests`. */
export function requestKey(partition: number, digest: Uint8Array): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeBytes(digest);
  return part.endKey();
}

/** Of `requestTimes`. */
export function requestTimeKey(partition: number, at: number, digest: Uint8Array): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeTime(at);
  part.writeBytes(digest);
  return part.endKey();
}

/** The digest in a key of `requests`. */
export function digestOfRequestKey(key: Uint8Array): Uint8Array {
  return key.subarray(2);
}

/** What a key of `requestTimes` says. */
export function readRequestTimeKey(key: Uint8Array): { readonly at: number; digest: Uint8Array } {
  return { at: part.readTime(key, 2), digest: key.subarray(10) };
}

/** Prefix of all rows of an entity type in `records`, `history`, `links` and `counts`; with a partition, of its own. */
export function typePrefix(etype: number, partition?: number): Uint8Array {
  part.beginKey();
  part.writeU16(etype);
  if (partition !== undefined) part.writeU16(partition);
  return part.endKey();
}

/** Of `counts`. */
export function countKey(etype: number, partition: number): Uint8Array {
  return typePrefix(etype, partition);
}

/** The type and partition that a key of `records`, `history`, `links` or `counts` begins with. */
export function readTypePrefix(key: Uint8Array): { readonly etype: number; partition: number } {
  return { etype: part.readU16(key, 0), partition: part.readU16(key, 2) };
}

/** Of `records` and `tombstones`; the prefix of the entity's rows in `history` and `links`. */
export function entityKey(entity: EntityAddress): Uint8Array {
  part.beginKey();
  writeEntity(entity);
  return part.endKey();
}

/** Prefix of an attribute's chunks in `history`. */
export function attributePrefix(entity: EntityAddress, attr: number): Uint8Array {
  part.beginKey();
  writeEntity(entity);
  part.writeU16(attr);
  return part.endKey();
}

/** Prefix of the chunks of an attribute that begin at `t1`. */
export function chunkPrefix(entity: EntityAddress, attr: number, t1: number): Uint8Array {
  part.beginKey();
  writeEntity(entity);
  part.writeU16(attr);
  part.writeTime(t1);
  return part.endKey();
}

/** Of `history`: the chunk of that number, whose items begin at `t1` at the earliest. */
export function chunkKey(entity: EntityAddress, attr: number, t1: number, no: number): Uint8Array {
  part.beginKey();
  writeEntity(entity);
  part.writeU16(attr);
  part.writeTime(t1);
  part.writeU64(no);
  return part.endKey();
}

/** Of `links`. */
export function linkKey(target: EntityAddress, source: LinkSource): Uint8Array {
  part.beginKey();
  writeEntity(target);
  part.writeU16(source.etype);
  part.writeU16(source.attr);
  part.writeId(source.eid);
  return part.endKey();
}

/** Prefix, in `links`, of all links into `target` that come from one attribute of one type. */
export function linksFromPrefix(target: EntityAddress, etype: number, attr: number): Uint8Array {
  part.beginKey();
  writeEntity(target);
  part.writeU16(etype);
  part.writeU16(attr);
  return part.endKey();
}

/** Of `outbox`. */
export function outboxKey(partition: number, target: number, number: number): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeU16(target);
  part.writeU64(number);
  return part.endKey();
}

/** Prefix, in `outbox`, of what a partition has for one target. */
export function outboxPrefix(partition: number, target: number): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeU16(target);
  return part.endKey();
}

/** What a key of `outbox` says. */
export function readOutboxKey(key: Uint8Array): { readonly target: number; number: number } {
  return { target: part.readU16(key, 2), number: part.readU64(key, 4) };
}

/** Of `deadLetters`. */
export function deadLetterKey(partition: number, number: number): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeU64(number);
  return part.endKey();
}

/** The number in a key of `deadLetters`. */
export function numberOfDeadLetterKey(key: Uint8Array): number {
  return part.readU64(key, 2);
}

/** Of `changes`. */
export function changeKey(partition: number, number: number): Uint8Array {
  return deadLetterKey(partition, number);
}

/** The number in a key of `changes`: of the first change in that row. */
export function numberOfChangeKey(key: Uint8Array): number {
  return numberOfDeadLetterKey(key);
}

/** The entity that a key of `records`, `history` or `links` begins with, and where the rest begins. */
export function readEntityKey(key: Uint8Array): EntityAddress & { readonly end: number } {
  const { id, end } = part.readId(key, 4);
  return { etype: part.readU16(key, 0), partition: part.readU16(key, 2), eid: id, end };
}

/** What stands in a key of `history` after the entity. */
export function readChunkKey(
  key: Uint8Array,
  end: number,
): { readonly attr: number; readonly t1: number; readonly no: number } {
  return {
    attr: part.readU16(key, end),
    t1: part.readTime(key, end + 2),
    no: part.readU64(key, end + 10),
  };
}

/** What stands in a key of `links` after the target. */
export function readLinkSource(key: Uint8Array, end: number): LinkSource {
  return {
    etype: part.readU16(key, end),
    attr: part.readU16(key, end + 2),
    eid: part.readId(key, end + 4).id,
  };
}

function writeEntity(entity: EntityAddress): void {
  part.writeU16(entity.etype);
  part.writeU16(entity.partition);
  part.writeId(entity.eid);
}

function partitionAndText(partition: number, text: string): Uint8Array {
  part.beginKey();
  part.writeU16(partition);
  part.writeText(text);
  return part.endKey();
}
