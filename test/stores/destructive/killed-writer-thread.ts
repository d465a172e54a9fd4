/**
 * A thread that does what partitions do, in small: appends tasks, applies them once they are durable, derives an entry from
 * each for another partition, and hands that over through its outbox. Owns every second partition.
 *
 *   append ─flushed─> said to main ─> record + outbox row + cursor ─flushed─> rows to their thread ─taken─> row removed
 *
 * Runs on: thread.
 */
import type { MessagePort } from 'node:worker_threads';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Committer } from '../../../stores/committer.js';
import { decodeEntry, encodeEntry, type Task } from '../../../stores/entry-codec.js';
import { EntryLog } from '../../../stores/entry-log.js';
import { openEnvironments } from '../../../stores/environment.js';
import { LANES, type Lane, type PartitionCursor, seqOf } from '../../../stores/lane.js';
import { Outbox, outboxSource } from '../../../stores/outbox.js';
import { partitionOf } from '../../../stores/partition-of.js';
import type { PartitionState } from '../../../stores/partition-state.js';
import { newRecord } from '../../../stores/record.js';
import { DERIVED, NAMES, PARTITIONS, SOURCE, THREADS } from './killed-writer-model.js';

export interface KilledWriterData {
  readonly dir: string;
  readonly thread: number;
  /** To the other thread. */
  readonly port: MessagePort;
  /** Told to every entity, so that no two runs have the same. */
  readonly run: string;
  /** Appends nothing: only finishes what was left, and says `idle`. */
  readonly isFinishing: boolean;
}

/** Rows from one partition's outbox for another's log, or the answer that they are durable there. */
interface Parcel {
  readonly type: 'rows' | 'taken';
  readonly source: number;
  readonly target: number;
  readonly rows: readonly { readonly number: number; readonly bytes: Uint8Array }[];
}

const READ = { countMax: 100, bytesMax: 1e6 };

if (!isMainThread) run(workerData as KilledWriterData);

function run(data: KilledWriterData): void {
  const environments = openEnvironments(data.dir, { durability: 'os' });
  const log = new EntryLog(environments);
  const committer = new Committer(environments);
  const outbox = new Outbox(environments);
  const own = Array.from({ length: PARTITIONS }, (_, i) => i).filter(isOwn);
  const states = new Map(own.map((partition) => [partition, committer.open(partition)]));
  const cursors = new Map([...states].map(([partition, { cursor }]) => [partition, cursor]));
  const underWay = new Set<string>();
  let work = 0;

  data.port.on('message', (parcel: Parcel) => receive(parcel));
  for (const partition of own) {
    for (const lane of [LANES.derived, LANES.external]) catchUp(partition, lane);
    deliver(partition);
  }
  if (data.isFinishing) setInterval(() => work === 0 && parentPort?.postMessage('idle'), 20);
  else appendForEver(0);

  function isOwn(partition: number): boolean {
    return partition % THREADS === data.thread;
  }

  function appendForEver(count: number): void {
    const eid = `${data.run}/${data.thread}/${count}`;
    const partition = partitionOf(NAMES[SOURCE], eid, PARTITIONS);
    if (isOwn(partition)) void append(partition, LANES.external, [taskFor(SOURCE, eid)], eid);
    setImmediate(() => appendForEver(count + 1));
  }

  function append(
    partition: number,
    lane: Lane,
    tasks: Task[],
    said: string,
    mark?: { source: string; number: number },
  ): Promise<void> {
    const bytes = entryOf(tasks);
    const { number, flushed } = log.append({ partition, lane, bytes, tasks: tasks.length, mark });
    work++;
    return flushed.then(() => {
      if (said !== '') parentPort?.postMessage(said);
      for (const [i, task] of tasks.entries()) apply(partition, lane, number + i, task);
      commit(partition);
      work--;
    });
  }

  function catchUp(partition: number, lane: Lane): void {
    for (;;) {
      const { low } = cursors.get(partition)!.lanes[lane];
      if (low >= log.next(partition, lane)) break;
      for (const row of log.read(partition, lane, low, READ))
        for (const [i, task] of decodeEntry(row.bytes).tasks.entries())
          if (row.number + i >= low) apply(partition, lane, row.number + i, task);
    }
    commit(partition);
  }

  function apply(partition: number, lane: Lane, number: number, task: Task): void {
    const state = states.get(partition) as PartitionState;
    const { etype, eid } = task;
    const record = state.record({ etype, eid });
    if (record === undefined) state.addCount(etype, 1);
    const next = record ?? newRecord(1);
    next.revision++;
    state.putRecord({ etype, eid }, next);
    const { outboxNext, ...cursor } = cursors.get(partition)!;
    if (etype === SOURCE) {
      const derived = `from ${partition}.${seqOf(number, lane)}`;
      const target = partitionOf(NAMES[DERIVED], derived, PARTITIONS);
      state.putOutbox(target, outboxNext, entryOf([taskFor(DERIVED, derived)]));
    }
    const lanes = cursor.lanes.map((one, i) =>
      i === lane ? { low: number + 1, finished: [] } : one,
    );
    const moved = { ...cursor, outboxNext: outboxNext + 1, lanes } as unknown as PartitionCursor;
    cursors.set(partition, moved);
    state.moveCursor(moved);
  }

  function commit(partition: number): void {
    work++;
    states
      .get(partition)!
      .commit()
      .then(() => {
        work--;
        deliver(partition);
      });
  }

  function deliver(source: number): void {
    for (const target of outbox.targets(source)) {
      if (underWay.has(`${source} ${target}`)) continue;
      underWay.add(`${source} ${target}`);
      work++;
      post({ type: 'rows', source, target, rows: outbox.read(source, target, 0, READ) });
    }
  }

  function post(parcel: Parcel): void {
    const isHere = isOwn(parcel.type === 'rows' ? parcel.target : parcel.source);
    if (isHere) setImmediate(receive, parcel);
    else data.port.postMessage(parcel);
  }

  function receive(parcel: Parcel): void {
    const { source, target, rows } = parcel;
    if (parcel.type === 'taken') {
      for (const { number } of rows) states.get(source)!.removeOutbox(target, number);
      const removed = states.get(source)!.commit();
      removed.then(() => {
        underWay.delete(`${source} ${target}`);
        work--;
        deliver(source);
      });
      return;
    }
    const name = outboxSource(source);
    const taken = log.mark(target, name);
    const appends = rows
      .filter(({ number }) => number > taken)
      .map(({ number, bytes }) =>
        append(target, LANES.derived, [...decodeEntry(bytes).tasks], '', { source: name, number }),
      );
    void Promise.all(appends).then(() => post({ ...parcel, type: 'taken' }));
  }
}

function taskFor(etype: number, eid: string): Task {
  return { etype, eid, points: [] };
}

function entryOf(tasks: readonly Task[]): Uint8Array {
  const origin = { by: 'api' } as const;
  return encodeEntry({
    receivedAt: 1,
    schema: 1,
    origin,
    cause: undefined,
    depth: 0,
    budget: 9,
    tasks,
  });
}
