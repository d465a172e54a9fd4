/** New code of modules from the command line: of a running platform by its folder or by HTTP, refused, and at rest. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { TroupeCommand } from '../../support/troupe-command.js';
import { until } from '../../support/until.js';

const troupe = new TroupeCommand();
const DATA = ['--data', 'data'];
const SERVE = ['serve', '--config', 'conf', ...DATA, '--threads', '1', '--port', '0', '--json'];

function write(path: string, text: string): void {
  mkdirSync(dirname(troupe.path(path)), { recursive: true });
  writeFileSync(troupe.path(path), text);
}

/** What it derives says which code ran. */
function writeModule(mark: string, attr = 'n'): void {
  write(
    'modules/marking.mjs',
    `import { defineModule } from 'troupe/actors';
export const it = defineModule({
  name: 'marking',
  setup({ registrar }) {
    const onName = (eid) => [
      { etype: 'item', eid, dataPoints: [{ attr: 'mark', v: ${JSON.stringify(mark)} }] },
    ];
    registrar.registerOnNewAttrHook(onName, 'item', ${JSON.stringify(attr)});
  },
});
`,
  );
}

before(() => {
  write(
    'conf/db_entities/item.yml',
    `entity: { id: item, id_data_type: string, name: Item, snapshot: true }
attribs:
  n: { name: N, type: plain, data_type: string }
  mark: { name: M, type: plain, data_type: string }
`,
  );
  write(
    'conf/processing_core.yml',
    'modules_dir: ../modules\nenabled_modules: [marking]\nmsg_broker: { host: localhost }\nworker_processes: 1\nworker_threads: 1\n',
  );
  writeModule('first');
});
after(() => troupe.remove());

/** What the module makes of a new item. */
async function mark(id: string): Promise<unknown> {
  const points = JSON.stringify([{ type: 'item', id, attr: 'n', v: 'new' }]);
  const sent = await troupe.run(['ingest', '-', '--wait', ...DATA], points);
  assert.equal(sent.code, 0, sent.stderr);
  let found: unknown;
  // What is derived is applied a little later.
  await until(async () => {
    const read = await troupe.run(['query', 'values', 'item', id, ...DATA, '--json']);
    assert.equal(read.code, 0, read.stderr);
    found = (JSON.parse(read.stdout) as { mark?: unknown }).mark;
    return found !== undefined;
  }, 'the module to run');
  return found;
}

test('a running platform takes the new code, keeps the old one when that is refused, and says so by how it ends', async () => {
  const server = troupe.start(SERVE);
  const line = await server.firstLine;
  if (line === undefined) assert.fail((await server.ended).stderr);
  const { url } = JSON.parse(line) as { url: string };
  assert.equal(await mark('a'), 'first');
  writeModule('second');
  const replaced = await troupe.run(['replace-modules', ...DATA]);
  assert.equal(replaced.code, 0, replaced.stderr);
  assert.match(replaced.stdout, /^replaced: /);
  assert.equal(await mark('b'), 'second');
  writeModule('worse', 'nothing');
  const refused = await troupe.run(['replace-modules', ...DATA]);
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /new code is refused/);
  const told = await troupe.run(['replace-modules', ...DATA, '--json']);
  assert.equal(told.code, 1, told.stderr);
  assert.equal((JSON.parse(told.stdout) as Failure).error.code, 'REQUEST_REFUSED');
  assert.equal(await mark('c'), 'second');
  writeModule('third');
  const byUrl = await troupe.run(['replace-modules', '--url', url, '--json']);
  assert.deepEqual([byUrl.code, byUrl.stdout.trim()], [0, '{"replaced":true}'], byUrl.stderr);
  assert.equal(await mark('d'), 'third');
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
});

test('a folder at rest has no modules to replace, and nothing is done there', async () => {
  const folder = await troupe.run(['replace-modules', ...DATA, '--json']);
  assert.equal(folder.code, 4, folder.stderr);
  assert.equal((JSON.parse(folder.stdout) as Failure).error.code, 'NODE_UNREACHABLE');
  assert.match(folder.stderr, /expected a platform to run on .*data/);
  const nowhere = await troupe.run(['replace-modules', '--data', 'nowhere']);
  assert.equal(nowhere.code, 3, nowhere.stderr);
  const unnamed = await troupe.run(['replace-modules']);
  assert.equal(unnamed.code, 2, unnamed.stderr);
});

interface Failure {
  readonly error: { readonly code: string };
}
