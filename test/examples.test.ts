/**
 * The examples run, check themselves, print nothing to stderr and end by themselves. Those that are folders have tests of
 * their own in test/examples.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runProgram } from './support/program.js';
import { sourceFiles, textOf } from './support/source-tree.js';

const examples = sourceFiles('examples').filter((file) => /^examples\/[^/]+\.ts$/.test(file));

describe('examples', { concurrency: 2 }, () => {
  for (const example of examples) {
    test(`${example} runs, agrees with itself and ends`, async () => {
      const { code, stdout, stderr } = await runProgram(example);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.notEqual(stdout, '', 'an example says what it has shown');
    });
  }
});

test('every example checks itself with assert and uses the doors alone', () => {
  assert.ok(examples.length >= 20, `expected all examples, got ${examples.length}`);
  for (const example of examples) {
    const text = textOf(example);
    assert.match(text, /from 'node:assert\/strict'/, example);
    const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => path);
    for (const path of imported)
      assert.match(path ?? '', /^\.\.\/(core\/(testkit\/)?|stores\/|actors\/)index\.js$/, example);
  }
});
