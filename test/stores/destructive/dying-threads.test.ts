/**
 * Threads are terminated while they write: the process goes on, and so does everyone else's writing.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TemporaryTree } from '../../support/temporary-tree.js';

const ROUNDS = 500;
const PROGRAM_MS_MAX = 240_000;
const PROGRAM = fileURLToPath(new URL('./dying-threads-program.js', import.meta.url));

const tree = new TemporaryTree();
after(() => tree.remove());

test(`${ROUNDS} threads are terminated inside large turns; no block is torn, and others write on`, async () => {
  const seed = Date.now() >>> 0;
  // Node 20 itself may abort when a thread is terminated while V8 compiles its code on another: that is not tried here.
  const words = [
    '--no-concurrent-recompilation',
    PROGRAM,
    tree.path('data'),
    `${ROUNDS}`,
    `${seed}`,
  ];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, {
    timeout: PROGRAM_MS_MAX,
    killSignal: 'SIGKILL',
  }).catch((error: { stderr?: string; message: string }) =>
    assert.fail(`seed ${seed}: ${error.stderr ?? ''} ${error.message}`),
  );
  assert.equal(stderr, '');
  const { rounds, written } = JSON.parse(stdout) as { rounds: number; written: number };
  assert.equal(rounds, ROUNDS);
  assert.ok(written > ROUNDS, `expected the others to write in every round, got ${written} blocks`);
});
