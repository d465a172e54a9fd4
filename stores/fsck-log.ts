/**
 * The part of an fsck that looks at a partition's log, its cursor, its outbox, and what was taken from others.
 * Runs on: main.
 */
import { textOf } from '../core/internal.js';
import { decodeCursor } from './cursor-codec.js';
import { decodeEntry, type Task } from './entry-codec.js';
import type { FsckScope } from './fsck-scope.js';
import * as keys from './keys.js';
import { LANES, type Lane, type LaneCursor, type PartitionCursor } from './lane.js';
import { readNumberRow } from './number-row.js';
import { outboxSource } from './outbox.js';
import { partitionOf } from './partition-of.js';
import { isSweep } from './piecework.js';

/** Rows on end, decodable, and the cursor within them. */
export function checkLog(scope: FsckScope, partition: number): void {
  const cursor = readCursor(scope, partition);
  for (const lane of Object.values(LANES)) {
    const tail = checkLane(scope, partition, lane);
    if (cursor !== undefined) checkCursor(scope, cursor.lanes[lane], { partition, lane, tail });
  }
  if (cursor === undefined) return;
  checkOutbox(scope, partition, cursor);
}

/** What this partition has taken from others, they have given. */
export function checkMarks(scope: FsckScope, partition: number): void {
  const { environments, findings } = scope;
  const outboxes = new Map(
    Array.from({ length: scope.partitions }, (_, source) => [outboxSource(source), source]),
  );
  const range = keys.rangeOf(keys.partitionKey(partition));
  for (const { key, value } of environments.log.tables.marks.read(range)) {
    findings.count('marks');
    const name = keys.nameOfKey(key);
    const source = outboxes.get(name);
    const given = source === undefined ? undefined : readCursor(scope, source)?.outboxNext;
    const taken = readNumberRow(value);
    if (given !== undefined && taken >= given)
      findings.add(
        'mark',
        `partition ${partition} took ${taken} of ${name}, which gave ${given - 1}`,
      );
  }
}

/** Requests by key and by age are the same. */
export function checkRequests({ environments, findings }: FsckScope, partition: number): void {
  const { requests, requestTimes } = environments.log.tables;
  const range = keys.rangeOf(keys.partitionKey(partition));
  const known = new Set<string>();
  for (const key of requestTimes.keys(range))
    known.add(Buffer.from(keys.readRequestTimeKey(key).digest).toString('hex'));
  for (const key of requests.keys(range)) {
    findings.count('requests');
    const digest = Buffer.from(keys.digestOfRequestKey(key)).toString('hex');
    if (!known.has(digest))
      findings.add('request', `partition ${partition}: request ${digest} would never be forgotten`);
  }
}

/** Where a partition stands; what cannot be read is a finding. */
export function readCursor(scope: FsckScope, partition: number): PartitionCursor | undefined {
  const row = scope.environments.state.tables.cursors.get(keys.partitionKey(partition));
  if (row !== undefined)
    return scope.findings.read('cursor', `partition ${partition}`, () => decodeCursor(row));
  scope.findings.add('cursor', `partition ${partition} has none`);
  return undefined;
}

/** The next number of a lane, 1 when it has none. */
export function tailOf({ environments }: FsckScope, partition: number, lane: Lane): number {
  return environments.log.tables.tails.version(keys.laneKey(partition, lane)) ?? 1;
}

/** Answers the lane's next number. */
function checkLane(scope: FsckScope, partition: number, lane: Lane): number {
  const { environments, findings } = scope;
  const tail = tailOf(scope, partition, lane);
  let next: number | undefined;
  for (const { key, value } of environments.log.tables.entries.read(
    keys.rangeOf(keys.laneKey(partition, lane)),
  )) {
    findings.count('entries');
    const number = keys.numberOfEntryKey(key);
    const what = `partition ${partition}, lane ${lane}, entry ${number}`;
    if (next !== undefined && number < next)
      findings.add('log', `${what}: expected ${next} or beyond, it lies within the one before`);
    const entry = findings.read('log', what, () => decodeEntry(value));
    next = entry === undefined ? undefined : number + entry.tasks.length;
  }
  if (next !== undefined && next > tail)
    findings.add(
      'log',
      `partition ${partition}, lane ${lane}: ends at ${next}, its tail is ${tail}`,
    );
  return tail;
}

function checkCursor(
  { findings }: FsckScope,
  cursor: LaneCursor,
  { partition, lane, tail }: { readonly partition: number; readonly lane: Lane; tail: number },
): void {
  const what = `partition ${partition}, lane ${lane}`;
  const { low, finished } = cursor;
  const end = Math.max(low, (finished.at(-1) ?? 0) + 1);
  if (end > tail)
    findings.add('cursor', `${what}: ${end - 1} is done, the log ends at ${tail - 1}`);
  const isAscending = finished.every((one, i) => one > (finished[i - 1] ?? low));
  if (!isAscending) findings.add('cursor', `${what}: what is done out of order is not in order`);
}

/** Rows of the outbox have numbers that were given, and hold tasks for the partition they are on their way to. */
function checkOutbox(scope: FsckScope, partition: number, cursor: PartitionCursor): void {
  const { findings } = scope;
  const range = keys.rangeOf(keys.partitionKey(partition));
  for (const { key, value } of scope.environments.state.tables.outbox.read(range)) {
    findings.count('outbox rows');
    const { target, number } = keys.readOutboxKey(key);
    const what = `partition ${partition}, row ${number} for ${target}`;
    if (number >= cursor.outboxNext) findings.add('outbox', `${what}: never given`);
    if (target >= scope.partitions) findings.add('outbox', `${what}: no such partition`);
    const entry = findings.read('outbox', what, () => decodeEntry(value));
    for (const task of entry?.tasks ?? []) checkTask(scope, task, { what, target });
  }
}

function checkTask(
  { findings, numbers, partitions }: FsckScope,
  task: Task,
  { what, target }: { readonly what: string; readonly target: number },
): void {
  const { etype, eid } = task;
  const entity = numbers.form.entities[etype];
  if (entity === undefined) {
    findings.add('outbox', `${what}: expected a task of a type of the folder, got ${etype}`);
    return;
  }
  // A sweep is of no entity.
  const owner = isSweep(task) ? target : partitionOf(entity.id, eid, partitions);
  if (owner !== target)
    findings.add('outbox', `${what}: ${entity.id} ${textOf(eid)} belongs to partition ${owner}`);
}
