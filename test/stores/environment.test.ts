/**
 * The door of lmdb: what it is told, what it refuses, and that what is written together is there together.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LMDB_SETTINGS, openEnvironments, type Put } from '../../stores/environment.js';
import { noteKey, partitionKey } from '../../stores/keys.js';
import { ROOT } from '../support/source-tree.js';
import { StoreFolder } from '../support/store-folder.js';

const made = new StoreFolder();
after(() => made.remove());
const folder = await made.open();
const { state } = folder.environments;

const note = (name: string, text: string | undefined): Put => ({
  table: state.tables.notes,
  key: noteKey(1, name),
  value: text === undefined ? undefined : Buffer.from(text),
});
const textOf = (name: string) => state.tables.notes.get(noteKey(1, name))?.toString();

test('lmdb is the version whose undocumented setting was tried, and is told it', () => {
  // Another version may ignore the setting: then a killed thread hangs the process. Run the destructive tests first.
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const lmdb = JSON.parse(readFileSync(join(ROOT, 'node_modules/lmdb/package.json'), 'utf8'));
  assert.equal(own.dependencies.lmdb, '3.5.6');
  assert.equal(lmdb.version, '3.5.6');
  assert.equal(LMDB_SETTINGS.batchStartThreshold, 1e9);
  assert.equal(LMDB_SETTINGS.eventTurnBatching, false);
});

test('a block is there when its promise resolves, and was not there before', async () => {
  const write = state.write(() => ({ puts: [note('a', '1'), note('b', '2')] }));
  assert.equal(textOf('a'), undefined);
  assert.equal(await write, true);
  assert.deepEqual([textOf('a'), textOf('b')], ['1', '2']);
  await state.write(() => ({ puts: [note('a', undefined)] }));
  assert.deepEqual([textOf('a'), textOf('b')], [undefined, '2']);
});

test('a block whose guard does not hold is left out whole, and the others of its turn are written', async () => {
  const table = state.tables.cursors;
  const key = partitionKey(2);
  const version = table.version(key)!;
  const guarded = (at: number, text: string) =>
    state.write(() => ({
      guard: { table, key, version: at },
      puts: [note('guarded', text), { table, key, value: Buffer.from(text), version: at + 1 }],
    }));
  const taken = await Promise.all([
    guarded(version, 'first'),
    guarded(version, 'late'),
    guarded(version + 1, 'second'),
    state.write(() => ({ puts: [note('free', 'yes')] })),
  ]);
  assert.deepEqual(taken, [true, false, true, true]);
  assert.deepEqual([textOf('guarded'), textOf('free')], ['second', 'yes']);
  assert.equal(table.version(key), version + 2);
});

test('a row that lmdb would refuse refuses its block alone, before anything is issued', async () => {
  const long: Put = { ...note('x', 'x'), key: new Uint8Array(2_000) };
  const broken = state.write(() => ({ puts: [note('half', '1'), long] }));
  const throwing = state.write(() => {
    throw new Error('cannot be made');
  });
  const fine = state.write(() => ({ puts: [note('whole', '1')] }));
  await assert.rejects(broken, { code: 'ASSERTION_FAILED' });
  await assert.rejects(throwing, /cannot be made/);
  assert.equal(await fine, true);
  assert.deepEqual([textOf('half'), textOf('whole')], [undefined, '1']);
});

test('what makes a block is called at the end of the turn, so that more can gather', async () => {
  const puts: Put[] = [note('early', '1')];
  const write = state.write(() => ({ puts }));
  puts.push(note('later', '2'));
  await write;
  assert.deepEqual([textOf('early'), textOf('later')], ['1', '2']);
});

test('rows are read in order, a part of them, and backwards', async () => {
  const names = ['r1', 'r2', 'r3', 'r4'];
  await state.write(() => ({ puts: names.map((name) => note(name, name)) }));
  const range = { from: noteKey(1, 'r2'), below: noteKey(1, 'r4') };
  const read = (options = {}) =>
    [...state.tables.notes.read(range, options)].map(({ value }) => value.toString());
  assert.deepEqual(read(), ['r2', 'r3']);
  assert.deepEqual(read({ countMax: 1 }), ['r2']);
  assert.deepEqual(read({ isReversed: true }), ['r3', 'r2']);
  assert.equal(state.tables.notes.count(range), 2);
  assert.equal(state.tables.notes.last(range)?.value.toString(), 'r3');
  assert.equal(state.tables.notes.last({ from: range.below, below: range.below }), undefined);
});

test('a value that was read stays what it was when other rows are read and it is replaced', async () => {
  await state.write(() => ({ puts: [note('kept', 'before'), note('other', 'xxxxxxxxx')] }));
  const kept = state.tables.notes.get(noteKey(1, 'kept'))!;
  state.tables.notes.get(noteKey(1, 'other'));
  await state.write(() => ({ puts: [note('kept', 'after!')] }));
  assert.equal(kept.toString(), 'before');
  assert.equal(textOf('kept'), 'after!');
});

test('large values come back whole', async () => {
  const large = Buffer.alloc(3_000_000, 7);
  const key = noteKey(1, 'large');
  const { notes } = state.tables;
  await state.write(() => ({ puts: [{ table: notes, key, value: large }] }));
  assert.ok(large.equals(notes.get(key)!));
  assert.ok(large.equals(notes.last({ from: key, below: noteKey(1, 'largf') })!.value));
});

test('no transaction can be begun once the databases are open', () => {
  const rows = state.tables.notes.rows as unknown as Record<string, (...of: unknown[]) => unknown>;
  assert.throws(() => rows.transactionSync!(() => 1), /expected writes as blocks/);
  assert.throws(() => rows.putSync!(noteKey(1, 'sync'), Buffer.from('1')), /expected writes/);
});

test('openers of a folder share it on a thread, and the last one closes it', async () => {
  const again = openEnvironments(folder.dir, { durability: 'os' });
  assert.equal(again, folder.environments);
  await again.close();
  assert.equal(await state.write(() => ({ puts: [note('still', 'open')] })), true);
});
