/**
 * What tasks change is seen by their partition at once, by others when it has flushed, and is written whole or not at all.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Committer } from '../../stores/committer.js';
import { DeadLetterStore } from '../../stores/dead-letter-store.js';
import { EntityStore } from '../../stores/entity-store.js';
import { EVERYTHING } from '../../stores/history/spill.js';
import { LANES, type PartitionCursor } from '../../stores/lane.js';
import { LinkIndex } from '../../stores/link-index.js';
import { Outbox } from '../../stores/outbox.js';
import type { Item } from '../../stores/record.js';
import { newRecord } from '../../stores/record.js';
import { StoreFolder } from '../support/store-folder.js';

const made = new StoreFolder();
after(() => made.remove());
const folder = await made.open();
const { environments } = folder;
const entities = new EntityStore(environments);
const committer = new Committer(environments);
const host = (eid: string) => ({ etype: 0, eid });
const item = (t1: number): Item => ({ t1, t2: t1 + 5, v: t1, c: 1, seq: 3, weight: 1 });
const moved = (cursor: PartitionCursor, low: number): PartitionCursor => ({
  ...cursor,
  lanes: [cursor.lanes[LANES.derived], { low, finished: [] }],
});

test('a record that was put is read back by its partition before and after the commit', async () => {
  const state = committer.open(0);
  const record = newRecord(7);
  state.putRecord(host('a'), record);
  state.addCount(0, 1);
  state.moveCursor(moved(state.cursor, 2));
  assert.equal(state.record(host('a')), record);
  assert.equal(state.count(0), 1);
  assert.equal(entities.record({ ...host('a'), partition: 0 }), undefined);
  await state.commit();
  assert.equal(state.record(host('a'))?.createdAt, 7);
  assert.equal(entities.record({ ...host('a'), partition: 0 })?.createdAt, 7);
  assert.equal(entities.count(0), 1);
  assert.equal(committer.open(0).cursor.lanes[LANES.external].low, 2);
});

test('what is put while a commit is being written is seen over it, and written by the next', async () => {
  const state = committer.open(1);
  state.putRecord(host('a'), newRecord(1));
  const first = state.commit();
  await new Promise(setImmediate);
  state.putRecord(host('b'), newRecord(2));
  state.removeRecord(host('a'));
  assert.equal(state.record(host('a')), undefined);
  const second = state.commit();
  assert.notEqual(first, second);
  await first;
  assert.equal(state.record(host('a')), undefined);
  assert.equal(entities.record({ ...host('a'), partition: 1 })?.createdAt, 1);
  await second;
  assert.equal(entities.record({ ...host('a'), partition: 1 }), undefined);
  assert.equal(entities.record({ ...host('b'), partition: 1 })?.createdAt, 2);
});

test('all who ask before a commit begins have the same one, whatever is put in between', async () => {
  const state = committer.open(1);
  state.putRecord(host('c'), newRecord(3));
  const [one, two] = [state.commit(), state.commit()];
  state.putRecord(host('d'), newRecord(4));
  assert.equal(one, two);
  await one;
  assert.equal(entities.record({ ...host('d'), partition: 1 })?.createdAt, 4);
  assert.equal(state.size, 0);
  await state.commit();
});

test('chunks and links are read through what has changed', async () => {
  const state = committer.open(2);
  const source = { etype: 1, attr: 4, eid: 'x' };
  for (const [no, t1] of [10, 20, 30].entries())
    state.putChunk(host('h'), 5, { t1, no, items: [item(t1)] });
  state.putLink(host('h'), source, 100);
  state.putLink(host('h'), { ...source, eid: 'y' }, Number.POSITIVE_INFINITY);
  await state.commit();
  state.removeChunk(host('h'), 5, { t1: 20, no: 1 });
  state.putChunk(host('h'), 5, { t1: 15, no: 3, items: [item(15)] });
  state.removeLink(host('h'), source);
  const times = () => state.chunks(host('h'), 5, EVERYTHING).map(({ t1 }) => t1);
  const sources = () => state.links(host('h')).map(({ source: { eid }, until }) => [eid, until]);
  for (const when of ['before', 'after']) {
    assert.deepEqual(times(), [10, 15, 30], when);
    assert.deepEqual(sources(), [['y', Number.POSITIVE_INFINITY]], when);
    assert.equal(state.link(host('h'), source), undefined, when);
    assert.equal(state.links(host('h'), { etype: 2, attr: 4 }).length, 0, when);
    await state.commit();
  }
  const some = state.chunks(host('h'), 5, { t1From: 11, t1To: 30 }).map(({ t1 }) => t1);
  assert.deepEqual(some, [15, 30]);
  const index = new LinkIndex(environments);
  assert.equal(index.into({ ...host('h'), partition: 2 }, { etype: 1, attr: 4 }).length, 1);
});

test('outbox rows, dead letters, notes and tombstones are stored with the commit and go with a later one', async () => {
  const state = committer.open(2);
  state.putOutbox(3, 1, Buffer.from('to 3'));
  state.putOutbox(1, 2, Buffer.from('to 1'));
  state.putOutbox(3, 4, Buffer.from('to 3 too'));
  state.putDeadLetter(1, Buffer.from('dead'));
  state.putDeadLetter(2, Buffer.from('dead too'));
  state.setNote('name', Buffer.from('note'));
  state.setTombstone(host('gone'), 6);
  state.moveCursor({ ...state.cursor, outboxNext: 5, deadLetterNext: 3 });
  await state.commit();
  const outbox = new Outbox(environments);
  assert.deepEqual(outbox.targets(2), [1, 3]);
  const bounds = { countMax: 9, bytesMax: 1_000 };
  const numbers = (from: number) => outbox.read(2, 3, from, bounds).map(({ number }) => number);
  assert.deepEqual([numbers(0), numbers(2), outbox.count(2)], [[1, 4], [4], 3]);
  const letters = new DeadLetterStore(environments);
  const listed = (bytesMax: number) =>
    letters.read(2, 0, { countMax: 9, bytesMax }).map(({ number }) => number);
  assert.deepEqual([letters.count(2), listed(5), listed(4), listed(1)], [2, [1, 2], [1], [1]]);
  state.removeDeadLetter(2);
  assert.equal(Buffer.from(state.note('name')!).toString(), 'note');
  assert.equal(state.tombstone(host('gone')), 6);
  state.removeOutbox(3, 1);
  state.removeDeadLetter(1);
  state.setTombstone(host('gone'), undefined);
  assert.equal(state.tombstone(host('gone')), 0);
  await state.commit();
  assert.deepEqual([numbers(0), letters.get(2, 1)], [[4], undefined]);
  assert.equal(committer.open(2).cursor.outboxNext, 5);
  assert.equal(committer.open(2).tombstone(host('gone')), 0);
});

test('a partition that another has moved is refused, once and for all it puts afterwards', async () => {
  const [mine, other] = [committer.open(3), committer.open(3)];
  mine.putRecord(host('mine'), newRecord(1));
  await mine.commit();
  other.putRecord(host('other'), newRecord(1));
  const refused = other.commit();
  other.putRecord(host('another'), newRecord(1));
  await assert.rejects(refused, { code: 'COMMIT_REFUSED' });
  assert.equal(other.isBroken, true);
  other.putRecord(host('later'), newRecord(1));
  await assert.rejects(other.commit(), { code: 'COMMIT_REFUSED' });
  for (const eid of ['other', 'another', 'later'])
    assert.equal(entities.record({ ...host(eid), partition: 3 }), undefined);
  const again = committer.open(3);
  assert.equal(again.record(host('mine'))?.createdAt, 1);
});

test('a refused partition leaves the commits of others, in the same turn, as they are', async () => {
  const [stale, fresh, neighbour] = [committer.open(3), committer.open(3), committer.open(0)];
  fresh.moveCursor(moved(fresh.cursor, 9));
  await fresh.commit();
  stale.putRecord(host('stale'), newRecord(1));
  neighbour.putRecord(host('neighbour'), newRecord(1));
  const [first, second] = await Promise.allSettled([stale.commit(), neighbour.commit()]);
  assert.deepEqual([first.status, second.status], ['rejected', 'fulfilled']);
  assert.equal(entities.record({ ...host('neighbour'), partition: 0 })?.createdAt, 1);
});

test('a record that cannot be stored fails its own commit, naming the entity', async () => {
  const state = committer.open(0);
  const record = newRecord(1);
  record.plain.set(1, { v: () => 1, at: 0, seq: 2 });
  state.putRecord(host('odd'), record);
  await assert.rejects(state.commit(), { code: 'VALUE_NOT_STORABLE', message: /"odd"/ });
  const again = committer.open(0);
  again.putRecord(host('even'), newRecord(1));
  await again.commit();
});
