/** Tasks that were given up, from the command line: seen, taken in again, forgotten. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { type Started, TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
const DATA = ['--data', 'data'];
let server: Started;

const FILES = {
  'conf/db_entities/item.yml': `entity: { id: item, id_data_type: string, name: Item, snapshot: true }
attribs: { n: { name: N, type: plain, data_type: int } }
`,
  'conf/processing_core.yml': 'modules_dir: ../modules\nenabled_modules: [endless]\n',
  'modules/endless.mjs': `import { defineModule } from 'troupe/actors';
export const endless = defineModule({
  name: 'endless',
  setup({ registrar }) {
    const next = (eid, { v }) => [{ etype: 'item', eid, dataPoints: [{ attr: 'n', v: v + 1 }] }];
    registrar.registerOnNewAttrHook(next, 'item', 'n');
  },
});
`,
};

before(async () => {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(troupe.path(path)), { recursive: true });
    writeFileSync(troupe.path(path), text);
  }
  await serve();
  const points = ['a', 'b'].map((id) => ({ type: 'item', id, attr: 'n', v: 0 }));
  const sent = await troupe.run(['ingest', '-', ...DATA], JSON.stringify(points));
  assert.equal(sent.code, 0, sent.stderr);
  await drained();
});

after(() => troupe.remove());

interface Letter {
  readonly id: string;
  readonly reason: string;
  readonly eid: string;
}

async function letters(...words: string[]): Promise<Letter[]> {
  const all = ['dead-letters', 'list', ...DATA, '--json', ...words];
  const { code, stdout, stderr } = await troupe.run(all);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Letter);
}

async function serve(): Promise<void> {
  server = troupe.start(['serve', '--config', 'conf', ...DATA, '--threads', '1', '--port', '0']);
  if ((await server.firstLine) === undefined) assert.fail((await server.ended).stderr);
}

async function stopped(): Promise<void> {
  server.child.kill('SIGINT');
  assert.equal((await server.ended).code, 0);
}

/** Until what hooks derive has come to its end. */
async function drained(): Promise<void> {
  for (;;) {
    const { stdout } = await troupe.run(['stats', ...DATA, '--json']);
    const { engine } = JSON.parse(stdout) as { engine: { lag: number; outbox: number } };
    if (engine.lag + engine.outbox === 0) return;
  }
}

test('a hook that feeds itself for ever ends as one dead letter each, with its reason', async () => {
  const found = await letters();
  assert.deepEqual(found.map(({ eid, reason }) => [eid, reason]).sort(), [
    ['a', 'depth'],
    ['b', 'depth'],
  ]);
  const table = await troupe.run(['dead-letters', 'list', ...DATA]);
  assert.match(table.stdout, /^id +when +reason/);
});

test('they come in pages', async () => {
  const [first] = await letters('--limit', '1');
  const [second] = await letters('--limit', '1', '--after', first?.id ?? '');
  assert.notEqual(second?.id, first?.id);
  assert.deepEqual(await letters('--after', second?.id ?? ''), []);
});

test('replayed they are worked on once more, and end as others', async () => {
  const before = await letters();
  const { code, stdout } = await troupe.run(['dead-letters', 'replay', '--all', ...DATA, '--json']);
  assert.deepEqual([code, JSON.parse(stdout)], [0, { replayed: 2 }]);
  await drained();
  const now = await letters();
  assert.equal(now.length, 2);
  assert.ok(now.every(({ id }) => !before.some((one) => one.id === id)));
});

test('a folder at rest still lists them, and replays and drops nothing', async () => {
  const running = await letters();
  await stopped();
  assert.deepEqual(await letters(), running);
  for (const words of [
    ['replay', '--all'],
    ['drop', '--all'],
    ['drop', running[0]?.id ?? ''],
  ]) {
    const { code, stderr } = await troupe.run(['dead-letters', ...words, ...DATA]);
    assert.deepEqual([words, code], [words, 4]);
    assert.match(stderr, /expected a platform to run on .*data, got none/);
  }
  await serve();
  assert.deepEqual(await letters(), running);
});

test('a list that goes on says where, with --json too', async () => {
  for (const json of [[], ['--json']]) {
    const words = ['dead-letters', 'list', ...DATA, '--limit', '1', ...json];
    const { code, stderr } = await troupe.run(words);
    const [first] = await letters('--limit', '1');
    assert.deepEqual([code, stderr.trim()], [0, `there may be more: --after ${first?.id}`]);
  }
  const list = await troupe.run(['query', 'list', 'item', ...DATA, '--limit', '1', '--json']);
  assert.match(list.stderr, /^more: --after \S+$/m);
  const raw = await troupe.run(['query', 'raw', 'item', ...DATA, '--limit', '1', '--json']);
  assert.equal(raw.stderr, 'more: --after 1\n');
});

test('dropped they are gone; one that is not there ends with 1', async () => {
  const [first] = await letters();
  const drop = (...words: string[]) => troupe.run(['dead-letters', 'drop', ...words, ...DATA]);
  assert.equal((await drop(first?.id ?? '')).code, 0);
  assert.equal((await drop(first?.id ?? '')).code, 1);
  assert.equal((await drop('nonsense')).code, 1);
  assert.equal((await drop('--all')).code, 0);
  assert.deepEqual(await letters(), []);
  const none = await troupe.run(['dead-letters', 'list', ...DATA]);
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'no dead letters\n']);
});

test('the platform ends in order', () => stopped());
