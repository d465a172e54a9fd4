/**
 * The command line against hostile data and the ways a terminal ends: what is stored, what a file is called and what a
 * server answers reaches the reader spelt out; signals end in order; what could not be written is told.
 * Runs on: main, with processes of its own.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type Started, TroupeCommand } from '../../support/troupe-command.js';
import { until } from '../../support/until.js';

const troupe = new TroupeCommand();
after(() => troupe.remove());

const HOSTILE = 'a\x1b]0;owned\x07\x1b[8m\x9b2J\u202eevil\nb';
const STEERING = /[^\P{Cc}\n]|\u202e/u;
const DATA = ['--data', 'app/data'];
const SERVE = [
  'serve',
  '--config',
  'app/config',
  ...DATA,
  '--port',
  '0',
  '--threads',
  '1',
  '--json',
];
let server: Started;

before(async () => {
  assert.equal((await troupe.run(['init', 'app'])).code, 0);
  server = troupe.start(SERVE);
  assert.ok(await server.firstLine, (await Promise.race([server.ended, undefined]))?.stderr);
  const point = { type: 'host', id: '192.0.2.1', attr: 'hostname', v: HOSTILE, src: HOSTILE };
  const { code, stderr } = await troupe.run(
    ['ingest', '-', '--wait', ...DATA],
    JSON.stringify(point),
  );
  assert.equal(code, 0, stderr);
});

for (const words of [
  ['query', 'list', 'host'],
  ['query', 'record', 'host', '192.0.2.1'],
  ['query', 'attr', 'host', '192.0.2.1', 'hostname'],
  ['query', 'values', 'host', '192.0.2.1'],
  ['query', 'raw', 'host'],
  ['query', 'explain', 'host', '192.0.2.1', 'hostname'],
]) {
  test(`what is stored does not steer the terminal of who asks for it: ${words.join(' ')}`, async () => {
    for (const form of [[], ['--json']]) {
      const { code, stdout, stderr } = await troupe.run([...words, ...form, ...DATA]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /\\u009b2J\\u202eevil/);
      assert.doesNotMatch(stdout, STEERING);
    }
  });
}

test('nor do names of files, words, and data-points that are refused', async () => {
  const file = 'bad\x1b[31m\nname.json';
  writeFileSync(troupe.path(file), 'nope');
  const point = { type: HOSTILE, id: '192.0.2.1', attr: HOSTILE, v: 1 };
  for (const [words, input] of [
    [['ingest', 'not\x1b[31mthere.json', ...DATA], ''],
    [['import', file, '--type', 'host', ...DATA], ''],
    [['query', 'list', HOSTILE, ...DATA], ''],
    [['query', 'types', '--data', HOSTILE], ''],
    [['ingest', '-', ...DATA], JSON.stringify(point)],
    [['ingest', '-', '--partial', ...DATA], JSON.stringify(point)],
  ] as const) {
    const { code, stdout, stderr } = await troupe.run(words, input);
    assert.notEqual(code, 0, words.join(' '));
    assert.doesNotMatch(stdout + stderr, STEERING, words.join(' '));
    assert.match(stdout + stderr, /\\u001b/, words.join(' '));
  }
});

test('bytes that are no UTF-8 are refused, and nothing of them is stored', async () => {
  writeFileSync(
    troupe.path('latin1.json'),
    Buffer.from('[{"type":"host","id":"192.0.2.2","attr":"hostname","v":"\xff\xfe"}]', 'latin1'),
  );
  const { code, stderr } = await troupe.run(['ingest', 'latin1.json', ...DATA]);
  assert.deepEqual([code, /UTF-8/.test(stderr)], [1, true], stderr);
});

test('a result that cannot be written ends with 1, however small it is', async () => {
  const { code, stderr } = await troupe.shell('ulimit -f 0; troupe check app/config > full.txt');
  assert.equal(code, 1);
  assert.match(stderr, /expected to write the result, got EFBIG/);
});

test('closed streams are no fault of a command', async () => {
  for (const line of [
    'troupe check app/config >&-',
    'troupe check app/config 2>&-',
    'troupe ingest - --data app/data <&-',
  ]) {
    const { code, stderr } = await troupe.shell(line);
    assert.equal(code, 0, `${line}: ${stderr}`);
  }
});

test('a command whose terminal goes ends with 129, and one that reads goes on no further', async () => {
  const started = troupe.start(['ingest', '-', '--batch', '1', '--json', ...DATA]);
  const point = '{"type":"host","id":"192.0.2.3","attr":"hostname","v":"x"}\n';
  started.child.stdin?.write(point + point);
  const isTaken = async (): Promise<boolean> =>
    (await troupe.run(['query', 'record', 'host', '192.0.2.3', ...DATA])).code === 0;
  await until(isTaken, 'the first to be taken');
  started.child.kill('SIGHUP');
  assert.equal((await started.ended).code, 129);
});

test('--version is that of the package', async () => {
  const { code, stdout } = await troupe.run(['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+/);
});

test('a platform drains when its terminal goes, and ends with 0', async () => {
  server.child.kill('SIGHUP');
  const { code, stderr } = await server.ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /draining/);
});
