/**
 * The list of peers is kept by hand beside their files: here both are held together.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BENCHMARKS, benchmark } from '../../../bench/benchmarks.js';
import { parseResult } from '../../../bench/peers/erlang-machine.js';
import { loadPeer, PEERS, peersFor } from '../../../bench/peers/peers.js';
import { hasBenchCode } from '../has-bench-code.js';

for (const [name, peer] of Object.entries(PEERS)) {
  test(`${name} measures what the list says`, async () => {
    const measured = Object.keys(await loadPeer(name, peer));
    assert.deepEqual(measured.sort(), [...peer.benchmarks].sort());
  });
}

test('every benchmark has a peer and a name of its own', () => {
  const titles = BENCHMARKS.map((key) => `${benchmark(key).group}/${benchmark(key).name}`);
  assert.equal(new Set(titles).size, BENCHMARKS.length);
  for (const key of BENCHMARKS) assert.notEqual(Object.keys(peersFor(key)).length, 0, key);
});

test('a peer whose package is missing is absent', async () => {
  const missing = Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
  const peer = { benchmarks: [], load: () => Promise.reject(missing) };
  await assert.rejects(loadPeer('gone', peer), hasBenchCode('PEER_ABSENT'));
});

test('a line of the Erlang VM is a value and an answer, or an error with its text', () => {
  assert.deepEqual(parseResult('big', 'ms 12.5 40000,40000'), {
    value: 12.5,
    answer: [40_000, 40_000],
  });
  assert.throws(() => parseResult('big', 'error {badmatch,1}'), /erlang big: error \{badmatch,1\}/);
  assert.throws(() => parseResult('big', 'ms 12.5'), hasBenchCode('PEER_FAILED'));
});
