/** How old a task is, by what it follows from, and what an erasure leaves of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EraseFilter } from '../../../actors/entity/erase-filter.js';
import type { QueuedTask } from '../../../actors/entity/lane-queue.js';
import { TaskLog } from '../../../actors/entity/logged-task.js';
import {
  type AcceptedErasure,
  type Cause,
  type EntryLog,
  encodeEntry,
  type Lane,
  type LogEntry,
  type Task,
} from '../../../stores/internal.js';

const ERASURE: AcceptedErasure = {
  ...{ id: 1, etype: 1, name: 'person', eid: 'ann', askedAt: 0 },
  partition: 0,
  cuts: [
    [3, 6],
    [2, 20],
  ],
};
const ANN: Task = { etype: 1, eid: 'ann', points: [{ attr: 0, v: 1, t1: 0, t2: 0, c: 1 }] };

function entryOf(cause: Cause | undefined, task = ANN): LogEntry {
  const head = { receivedAt: 0, schema: 1, origin: { by: 'api' } as const };
  return { ...head, cause, depth: 0, budget: 1, tasks: [task] };
}

/** A log in which partition 1 has, by lane and number, the entries given. */
function filterOn(
  entries: Readonly<Record<string, LogEntry>>,
  erasure: AcceptedErasure = ERASURE,
): EraseFilter {
  const log: Pick<EntryLog, 'read'> = {
    read: (partition: number, lane: Lane, from: number) => {
      const entry = entries[`${partition}/${lane}/${from}`];
      return entry === undefined ? [] : [{ number: from, bytes: encodeEntry(entry) }];
    },
  };
  return new EraseFilter({
    ...{ erasures: [erasure], attributeOf: () => undefined, refresh: () => {} },
    ...{ log: new TaskLog(log as EntryLog), partition: 0, causesMax: 8 },
  });
}

function sifted(filter: EraseFilter, lane: Lane, number: number, entry: LogEntry): QueuedTask {
  const task = entry.tasks[0]!;
  return filter.sifted({ lane, number, task, entry, key: 'k' });
}

function isKept({ task, isVoid }: QueuedTask): boolean {
  return isVoid !== true && task.points.length > 0;
}

describe('a task from outside', () => {
  it('is older up to the cut, and newer from there on', () => {
    const filter = filterOn({});
    assert.equal(isKept(sifted(filter, 1, 5, entryOf(undefined))), false);
    assert.equal(isKept(sifted(filter, 1, 6, entryOf(undefined))), true);
  });

  it('is older whatever its number while the erasure is only asked for', () => {
    const filter = filterOn({}, { ...ERASURE, cuts: [] });
    assert.equal(isKept(sifted(filter, 1, 1_000, entryOf(undefined))), false);
  });

  it('is as it was where it is of another entity', () => {
    const task = { ...ANN, eid: 'bob' };
    const queued = { lane: 1, number: 1, task, entry: entryOf(undefined, task), key: 'k' };
    assert.equal(filterOn({}).sifted(queued), queued);
  });
});

describe('a derived task', () => {
  const [old, late] = [
    { partition: 1, seq: 2 * 19 + 1 },
    { partition: 1, seq: 2 * 20 + 1 },
  ];
  const filter = filterOn({
    '1/1/19': entryOf(undefined),
    '1/1/20': entryOf(undefined),
    '1/0/100': entryOf(old),
    '1/0/101': entryOf(late),
  });

  it('is as old as what all began with, however high its own number', () => {
    const follows = (seq: number) => entryOf({ partition: 1, seq });
    assert.equal(isKept(sifted(filter, 0, 1_000, follows(2 * 100))), false);
    assert.equal(isKept(sifted(filter, 0, 1_000, follows(2 * 101))), true);
  });

  it('is old where its causes are not to be found', () => {
    assert.equal(isKept(sifted(filter, 0, 1_000, entryOf({ partition: 1, seq: 7 }))), false);
  });

  it('of the entity keeps its changes of links, so that both ends stay in step', () => {
    const links = [{ op: 'add', etype: 2, eid: 'car', attr: 0, until: 1 }] as const;
    const { task, isVoid } = sifted(filter, 0, 1, entryOf(undefined, { ...ANN, links }));
    assert.deepEqual([task.links, task.points, isVoid], [links, [], true]);
  });
});

describe('a dead letter', () => {
  it('is as old as the task it is, and taken in again without what is erased', () => {
    const filter = filterOn({});
    const letter = (number: number) => {
      const why = { reason: 'failed', message: '', at: 0 } as const;
      return { ...why, seq: 2 * number + 1, entry: entryOf(undefined) };
    };
    assert.equal(filter.siftedLetter(letter(5)).tasks[0]?.points.length, 0);
    const late = letter(6);
    assert.equal(filter.siftedLetter(late), late.entry);
  });
});
