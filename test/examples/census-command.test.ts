/**
 * The census as a command: its options, its output, its exit codes.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Census } from '../../examples/census/census.js';
import { runProgram } from '../support/program.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const MAIN = 'examples/census/main.ts';

const tree = new TemporaryTree();
const folders = new TemporaryTree();
after(() => {
  tree.remove();
  folders.remove();
});
for (let n = 0; n < 30; n++) tree.write(`folder/${n}.md`, `# ${n % 20}`);

test('it prints tables for people, without colours or progress when nobody watches', async () => {
  const words = ['--threads', '1', '--top', '2', '--data', folders.path('new/folder/tables')];
  const { code, stdout, stderr } = await runProgram(MAIN, [tree.root, ...words]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.ok(!stdout.includes('\x1b'), 'no escape sequences');
  assert.match(stdout, /^files +30$/m);
  assert.match(stdout, /^Duplicates: 20 files of 10 contents, 30 B wasted$/m);
  assert.match(stdout, /^Markdown +30 +100 B$/m);
  assert.match(stdout, /^1 +30 +[\d ]+ +100 B +[\d.]+ \w*B\/s$/m);
});

test('with --json it prints one JSON object', async () => {
  const { code, stdout, stderr } = await runProgram(MAIN, [
    ...['--json', '--threads', '0', '--data', folders.path('json')],
    tree.root,
  ]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const census = JSON.parse(stdout) as Census;
  assert.equal(census.survey.files, 30);
  assert.equal(census.isWhole, true);
  assert.equal(census.directory, tree.root);
});

test('--help says what can be said, and is no fault', async () => {
  const { code, stdout, stderr } = await runProgram(MAIN, ['--help']);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  for (const option of ['--data <dir>', '--threads <n>', '--top <n>', '--json', '--help'])
    assert.ok(stdout.includes(option), option);
});

test('words it does not know are a fault of their own, exit code 2, and nothing on stdout', async () => {
  const faults: [string[], RegExp][] = [
    [['--thread', '2'], /unknown option '--thread'.*Did you mean --threads/s],
    [['--top', 'many'], /Expected a whole number/],
    [['--threads', '1000', '--data', folders.path('threads')], /threads/],
    [[tree.root, tree.root], /too many arguments/],
  ];
  for (const [words, fault] of faults) {
    const { code, stdout, stderr } = await runProgram(MAIN, words);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, words.join(' '));
    assert.match(stderr, fault);
  }
});

test('without a data folder to write the exit code is 1, told in a sentence', async () => {
  const occupied = tree.path('folder/1.md');
  for (const data of [occupied, `${occupied}/below`]) {
    const { code, stdout, stderr } = await runProgram(MAIN, [tree.root, '--data', data]);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^census: .*1\.md.*\n$/);
  }
});

test('without a directory to read the exit code is 1', async () => {
  for (const path of [tree.path('nowhere'), tree.path('folder/1.md')]) {
    const { code, stdout, stderr } = await runProgram(MAIN, [path]);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^census: expected a directory, got /);
    assert.ok(stderr.includes(path));
  }
});
