/**
 * What is kept of changes: exactly those of the commits that were written, numbered without holes, about as many as wanted.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { encodeChangeChunk, type StoredChange } from '../../stores/change-codec.js';
import { ChangeLog } from '../../stores/change-log.js';
import { Committer } from '../../stores/committer.js';
import { encodeCursor } from '../../stores/cursor-codec.js';
import type { Folder } from '../../stores/folder.js';
import { fsck } from '../../stores/fsck.js';
import * as keys from '../../stores/keys.js';
import type { PartitionState } from '../../stores/partition-state.js';
import { newRecord } from '../../stores/record.js';
import { StoreFolder } from '../support/store-folder.js';

let made: StoreFolder;
let folder: Folder;
let log: ChangeLog;
beforeEach(async () => {
  made = new StoreFolder();
  await open();
});
afterEach(() => made.remove());

async function open(): Promise<void> {
  folder = await made.open();
  log = new ChangeLog(folder.environments);
}

/** A change of entity `number` in partition 0. */
const change = (number: number): StoredChange => ({
  type: 'changed',
  etype: 0,
  eid: `e${number}`,
  attrs: [],
  lane: 1,
  number,
});

function opened(changesKeptMax: number): PartitionState {
  return new Committer(folder.environments, { changesKeptMax, wallNow: () => 77 }).open(0);
}

/** One commit with these changes. */
async function commit(state: PartitionState, ...numbers: number[]): Promise<void> {
  for (const number of numbers) state.putChange(change(number));
  state.moveCursor(state.cursor);
  await state.commit();
  log.refresh();
}

/** What is kept, oldest first: numbers of the tasks. */
function kept(): (number | undefined)[] {
  const numbers: (number | undefined)[] = [];
  let at = log.oldest(0);
  for (let row = log.read(0, at); row !== undefined; row = log.read(0, at)) {
    assert.equal(row.first, at, 'chunks follow one another');
    numbers.push(...row.changes.map((one) => one?.number));
    at = row.first + row.changes.length;
  }
  assert.ok(at <= log.end(0));
  return numbers;
}

test('a commit has one chunk with its changes, and its cursor says where the next begins', async () => {
  const state = opened(100);
  await commit(state, 10, 11, 12);
  await commit(state);
  await commit(state, 13);
  assert.deepEqual(kept(), [10, 11, 12, 13]);
  assert.equal(log.end(0), 5);
  assert.equal(state.changesFlushed, 5);
  const row = log.read(0, 1);
  assert.deepEqual([row?.first, row?.at, row?.changes], [1, 77, [10, 11, 12].map(change)]);
  assert.equal(log.read(0, 2)?.first, 1, 'a number in the middle finds its chunk');
  assert.equal(log.read(0, 5), undefined);
  assert.equal(log.end(1), 1);
});

test('numbers go on at the next opening, and after a commit that was refused', async () => {
  const loser = opened(100);
  const winner = opened(100);
  await commit(winner, 1, 2);
  loser.putChange(change(9));
  loser.moveCursor(loser.cursor);
  await assert.rejects(loser.commit(), { code: 'COMMIT_REFUSED' });
  await open();
  await commit(opened(100), 3);
  assert.deepEqual(kept(), [1, 2, 3]);
});

test('a commit that cannot be written tells nothing', async () => {
  const state = opened(100);
  state.putChange(change(1));
  const record = newRecord(1);
  record.plain.set(0, { v: Symbol('no data'), at: 1, seq: 1 } as never);
  state.putRecord({ etype: 0, eid: 'e1' }, record);
  state.moveCursor(state.cursor);
  await assert.rejects(state.commit(), { code: 'VALUE_NOT_STORABLE' });
  await commit(opened(100), 2);
  assert.deepEqual(kept(), [2]);
});

for (const size of [1, 3, 40]) {
  test(`as many as wanted are kept, and a few more, in commits of ${size}`, async () => {
    const state = opened(64);
    let next = 1;
    for (let commits = 0; commits < 300 / size + 3; commits++) {
      const numbers = Array.from({ length: size }, () => next++);
      await commit(state, ...numbers);
      const now = kept();
      const all = next - 1;
      assert.ok(now.length >= Math.min(all, 64), `${now.length} of ${all} kept`);
      assert.ok(now.length <= 64 + 64 / 16 + 2 * size, `${now.length} of ${all} kept`);
      assert.equal(now.at(-1), all);
    }
  });
}

test('with none wanted nothing is kept, what there was goes, and the numbers go on', async () => {
  for (let number = 1; number <= 100; number++) await commit(opened(1_000), number);
  const state = opened(0);
  await commit(state, 101, 102);
  assert.equal(kept().length, 100 - 64);
  await commit(state);
  assert.deepEqual(kept(), []);
  assert.equal(log.end(0), 103);
  await commit(opened(1_000), 103);
  assert.deepEqual(kept(), [103]);
  assert.equal(log.oldest(0), 103);
});

test('a chunk can be put anew without a change, and does not come back once it was removed', async () => {
  const state = opened(64);
  await commit(state, 1, 2, 3);
  const { at, changes } = log.read(0, 1)!;
  const without = encodeChangeChunk({ at, changes: [changes[0], undefined, changes[2]] });
  state.rewriteChanges(1, without);
  await state.commit();
  log.refresh();
  assert.deepEqual(kept(), [1, undefined, 3]);
  for (let number = 4; number <= 200; number++) await commit(state, number);
  state.rewriteChanges(1, without);
  await commit(state, 201);
  assert.ok((kept()[0] ?? 0) > 100);
});

test('a folder from before there were changes can be read, opened, and begins with the first', async () => {
  const { state } = folder.environments;
  const { changeNext: _changeNext, ...cursor } = opened(10).cursor;
  const old = encodeCursor({ ...cursor, changeNext: 1 }).subarray(0, -8);
  const put = { table: state.tables.cursors, key: keys.partitionKey(0), value: old, version: 1 };
  await state.write(() => ({ puts: [put] }));
  await (state.tables.changes.rows as unknown as { drop(): Promise<void> }).drop();
  const report = await (async () => {
    await folder.close();
    return fsck(made.dir);
  })();
  assert.deepEqual(report.findings, []);
  await open();
  assert.deepEqual([log.end(0), log.oldest(0)], [1, 1]);
  await commit(opened(10), 5);
  assert.deepEqual(kept(), [5]);
  assert.equal(log.end(0), 2);
});

test('an fsck finds chunks of other bytes, over one another, beyond the cursor', async () => {
  const state = opened(100);
  await commit(state, 1, 2);
  const { tables, write } = wrap(folder);
  const put = (number: number, value: Uint8Array) =>
    write([{ table: tables.changes, key: keys.changeKey(0, number), value }]);
  const found = async () => (await fsck(folder)).findings.map(({ text }) => text);
  assert.deepEqual(await found(), []);
  await put(2, encodeChangeChunk({ at: 1, changes: [change(1)] }));
  assert.deepEqual(await found(), ['partition 0, changes from 2: expected 3 or beyond']);
  await put(2, Buffer.from('none'));
  assert.match((await found()).join('\n'), /changes from 2: expected a chunk of changes/);
  await put(2, encodeChangeChunk({ at: 1, changes: [change(1), change(2)] }));
  assert.match((await found()).join('\n'), /partition 0: ends at 4, its cursor is at 3/);
});

function wrap({ environments }: Folder) {
  const { state } = environments;
  return {
    tables: state.tables,
    write: (puts: Parameters<typeof state.write>[0] extends () => { puts: infer P } ? P : never) =>
      state.write(() => ({ puts })),
  };
}
