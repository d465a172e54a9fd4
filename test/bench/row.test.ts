/**
 * What may be registered as a row.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDistinct, type RowSpec, row } from '../../bench/row.js';
import { hasBenchCode } from './has-bench-code.js';

const one = async () => 1;
const spec: RowSpec = {
  name: 'counting',
  group: 'savina',
  unit: 'ms',
  better: 'lower',
  ours: one,
  peers: { erlang: one },
};

test('a row keeps what it was given and cannot be changed', () => {
  const made = row({ ...spec, rounds: 3, budget: { peer: 'erlang', must: 1, want: 1.4 } });
  assert.equal(made.rounds, 3);
  assert.ok(Object.isFrozen(made));
});

const refused: Record<string, Partial<RowSpec>> = {
  'an empty name': { name: '' },
  'an empty unit': { unit: '' },
  'a peer under our own name': { peers: { troupe: one } },
  'no kept rounds': { rounds: 0 },
  'a part of a warm-up': { warmups: 1.5 },
  'a budget against a peer that the row does not have': {
    budget: { peer: 'nact', must: 1, want: 2 },
  },
  'a wish easier than the demand, as ratios': { budget: { peer: 'erlang', must: 2, want: 1 } },
  'a wish easier than the demand, in ms': { budget: { must: 10, want: 25 } },
};

for (const [what, change] of Object.entries(refused)) {
  test(`a row with ${what} is refused`, () => {
    assert.throws(() => row({ ...spec, ...change }), hasBenchCode('ROW_INVALID'));
  });
}

test('an absolute budget of a lower-is-better row wants less than it must', () => {
  assert.doesNotThrow(() => row({ ...spec, budget: { must: 25, want: 10 } }));
});

test('two rows of one name in one group are refused', () => {
  const made = row(spec);
  assert.throws(() => assertDistinct([made, made]), hasBenchCode('ROW_INVALID'));
  assert.doesNotThrow(() => assertDistinct([made, row({ ...spec, group: 'core' })]));
});
