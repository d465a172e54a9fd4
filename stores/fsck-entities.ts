/**
 * The part of an fsck that looks at the entities of a partition: records, what is beside them, and counts.
 * Runs on: main.
 */
import { textOf } from '../core/internal.js';
import type { FsckScope } from './fsck-scope.js';
import { decodeChunk } from './item-codec.js';
import type { EntityAddress } from './keys.js';
import * as keys from './keys.js';
import { readNumberRow } from './number-row.js';
import { partitionOf } from './partition-of.js';
import type { EntityRecord, Item, Spilled } from './record.js';
import { decodeRecord } from './record-codec.js';

/** Records, tombstones, chunks and counts of every entity type the folder ever had. */
export function checkEntities(scope: FsckScope, partition: number): void {
  for (const { no, id } of scope.numbers.form.entities) {
    const records = checkRecords(scope, { etype: no, name: id, partition });
    checkChunks(scope, { etype: no, name: id, partition });
    const row = scope.environments.state.tables.counts.get(keys.countKey(no, partition));
    const counted = row === undefined ? 0 : readNumberRow(row);
    if (counted !== records)
      scope.findings.add(
        'count',
        `${id} in partition ${partition}: ${counted} counted, ${records} there`,
      );
  }
}

interface TypeHere {
  readonly etype: number;
  readonly name: string;
  readonly partition: number;
}

/** An entity as findings name it. */
export function entityName(name: string, eid: string | number): string {
  return `${name} ${textOf(eid)}`;
}

/** Answers how many there are. */
function checkRecords(scope: FsckScope, { etype, name, partition }: TypeHere): number {
  const { environments, findings } = scope;
  const { records, tombstones } = environments.state.tables;
  let count = 0;
  for (const { key, value } of records.read(keys.rangeOf(keys.typePrefix(etype, partition)))) {
    count++;
    findings.count('records');
    const { eid } = keys.readEntityKey(key);
    const what = entityName(name, eid);
    const owner = partitionOf(name, eid, scope.partitions);
    if (owner !== partition)
      findings.add('place', `${what} is in partition ${partition}, and belongs to ${owner}`);
    if (tombstones.has(key)) findings.add('record', `${what} is there, and has a tombstone`);
    const record = findings.read('record', what, () => readWhole(value));
    if (record !== undefined) checkSpilled(scope, { etype, partition, eid }, record, what);
  }
  return count;
}

/** The record, every column of it read: they are read when asked for. */
function readWhole(bytes: Uint8Array): EntityRecord {
  const record = decodeRecord(bytes);
  for (const attr of [...record.plain.keys()]) record.plain.get(attr);
  for (const attr of [...record.items.keys()]) record.items.get(attr);
  for (const attr of [...record.spilled.keys()]) record.spilled.get(attr);
  return record;
}

/** The record knows of every chunk beside it, and every chunk it knows of is there. */
function checkSpilled(
  { environments, findings }: FsckScope,
  entity: EntityAddress,
  record: EntityRecord,
  what: string,
): void {
  const seen = new Map<number, { chunks: number; items: number }>();
  const end = keys.entityKey(entity).length;
  const { history } = environments.state.tables;
  for (const { key, value } of history.read(keys.rangeOf(keys.entityKey(entity)))) {
    const { attr, t1, no } = keys.readChunkKey(key, end);
    const items = findings.read('history', `${what}, chunk ${no}`, () => decodeChunk(value));
    const spilled = record.spilled.get(attr);
    const totals = seen.get(attr) ?? { chunks: 0, items: 0 };
    seen.set(attr, { chunks: totals.chunks + 1, items: totals.items + (items?.length ?? 0) });
    const isWithin =
      spilled !== undefined && items !== undefined && isWithinBounds(items, spilled, t1, no);
    if (!isWithin && items !== undefined)
      findings.add(
        'history',
        `${what}, attribute ${attr}: chunk ${no} is beyond what its record says`,
      );
  }
  for (const attr of [...record.spilled.keys()]) {
    const said = record.spilled.get(attr)!;
    const found = seen.get(attr) ?? { chunks: 0, items: 0 };
    if (said.chunks !== found.chunks || said.items !== found.items)
      findings.add(
        'history',
        `${what}, attribute ${attr}: expected ${said.items} items in ${said.chunks} chunks, got ${found.items} in ${found.chunks}`,
      );
  }
}

function isWithinBounds(items: readonly Item[], spilled: Spilled, t1: number, no: number): boolean {
  if (no >= spilled.next || items.length === 0) return false;
  return items.every(
    (item) =>
      item.t1 >= t1 &&
      item.t1 >= spilled.t1Min &&
      item.t1 <= spilled.t1Max &&
      item.t2 <= spilled.t2Max,
  );
}

/** Every chunk is beside a record. */
function checkChunks({ environments, findings }: FsckScope, here: TypeHere): void {
  const { history, records } = environments.state.tables;
  let last: { readonly key: Uint8Array; readonly isThere: boolean } | undefined;
  for (const key of history.keys(keys.rangeOf(keys.typePrefix(here.etype, here.partition)))) {
    findings.count('chunks');
    const { eid, end } = keys.readEntityKey(key);
    const owner = key.subarray(0, end);
    if (last === undefined || Buffer.compare(last.key, owner) !== 0)
      last = { key: owner, isThere: records.has(owner) };
    if (!last.isThere)
      findings.add('history', `a chunk of ${entityName(here.name, eid)}, which is not there`);
  }
}
