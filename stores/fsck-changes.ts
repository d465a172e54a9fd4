/**
 * The part of an fsck that looks at the changes a partition keeps for readers.
 * Runs on: main.
 */
import { decodeChangeChunk, type StoredChange } from './change-codec.js';
import { readCursor } from './fsck-log.js';
import type { FsckScope } from './fsck-scope.js';
import * as keys from './keys.js';
import { partitionOf } from './partition-of.js';

/** Chunks that can be read, in order, none beyond the cursor; each of an entity of this partition. */
export function checkChanges(scope: FsckScope, partition: number): void {
  const { environments, findings } = scope;
  const { changes } = environments.state.tables;
  let next = 1;
  for (const { key, value } of changes.read(keys.rangeOf(keys.partitionKey(partition)))) {
    findings.count('chunks of changes');
    const first = keys.numberOfChangeKey(key);
    const what = `partition ${partition}, changes from ${first}`;
    if (first < next) findings.add('change', `${what}: expected ${next} or beyond`);
    const chunk = findings.read('change', what, () => decodeChangeChunk(value));
    next = first + (chunk?.changes.length ?? 1);
    for (const change of chunk?.changes ?? [])
      if (change !== undefined) checkPlace(scope, { partition, what }, change);
  }
  const end = readCursor(scope, partition)?.changeNext;
  if (end !== undefined && next > end)
    findings.add('change', `partition ${partition}: ends at ${next}, its cursor is at ${end}`);
}

/** A type that the model no longer has is not looked at. */
function checkPlace(
  { numbers, partitions, findings }: FsckScope,
  { partition, what }: { readonly partition: number; readonly what: string },
  { etype, eid }: StoredChange,
): void {
  const entity = numbers.entityOf(etype);
  if (entity === undefined || partitionOf(entity.id, eid, partitions) === partition) return;
  findings.add('change', `${what}: ${entity.id} ${eid} belongs to another partition`);
}
