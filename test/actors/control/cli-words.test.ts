/** The words of the command line: what is understood, what is refused, what --help promises, what a new folder holds. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { EXIT_CODES } from '../../../actors/control/cli/exit-codes.js';
import { textOf } from '../../support/source-tree.js';
import { TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
after(() => troupe.remove());

const COMMANDS = [
  'init',
  'check',
  'serve',
  'ingest',
  'query types',
  'query list',
  'query record',
  'query attr',
  'query values',
  'query raw',
  'query explain',
  'dead-letters list',
  'dead-letters replay',
  'dead-letters drop',
  'fsck',
  'replace-modules',
  'stats',
];

test('--help names every command and every exit code', async () => {
  const { code, stdout, stderr } = await troupe.run(['--help']);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  for (const command of COMMANDS)
    assert.match(stdout, new RegExp(`^  ${command.split(' ')[0]}`, 'm'));
  for (const [number, text] of Object.entries(EXIT_CODES))
    assert.ok(stdout.includes(`${number}  ${text}`), `expected exit code ${number} in --help`);
});

test('README.md has the same table of exit codes', () => {
  const rows = [...textOf('README.md').matchAll(/^\| `(\d+)` \| (.*) \|$/gm)].map(
    ([, number, text]) => [number, text],
  );
  assert.deepEqual(Object.fromEntries(rows), { ...EXIT_CODES });
});

test('every command has help of its own and can print JSON', async () => {
  const helps = await Promise.all(
    COMMANDS.map((command) => troupe.run([...command.split(' '), '--help'])),
  );
  for (const [index, { code, stdout }] of helps.entries()) {
    assert.equal(code, 0, COMMANDS[index]);
    assert.match(stdout, /--json/, COMMANDS[index]);
  }
});

test('stats, which a folder at rest cannot answer, does not promise to', async () => {
  const { stdout } = await troupe.run(['stats', '--help']);
  assert.match(stdout, /data folder of a running platform/);
  assert.doesNotMatch(stdout, /at rest/);
});

test('words that mean nothing end with 2, and say what was meant', async () => {
  for (const words of [
    ['serv'],
    ['serve', '--conf', 'x'],
    ['serve'],
    ['serve', '--config', 'c', '--data', 'd', '--port', '70000'],
    ['serve', '--config', 'c', '--data', 'd', '--durability', 'maybe'],
    ['query', 'list', 'host'],
    ['query', 'list', 'host', '--data', 'd', '--url', 'http://127.0.0.1:1'],
    ['query', 'list', 'host', '--url', 'nonsense'],
    ['dead-letters', 'drop', '--data', 'd'],
    ['ingest', 'a', 'b'],
    [],
  ]) {
    const { code, stderr } = await troupe.run(words);
    assert.deepEqual([words, code], [words, 2], stderr);
    assert.notEqual(stderr, '');
  }
  const { stderr } = await troupe.run(['serv']);
  assert.match(stderr, /Did you mean serve\?/);
});

test('init fills a new folder, and refuses one that holds anything', async () => {
  const made = await troupe.run(['init', 'app', '--json']);
  assert.equal(made.code, 0, made.stderr);
  const { files } = JSON.parse(made.stdout) as { files: string[] };
  assert.ok(files.includes('README.md') && files.includes('config/db_entities/host.yml'));
  for (const file of files) assert.notEqual(readFileSync(troupe.path('app', file), 'utf8'), '');
  const again = await troupe.run(['init', 'app']);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /expected app to be new or empty/);
  const file = await troupe.run(['init', 'package.json']);
  assert.equal(file.code, 3);
});

test('what init made is in order', async () => {
  await troupe.run(['init', 'ordered']);
  const { code, stdout, stderr } = await troupe.run([
    'check',
    'ordered/config',
    '--json',
    '--strict',
  ]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.deepEqual(JSON.parse(stdout), { faults: [], notices: [] });
});

test('check names every fault with its file and line, and ends with 1', async () => {
  mkdirSync(troupe.path('faulty', 'db_entities'), { recursive: true });
  writeFileSync(
    troupe.path('faulty', 'db_entities', 'host.yml'),
    `entity:
  id: host
  name: Host
  snapshot: true
attribs:
  a:
    name: A
    type: plain
    data_type: strin
  b:
    name: B
    type: plane
`,
  );
  const { code, stdout } = await troupe.run(['check', 'faulty']);
  assert.equal(code, 1);
  assert.match(stdout, /host\.yml:9:\d+ .*data_type/);
  assert.match(stdout, /host\.yml:12:\d+ .*type/);
  const json = await troupe.run(['check', 'faulty', '--json']);
  assert.equal(json.code, 1);
  assert.ok((JSON.parse(json.stdout) as { faults: unknown[] }).faults.length >= 2);
  const absent = await troupe.run(['check', 'absent']);
  assert.deepEqual([absent.code, absent.stdout.split('\n').length], [1, 3]);
  assert.match(absent.stdout, /absent, got ENOENT\n1 fault\n$/);
});

test('serve says once which module cannot be loaded, and why', async () => {
  mkdirSync(troupe.path('broken', 'db_entities'), { recursive: true });
  const files = {
    'db_entities/host.yml':
      'entity: { id: host, name: Host, snapshot: true }\nattribs: { a: { name: A, type: plain, data_type: int } }\n',
    'processing_core.yml': 'modules_dir: .\nenabled_modules: [lost]\n',
    'lost.mjs': "import 'nowhere-at-all';\n",
  };
  for (const [file, text] of Object.entries(files))
    writeFileSync(troupe.path('broken', file), text);
  const words = ['serve', '--config', 'broken', '--data', 'lost', '--port', '0', '--threads', '2'];
  const { code, stderr } = await troupe.run(words);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^troupe: module "lost" .*nowhere-at-all.*\n$/);
});

test('a file where a folder should be is told as that, to read it as to serve it', async () => {
  writeFileSync(troupe.path('file'), '');
  const { code, stderr } = await troupe.run(['query', 'types', '--data', 'file']);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^troupe: data folder .*file: expected a folder, got a file\n$/);
});

test('init needs a name for its folder', async () => {
  const { code, stderr } = await troupe.run(['init', '']);
  assert.deepEqual([code, stderr], [2, 'troupe: expected a folder, got an empty name\n']);
});

test('check passes over what only servers of DP³ used, and with --strict nothing else', async () => {
  mkdirSync(troupe.path('moved', 'db_entities'), { recursive: true });
  const entity =
    'entity: { id: host, name: Host, snapshot: true }\nattribs: { a: { name: A, type: plain, data_type: int } }\n';
  writeFileSync(troupe.path('moved', 'db_entities', 'host.yml'), entity);
  writeFileSync(troupe.path('moved', 'database.yml'), 'db_name: x\n');
  const sound = await troupe.run(['check', 'moved', '--strict']);
  assert.equal(sound.code, 0, sound.stdout);
  assert.match(sound.stdout, /servers of DP³: database\.yml/);
  assert.match(sound.stdout, /in order: 1 entity type, 1 attribute, 0 modules$/m);
  writeFileSync(
    troupe.path('moved', 'processing_core.yml'),
    'modules_dir: .\nenabled_modules: [old]\n',
  );
  writeFileSync(troupe.path('moved', 'old.py'), '');
  const python = await troupe.run(['check', 'moved']);
  assert.deepEqual([python.code, /, 0 modules$/m.test(python.stdout)], [0, true], python.stdout);
  assert.equal((await troupe.run(['check', 'moved', '--strict'])).code, 2);
  const served = ['serve', '--config', 'moved', '--data', 'never', '--strict'];
  assert.equal((await troupe.run(served)).code, 2);
});
