/** A folder is closed with its files written anew: what was removed or replaced leaves no byte in them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { hasCode } from '../../core/index.js';
import { type Folder, fsck, openFolder } from '../../stores/internal.js';
import { StoreFolder } from '../support/store-folder.js';

let store = new StoreFolder();
afterEach(async () => {
  await store.remove();
  store = new StoreFolder();
});

const SECRET = 'bytes-of-a-person';
const NAMES = ['log', 'state'] as const;

async function put(folder: Folder, name: (typeof NAMES)[number], key: string, text?: string) {
  const { log, state } = folder.environments;
  const environment = name === 'log' ? log : state;
  const value = text === undefined ? undefined : Buffer.from(text);
  const table = environment.tables.meta;
  await environment.write(() => ({ puts: [{ table, key: Buffer.from(key), value }] }));
}

function holds(name: string): boolean {
  return readFileSync(join(store.dir, name, 'data.mdb')).includes(SECRET);
}

async function withSecret(): Promise<Folder> {
  const folder = await store.open();
  for (const name of NAMES) {
    for (let n = 0; n < 200; n++) await put(folder, name, `key ${n}`, `${SECRET} ${n}`.repeat(40));
    for (let n = 0; n < 200; n++)
      await put(folder, name, `key ${n}`, n % 2 ? `kept ${n}` : undefined);
  }
  return folder;
}

describe('closing a folder compacted', () => {
  it('leaves what is stored and nothing that was', async () => {
    const folder = await withSecret();
    assert.deepEqual(NAMES.map(holds), [true, true]);
    const before = folder.sizes();
    await folder.closeCompacted();
    assert.deepEqual(NAMES.map(holds), [false, false]);
    const again = await store.open();
    assert.ok(again.sizes().state < before.state && again.sizes().log < before.log);
    const { meta } = again.environments.state.tables;
    assert.equal(Buffer.from(meta.get(Buffer.from('key 7'))!).toString(), 'kept 7');
    assert.equal(meta.get(Buffer.from('key 8')), undefined);
    assert.deepEqual((await fsck(again)).findings, []);
    await put(again, 'log', 'more', 'is taken');
  });

  it('is the same as closing it, called again or after', async () => {
    const folder = await withSecret();
    const closing = folder.closeCompacted();
    assert.equal(folder.close(), closing);
    assert.equal(folder.closeCompacted(), closing);
    await closing;
  });

  it('lets nobody in before it is done', async () => {
    const folder = await withSecret();
    const opening = openFolder(store.dir).then(
      (other) => other.close(),
      (error: unknown) => assert.ok(hasCode(error, 'FOLDER_IN_USE')),
    );
    await Promise.all([folder.closeCompacted(), opening]);
    assert.deepEqual(NAMES.map(holds), [false, false]);
    assert.deepEqual((await fsck(store.dir)).findings, []);
  });

  it('begun by a process that ended is undone at the next opening', async () => {
    await (await withSecret()).close();
    for (const name of NAMES) {
      mkdirSync(join(store.dir, name, 'compact'));
      writeFileSync(join(store.dir, name, 'compact', 'data.mdb'), SECRET);
    }
    const folder = await store.open();
    for (const name of NAMES) assert.ok(!existsSync(join(store.dir, name, 'compact')));
    assert.deepEqual((await fsck(folder)).findings, []);
  });
});
