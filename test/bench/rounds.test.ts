/**
 * Interleaving: who is measured when, and what happens to one that fails.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchError } from '../../bench/bench-error.js';
import { type Contender, rotated, runRounds, type Step } from '../../bench/rounds.js';

test('every round measures every contender once, and the order rotates', async () => {
  const calls: string[] = [];
  await runRounds([recorder('a', calls), recorder('b', calls), recorder('c', calls)], {
    warmups: 1,
    rounds: 3,
  });
  assert.deepEqual(calls.join(''), 'abc' + 'bca' + 'cab' + 'abc');
});

test('warm-up rounds are measured and discarded', async () => {
  const [samples] = await runRounds([counter('a')], { warmups: 2, rounds: 3 });
  assert.deepEqual(samples, { name: 'a', state: 'measured', values: [3, 4, 5] });
});

test('a contender that throws leaves the run with its message, and the others go on', async () => {
  let calls = 0;
  const breaking: Contender = {
    name: 'b',
    measure: async () => {
      calls++;
      if (calls === 2) throw new Error('lost a message');
      return 1;
    },
  };
  const samples = await runRounds([counter('a'), breaking], { warmups: 0, rounds: 4 });
  assert.deepEqual(samples, [
    { name: 'a', state: 'measured', values: [1, 2, 3, 4] },
    { name: 'b', state: 'failed', reason: 'lost a message' },
  ]);
  assert.equal(calls, 2);
});

test('a peer that is not installed is absent, not failed', async () => {
  const measure = () => Promise.reject(new BenchError('PEER_ABSENT', 'erl is not on the PATH'));
  const samples = await runRounds([{ name: 'erlang', measure }], { warmups: 1, rounds: 1 });
  assert.deepEqual(samples, [
    { name: 'erlang', state: 'absent', reason: 'erl is not on the PATH' },
  ]);
});

test('a measure that gives no positive number has failed', async () => {
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const contender = { name: 'a', measure: async () => value };
    const [samples] = await runRounds([contender], { warmups: 0, rounds: 1 });
    assert.equal(samples?.state, 'failed', String(value));
  }
});

test('every step is told before it begins, and the machine settles between', async () => {
  const events: string[] = [];
  const told = ({ contender, phase, round, of }: Step) =>
    events.push(`${contender} ${phase} ${round}/${of}`);
  const measure = async () => events.push('measured');
  await runRounds([{ name: 'a', measure }], {
    warmups: 1,
    rounds: 1,
    onStep: told,
    settle: () => events.push('settled'),
  });
  assert.deepEqual(events, [
    'a warm-up 1/1',
    'settled',
    'measured',
    'a round 1/1',
    'settled',
    'measured',
  ]);
});

test('a rotation keeps every member and starts where it is told', () => {
  assert.deepEqual(rotated(['a', 'b', 'c'], 4), ['b', 'c', 'a']);
  assert.deepEqual(rotated([], 3), []);
});

function recorder(name: string, calls: string[]): Contender {
  return {
    name,
    measure: async () => {
      calls.push(name);
      return 1;
    },
  };
}

function counter(name: string): Contender {
  let calls = 0;
  return { name, measure: async () => ++calls };
}
