/**
 * Opening a data folder: what it makes, what it refuses by code, and that what it refuses is left as it was.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Committer } from '../../stores/committer.js';
import { EntryLog } from '../../stores/entry-log.js';
import { type Folder, openFolder } from '../../stores/folder.js';
import { LANES } from '../../stores/lane.js';
import { createModel, type Model } from '../../stores/schema/model.js';
import { socketPathOf } from '../../stores/socket-path.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const tree = new TemporaryTree();
after(() => tree.remove());
let folders = 0;
const freshDir = (): string => tree.path(`folder-${folders++}`);
const small = { partitions: 2, durability: 'os' } as const;

async function made(): Promise<string> {
  const dir = freshDir();
  await (await openFolder(dir, small)).close();
  return dir;
}

/** Every file below and what is in it, but for the reader table, which any reader writes to. */
function contentOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(dir, name)).isFile() && !name.endsWith('lock.mdb'))
    .sort()
    .map((name) => `${name} ${digestOf(readFileSync(join(dir, name)))}`);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Opening is refused with that code, naming the folder, and nothing in it changes. */
async function assertRefused(dir: string, code: string, text: RegExp): Promise<void> {
  const before = contentOf(dir);
  const refused = (error: Error & { code?: string }) => {
    assert.equal(error.code, code, error.stack);
    assert.match(error.message, text);
    assert.ok(error.message.includes(dir), error.message);
    return true;
  };
  await assert.rejects(openFolder(dir, small), refused);
  await assert.rejects(openFolder(dir, { ...small, isReadOnly: true }), refused);
  assert.deepEqual(contentOf(dir), before);
}

test('a folder is made where nothing is, and opened again as it was', async () => {
  const dir = freshDir();
  const first = await openFolder(dir, small);
  assert.deepEqual([first.partitions, first.runId, first.endedWell], [2, 1, true]);
  assert.equal(first.hasWork(), false);
  const closing = first.close();
  assert.equal(first.close(), closing);
  await closing;
  assert.deepEqual(readdirSync(dir).sort(), ['folder.json', 'log', 'state']);
  const again = await openFolder(dir, { durability: 'os' });
  assert.deepEqual([again.id, again.partitions, again.runId], [first.id, 2, 2]);
  await again.close();
});

test('a second opener is refused while the first has it, by whatever name it comes', async () => {
  const dir = freshDir();
  const folder = await openFolder(dir, small);
  const other = `${dir}-by-another-name`;
  symlinkSync(dir, other);
  const inUse = { code: 'FOLDER_IN_USE', message: new RegExp(dir) };
  await assert.rejects(openFolder(dir, small), inUse);
  await assert.rejects(openFolder(other, small), inUse);
  await folder.close();
  await (await openFolder(other, small)).close();
});

test('of many openers at once one at most has it', async () => {
  const dir = await made();
  const openings = await Promise.allSettled(
    Array.from({ length: 6 }, () => openFolder(dir, small)),
  );
  const open = openings.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  assert.ok(open.length <= 1);
  for (const one of openings)
    if (one.status === 'rejected') assert.equal(one.reason.code, 'FOLDER_IN_USE');
  await Promise.all(open.map((folder) => folder.close()));
  await (await openFolder(dir, small)).close();
});

test('locks that dead processes left are removed', async () => {
  const dir = await made();
  for (const name of ['opener-0123.sock', 'opener-4567.sock', 'door.sock'])
    writeFileSync(join(dir, name), '');
  const folder = await openFolder(dir, small);
  assert.equal(readdirSync(dir).filter((name) => name.startsWith('opener-')).length, 1);
  await folder.close();
  assert.deepEqual(readdirSync(dir).sort(), ['folder.json', 'log', 'state']);
});

test('whoever connects to the socket of an open folder is given to its handler', async () => {
  const dir = freshDir();
  const folder = await openFolder(dir, small);
  folder.onConnection((socket) => socket.end('hello'));
  const caller = createConnection(socketPathOf(dir));
  const [said] = (await once(caller, 'data')) as [Buffer];
  assert.equal(said.toString(), 'hello');
  await folder.close();
  const late = createConnection(socketPathOf(dir));
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ENOENT');
});

test('a path that is too long for a socket is no hindrance', async () => {
  const dir = tree.path(`${'long/'.repeat(40)}data`);
  mkdirSync(join(dir, '..'), { recursive: true });
  const folder = await openFolder(dir, small);
  folder.onConnection((socket) => socket.end('from afar'));
  const caller = createConnection(socketPathOf(dir));
  const [said] = (await once(caller, 'data')) as [Buffer];
  assert.equal(said.toString(), 'from afar');
  await assert.rejects(openFolder(dir, small), { code: 'FOLDER_IN_USE' });
  await folder.close();
});

test('a parent that is not there is named, and not made', async () => {
  const dir = tree.path('nowhere/data');
  await assert.rejects(openFolder(dir, small), { code: 'FOLDER_UNFIT', message: /nowhere/ });
  assert.equal(statSync(tree.path('nowhere'), { throwIfNoEntry: false }), undefined);
  await assert.rejects(openFolder(dir, { isReadOnly: true }), { code: 'FOLDER_UNFIT' });
});

test('a file, and a folder of something else, are foreign', async () => {
  const file = tree.write('a-file', 'text');
  await assert.rejects(openFolder(file, small), { code: 'FOLDER_FOREIGN' });
  const dir = freshDir();
  mkdirSync(dir);
  writeFileSync(join(dir, 'precious.txt'), 'do not touch');
  await assertRefused(dir, 'FOLDER_FOREIGN', /precious\.txt/);
});

test('an empty folder becomes a data folder, but not for who only reads', async () => {
  const dir = freshDir();
  mkdirSync(dir);
  await assert.rejects(openFolder(dir, { isReadOnly: true }), { code: 'FOLDER_FOREIGN' });
  assert.deepEqual(readdirSync(dir), []);
  await (await openFolder(dir, small)).close();
});

test('another format is refused as a newer or an older one', async () => {
  const dir = await made();
  const file = join(dir, 'folder.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"format": 2', '"format": 3'));
  await assertRefused(dir, 'FOLDER_NEWER', /format 2, got 3/);
  writeFileSync(file, text.replace('"format": 2', '"format": 1'));
  await assertRefused(dir, 'FOLDER_OLDER', /format 2, got 1/);
});

test('a damaged folder.json is refused', async () => {
  for (const text of ['', '{', '{"kind":"other"}', '{"kind":"troupe data folder","format":2}']) {
    const dir = await made();
    writeFileSync(join(dir, 'folder.json'), text);
    await assertRefused(dir, 'FOLDER_FOREIGN', /folder\.json/);
  }
});

test('environment files of something else, cut off, or lost are refused', async () => {
  for (const name of ['log', 'state']) {
    const foreign = await filled();
    writeFileSync(join(foreign, name, 'data.mdb'), 'nothing that LMDB ever wrote'.repeat(500));
    await assertRefused(foreign, 'FOLDER_FOREIGN', /data\.mdb/);
    const cutOff = await filled();
    const { size } = statSync(join(cutOff, name, 'data.mdb'));
    for (const left of [size / 2, 5_000, 100]) {
      truncateSync(join(cutOff, name, 'data.mdb'), left);
      await assertRefused(cutOff, 'FOLDER_FOREIGN', /data\.mdb/);
    }
    const lost = await filled();
    rmSync(join(lost, name), { recursive: true });
    await assert.rejects(openFolder(lost, small), { code: 'FOLDER_FOREIGN', message: /empty one/ });
  }
});

test('halves of two folders are told apart', async () => {
  const [one, other] = [await filled(), await filled()];
  rmSync(join(one, 'log'), { recursive: true });
  cpSync(join(other, 'log'), join(one, 'log'), { recursive: true });
  await assertRefused(one, 'FOLDER_FOREIGN', /got one of/);
});

test('another number of partitions than it was made with is refused', async () => {
  const dir = await made();
  await assert.rejects(openFolder(dir, { partitions: 3 }), {
    code: 'FOLDER_UNFIT',
    message: /expected 3 partitions, got 2/,
  });
  for (const partitions of [0, 1.5, 100_000])
    await assert.rejects(openFolder(freshDir(), { partitions }), { code: 'FOLDER_UNFIT' });
});

test('making that was interrupted is taken up again', async () => {
  const dir = await made();
  for (const name of ['log', 'state']) rmSync(join(dir, name), { recursive: true });
  await (await openFolder(dir, small)).close();
  rmSync(join(dir, 'state'), { recursive: true });
  await (await openFolder(dir, small)).close();
});

test('a folder can be read while another has it open, and is not written by who only reads', async () => {
  const dir = freshDir();
  const folder = await openFolder(dir, small);
  await fill(folder);
  await folder.close();
  const reader = await openFolder(dir, { isReadOnly: true });
  assert.equal(reader.isReadOnly, true);
  const before = contentOf(dir);
  const log = new EntryLog(reader.environments);
  assert.ok(log.read(0, LANES.external, 1, { countMax: 5 }).length > 0);
  await reader.close();
  assert.deepEqual(contentOf(dir), before);
});

test('closing lets go of the files: who has read a folder may then open it to write', async () => {
  const copy = freshDir();
  // Another file than the one this process has made, and so had open to write.
  cpSync(await made(), copy, { recursive: true });
  await (await openFolder(copy, { isReadOnly: true })).close();
  const folder = await openFolder(copy, small);
  await fill(folder);
  await folder.close();
});

test('a cursor beyond the end of the log moves the next number past it', async () => {
  const dir = freshDir();
  const folder = await openFolder(dir, small);
  const state = new Committer(folder.environments).open(1);
  state.moveCursor({
    ...state.cursor,
    lanes: [
      { low: 40, finished: [] },
      { low: 7, finished: [9, 12] },
    ],
  });
  await state.commit();
  assert.equal(new EntryLog(folder.environments).next(1, LANES.external), 1);
  await folder.close();
  const again = await openFolder(dir, small);
  const log = new EntryLog(again.environments);
  assert.deepEqual([log.next(1, LANES.derived), log.next(1, LANES.external)], [40, 13]);
  const appended = log.append({ partition: 1, lane: 1, bytes: Buffer.from('x'), tasks: 1 });
  assert.equal(appended.number, 13);
  await appended.flushed;
  await again.close();
});

test('a model that is adopted is there at the next opening, with its numbers', async () => {
  const dir = freshDir();
  const model = createModel([
    {
      entity: { id: 'host', id_data_type: 'string', name: 'Host', snapshot: false },
      attribs: { a: { name: 'a', description: '', type: 'plain', data_type: 'string' } },
    },
  ]) as Model;
  const folder = await openFolder(dir, { ...small, model });
  assert.equal(folder.numbers.schema, 1);
  await folder.close();
  const again = await openFolder(dir, small);
  assert.deepEqual(again.numbers, folder.numbers);
  assert.equal(again.storedSpecs[0]?.entity.id, 'host');
  await again.close();
});

/** A folder with something in both environments. */
async function filled(): Promise<string> {
  const dir = freshDir();
  const folder = await openFolder(dir, small);
  await fill(folder);
  await folder.close();
  return dir;
}

async function fill(folder: Folder): Promise<void> {
  const log = new EntryLog(folder.environments);
  const appends = Array.from({ length: 50 }, (_, i) =>
    log.append({ partition: i % 2, lane: 1, bytes: Buffer.alloc(3_000, i), tasks: 1 }),
  );
  await Promise.all(appends.map(({ flushed }) => flushed));
  const state = new Committer(folder.environments).open(0);
  for (let i = 0; i < 50; i++) state.setNote(`note ${i}`, Buffer.alloc(3_000, i));
  await state.commit();
}
