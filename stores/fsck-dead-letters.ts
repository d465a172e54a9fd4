/**
 * The part of an fsck that looks at a partition's dead letters: that each can be read, has a number that was given, is a
 * task of this partition that was stored, or was derived by one, and is about a type the folder knows.
 * Runs on: main.
 */
import { textOf } from '../core/internal.js';
import { type DeadLetter, decodeDeadLetter } from './dead-letter-codec.js';
import { readCursor, tailOf } from './fsck-log.js';
import type { FsckScope } from './fsck-scope.js';
import * as keys from './keys.js';
import { placeOf } from './lane.js';
import { partitionOf } from './partition-of.js';
import { isSweep } from './piecework.js';

export function checkDeadLetters(scope: FsckScope, partition: number): void {
  const { findings } = scope;
  const cursor = readCursor(scope, partition);
  const range = keys.rangeOf(keys.partitionKey(partition));
  for (const { key, value } of scope.environments.state.tables.deadLetters.read(range)) {
    findings.count('dead letters');
    const number = keys.numberOfDeadLetterKey(key);
    const what = `partition ${partition}, dead letter ${number}`;
    if (cursor !== undefined && number >= cursor.deadLetterNext)
      findings.add('cursor', `${what}: never given`);
    const letter = findings.read('dead letter', what, () => decodeDeadLetter(value));
    if (letter !== undefined) checkLetter(scope, partition, letter, what);
  }
}

function checkLetter(
  scope: FsckScope,
  partition: number,
  { seq, reason, entry }: DeadLetter,
  what: string,
): void {
  const { findings, numbers, partitions } = scope;
  const { number, lane } = placeOf(seq);
  const tail = tailOf(scope, partition, lane);
  if (number < 1 || number >= tail)
    findings.add(
      'dead letter',
      `${what}: is about task ${number} of lane ${lane}, which ends at ${tail - 1}`,
    );
  const [task] = entry.tasks;
  const entity = task && numbers.form.entities[task.etype];
  if (task === undefined || entity === undefined) {
    findings.add('dead letter', `${what}: expected a type of the folder, got ${task?.etype}`);
    return;
  }
  // What derivation stopped was for any partition.
  if (reason === 'depth' || reason === 'budget') {
    const { cause } = entry;
    if (cause?.partition !== partition || cause.seq !== seq)
      findings.add('dead letter', `${what}: was derived by another task than it says`);
    return;
  }
  if (isSweep(task)) return;
  const owner = partitionOf(entity.id, task.eid, partitions);
  if (owner !== partition)
    findings.add(
      'dead letter',
      `${what}: ${entity.id} ${textOf(task.eid)} belongs to partition ${owner}`,
    );
}
