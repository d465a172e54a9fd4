/** An entity erased from the command line: of a running platform, and of a folder that nobody has open. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
const DATA = ['--data', 'data'];
const CONFIG = ['--config', 'conf'];
const PERSON = 'ann-marker';

before(() => {
  mkdirSync(dirname(troupe.path('conf/db_entities/item.yml')), { recursive: true });
  writeFileSync(
    troupe.path('conf/db_entities/item.yml'),
    `entity: { id: item, id_data_type: string, name: Item, snapshot: true }
attribs: { n: { name: N, type: plain, data_type: string } }
`,
  );
});
after(() => troupe.remove());

async function ingest(...ids: string[]): Promise<void> {
  const points = ids.map((id) => ({ type: 'item', id, attr: 'n', v: `of ${id}` }));
  const sent = await troupe.run(['ingest', '-', ...DATA, ...CONFIG], JSON.stringify(points));
  assert.equal(sent.code, 0, sent.stderr);
}

async function raw(): Promise<string> {
  const { code, stdout, stderr } = await troupe.run(['query', 'raw', 'item', ...DATA, '--json']);
  assert.equal(code, 0, stderr);
  return stdout;
}

async function assertSound(): Promise<void> {
  const { code, stdout } = await troupe.run(['fsck', ...DATA]);
  assert.equal(code, 0, stdout);
}

test('a folder that is not there is not made', async () => {
  const { code, stderr } = await troupe.run(['erase', 'item', PERSON, '--data', 'nowhere']);
  assert.equal(code, 3, stderr);
});

test('of a folder nobody has open, compacted, no byte is left in its files', async () => {
  await ingest(PERSON, 'bob');
  const ended = await troupe.run(['erase', 'item', PERSON, ...DATA, '--compact', '--json']);
  assert.equal(ended.code, 0, ended.stderr);
  const lines = ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  assert.deepEqual(Object.keys(lines.at(-1)!), ['compacted']);
  const done = lines.at(-2) as { state: string; erased: Record<string, number> };
  assert.equal(done.state, 'done');
  assert.ok(done.erased.log_entries! > 0);
  for (const name of ['log', 'state'])
    assert.ok(!readFileSync(troupe.path('data', name, 'data.mdb')).includes(PERSON), name);
  assert.match(await raw(), /of bob/);
  await assertSound();
});

test('with modules of a configuration folder it does the same', async () => {
  await ingest(PERSON);
  const ended = await troupe.run(['erase', 'item', PERSON, ...DATA, ...CONFIG]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /^erased: \d+ log entries, \d+ tasks/);
  assert.doesNotMatch(await raw(), new RegExp(PERSON));
});

test('an unknown type is refused by name', async () => {
  const { code, stderr } = await troupe.run(['erase', 'nothing', 'x', ...DATA]);
  assert.equal(code, 1);
  assert.match(stderr, /nothing/);
});

test('of a running platform it is done there, and nothing can be compacted', async () => {
  const words = ['serve', ...CONFIG, ...DATA, '--threads', '1', '--port', '0'];
  const server = troupe.start(words);
  if ((await server.firstLine) === undefined) assert.fail((await server.ended).stderr);
  await ingest(PERSON);
  const compact = await troupe.run(['erase', 'item', PERSON, ...DATA, '--compact']);
  assert.equal(compact.code, 2, compact.stderr);
  assert.match(await raw(), new RegExp(PERSON));
  const ended = await troupe.run(['erase', 'item', PERSON, ...DATA]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.doesNotMatch(await raw(), new RegExp(PERSON));
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
  await assertSound();
});
