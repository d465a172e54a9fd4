/**
 * The part of an fsck that compares links with the rows under their targets. The two are in step when every task is done
 * and nothing derived is on its way.
 * Runs on: main.
 */
import { hasCode } from '../core/index.js';
import { entityName } from './fsck-entities.js';
import { readCursor, tailOf } from './fsck-log.js';
import type { FsckScope } from './fsck-scope.js';
import { linkTargets } from './history/link-targets.js';
import { decodeChunk } from './item-codec.js';
import type { EntityAddress } from './keys.js';
import * as keys from './keys.js';
import { LANES } from './lane.js';
import { readNumberRow } from './number-row.js';
import { partitionOf } from './partition-of.js';
import type { EntityRecord, Item } from './record.js';
import { decodeRecord } from './record-codec.js';
import type { Attribute } from './schema/attribute.js';

/** True when no partition has tasks left or derived entries that have not arrived. */
export function isQuiet(scope: FsckScope): boolean {
  const { outbox } = scope.environments.state.tables;
  for (let partition = 0; partition < scope.partitions; partition++) {
    const cursor = readCursor(scope, partition);
    if (cursor === undefined) return false;
    for (const lane of Object.values(LANES))
      if (cursor.lanes[lane].low < tailOf(scope, partition, lane)) return false;
    for (const _row of outbox.keys(keys.rangeOf(keys.partitionKey(partition)), { countMax: 1 }))
      return false;
  }
  return true;
}

/** From the values of a partition's entities to rows, and from the rows under its entities to values. */
export function checkLinks(scope: FsckScope, partition: number): void {
  for (const { no, id, retired } of scope.numbers.form.entities) {
    if (retired !== undefined) continue;
    const { records, links } = scope.environments.state.tables;
    const range = keys.rangeOf(keys.typePrefix(no, partition));
    const attributes = linkAttributes(scope, no);
    if (attributes.length > 0)
      for (const { key, value } of records.read(range))
        checkValues(scope, { etype: no, name: id, key, value, attributes });
    for (const key of links.keys(range)) checkRow(scope, key, id);
  }
}

interface LinkAttribute {
  readonly no: number;
  readonly attribute: Attribute;
}

function linkAttributes({ numbers }: FsckScope, etype: number): LinkAttribute[] {
  const found: LinkAttribute[] = [];
  for (const { no } of numbers.form.entities[etype]?.attributes ?? []) {
    const attribute = numbers.attributeOf(etype, no);
    if (attribute?.type?.link !== undefined) found.push({ no, attribute });
  }
  return found;
}

interface Source {
  readonly etype: number;
  readonly name: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly attributes: readonly LinkAttribute[];
}

/** Every link of a record has its row. */
function checkValues(scope: FsckScope, source: Source): void {
  const { eid } = keys.readEntityKey(source.key);
  const name = entityName(source.name, eid);
  const record = scope.findings.read('link', name, () => decodeRecord(source.value));
  if (record === undefined) return;
  const partition = keys.readTypePrefix(source.key).partition;
  const entity = { etype: source.etype, partition, eid };
  for (const { no, attribute } of source.attributes) {
    for (const [target, until] of targetsOf(scope, { record, entity, no, attribute })) {
      scope.findings.count('links');
      const address = addressOf(scope, attribute, target);
      if (address === undefined) continue;
      const key = keys.linkKey(address, { etype: source.etype, attr: no, eid });
      const row = scope.environments.state.tables.links.get(key);
      const what = `${name}.${attribute.id} -> ${entityName(attribute.type!.link!.target, target)}`;
      if (row === undefined) {
        scope.findings.add('link', `${what} has no row there`);
        continue;
      }
      const end = scope.findings.read('link', what, () => readNumberRow(row));
      if (end !== undefined && end < until)
        scope.findings.add('link', `${what} has a row there that ends before it`);
    }
  }
}

/** Every row has a source that is there and, where nothing is ever forgotten, still says so. */
function checkRow(scope: FsckScope, key: Uint8Array, name: string): void {
  scope.findings.count('link rows');
  const target = keys.readEntityKey(key);
  const source = keys.readLinkSource(key, target.end);
  const entity = scope.numbers.entityOf(source.etype);
  const attribute = scope.numbers.attributeOf(source.etype, source.attr);
  // What the model no longer has is left as it was.
  if (entity === undefined || attribute?.type === undefined) return;
  const from = `${entityName(entity.id, source.eid)}.${attribute.id}`;
  const to = entityName(name, target.eid);
  const partition = partitionOf(entity.id, source.eid, scope.partitions);
  const address = { etype: source.etype, partition, eid: source.eid };
  const record = recordOf(scope, entity.id, address);
  if (record === undefined) {
    scope.findings.add('link', `a row under ${to} says ${from}, which is not there`);
    return;
  }
  // Histories forget items in time, and their rows stay.
  if (attribute.kind !== 'plain') return;
  const targets = targetsOf(scope, { record, entity: address, no: source.attr, attribute });
  if (!targets.has(target.eid))
    scope.findings.add('link', `a row under ${to} says ${from}, which does not`);
}

interface LinkValues {
  readonly record: EntityRecord;
  readonly entity: EntityAddress;
  readonly no: number;
  readonly attribute: Attribute;
}

/** Ids that the values of an attribute point to, those in chunks beside the record too, and until when at least. */
function targetsOf(
  scope: FsckScope,
  { record, entity, no, attribute }: LinkValues,
): Map<string | number, number> {
  const { type } = attribute;
  const targets = new Map<string | number, number>();
  if (type === undefined) return targets;
  const add = (items: readonly Pick<Item, 'v' | 't2'>[]): void => {
    for (const { v, t2 } of items)
      for (const eid of linkTargets(type, v))
        targets.set(eid, Math.max(targets.get(eid) ?? -Infinity, t2));
  };
  if (attribute.kind === 'plain') {
    add([{ v: record.plain.get(no)?.v, t2: Infinity }]);
    return targets;
  }
  add(record.items.get(no) ?? []);
  if (record.spilled.has(no))
    for (const { value } of scope.environments.state.tables.history.read(
      keys.rangeOf(keys.attributePrefix(entity, no)),
    )) {
      // Bytes that are no chunk are a finding of their own.
      if (isChunk(value)) add(decodeChunk(value));
    }
  return targets;
}

function isChunk(bytes: Uint8Array): boolean {
  try {
    return decodeChunk(bytes).length > 0;
  } catch (thrown) {
    if (hasCode(thrown, 'STORED_BYTES_INVALID')) return false;
    throw thrown;
  }
}

function addressOf(
  scope: FsckScope,
  attribute: Attribute,
  eid: string | number,
): EntityAddress | undefined {
  const name = attribute.type?.link?.target;
  const number = scope.numbers.form.entities.find((one) => one.id === name && !one.retired);
  if (name === undefined || number === undefined) return undefined;
  return { etype: number.no, partition: partitionOf(name, eid, scope.partitions), eid };
}

function recordOf(scope: FsckScope, name: string, at: EntityAddress): EntityRecord | undefined {
  const bytes = scope.environments.state.tables.records.get(keys.entityKey(at));
  return bytes && scope.findings.read('link', name, () => decodeRecord(bytes));
}
