/** What has changed, from the command line: of a running platform, of a folder at rest, and along with it. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { type CommandEnd, type Started, TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
const DATA = ['--data', 'data'];
const TYPE = (
  id: string,
): string => `entity: { id: ${id}, id_data_type: string, name: ${id}, snapshot: true }
attribs: { n: { name: N, type: plain, data_type: int } }
`;
let server: Started;

before(async () => {
  for (const id of ['item', 'other']) {
    const path = troupe.path(`conf/db_entities/${id}.yml`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, TYPE(id));
  }
  server = troupe.start(['serve', '--config', 'conf', ...DATA, '--threads', '1', '--port', '0']);
  if ((await server.firstLine) === undefined) assert.fail((await server.ended).stderr);
  await ingest('item', 'a', 'b');
  await ingest('other', 'c');
});
after(() => troupe.remove());

async function ingest(type: string, ...ids: string[]): Promise<void> {
  const points = ids.map((id) => ({ type, id, attr: 'n', v: 1 }));
  const { code, stderr } = await troupe.run(
    ['ingest', '-', '--wait', ...DATA],
    JSON.stringify(points),
  );
  assert.equal(code, 0, stderr);
}

interface Line {
  readonly type: string;
  readonly eid?: string;
  readonly cursor?: string;
}

const linesOf = ({ stdout }: Pick<CommandEnd, 'stdout'>): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const eidsOf = (lines: readonly Line[]): unknown[] =>
  lines.flatMap(({ eid }) => (eid === undefined ? [] : [eid])).sort();

async function changes(...words: string[]): Promise<Line[]> {
  const end = await troupe.run(['changes', ...DATA, '--json', ...words]);
  assert.equal(end.code, 0, end.stderr);
  return linesOf(end);
}

test('changes are listed from the oldest on, and end with the cursor to go on with', async () => {
  const lines = await changes();
  assert.deepEqual(eidsOf(lines), ['a', 'b', 'c']);
  const { type, cursor = '' } = lines.at(-1)!;
  assert.equal(type, 'cursor');
  assert.deepEqual(eidsOf(await changes('--after', cursor)), []);
  assert.deepEqual(eidsOf(await changes('--after', 'now')), []);
  assert.deepEqual(eidsOf(await changes('--etype', 'other')), ['c']);
  assert.deepEqual(eidsOf(await changes('--etype', 'other', 'item')), ['a', 'b', 'c']);
  const [first, place] = await changes('--limit', '1');
  const rest = await changes('--after', place!.cursor!);
  assert.deepEqual(eidsOf([first!, ...rest]), ['a', 'b', 'c']);
});

test('people read a table, and are told how to go on', async () => {
  const { code, stdout, stderr } = await troupe.run(['changes', ...DATA]);
  assert.equal(code, 0);
  assert.match(stdout, /created +item +a +n/);
  assert.match(stderr, /to go on: --after [\w-]+/);
});

test('what is no cursor or no type is a fault', async () => {
  for (const words of [
    ['--after', 'soon'],
    ['--etype', 'nothing'],
  ]) {
    const { code, stderr } = await troupe.run(['changes', ...DATA, ...words]);
    assert.equal(code, 1);
    assert.match(stderr, /expected 'start', 'now' or the cursor|'nothing' doesn't exist/);
  }
});

test('followed, what comes is printed until an interrupt', async () => {
  const following = troupe.start(['changes', ...DATA, '--json', '--follow', '--etype', 'item']);
  const lines: Line[] = [];
  for await (const line of createInterface({ input: following.child.stdout! })) {
    lines.push(JSON.parse(line) as Line);
    if (lines.length === 2) await ingest('item', 'late');
    if (lines.length === 3) following.child.kill('SIGINT');
  }
  assert.deepEqual(eidsOf(lines), ['a', 'b', 'late']);
  assert.equal(lines.at(-1)?.type, 'cursor');
  assert.equal((await following.ended).code, 130);
});

test('a folder that nobody has open is read directly, and followed until somebody has', async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  assert.deepEqual(eidsOf(await changes()), ['a', 'b', 'c', 'late']);
  const { cursor } = (await changes('--after', 'now')).at(-1)!;
  const following = troupe.start(['changes', ...DATA, '--json', '--follow', '--etype', 'item']);
  const lines: Line[] = [];
  for await (const line of createInterface({ input: following.child.stdout! })) {
    lines.push(JSON.parse(line) as Line);
    if (lines.length === 3) {
      const points = JSON.stringify([{ type: 'item', id: 'last', attr: 'n', v: 1 }]);
      const own = ['ingest', '-', '--wait', '--config', 'conf', ...DATA];
      assert.equal((await troupe.run(own, points)).code, 0);
    }
    if (lines.length === 4) following.child.kill('SIGINT');
  }
  assert.deepEqual(eidsOf(lines), ['a', 'b', 'last', 'late']);
  assert.deepEqual(eidsOf(await changes('--after', cursor!)), ['last']);
});
