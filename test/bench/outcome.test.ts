/**
 * From rounds to figures, ratios and verdicts.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from '../../bench/outcome.js';
import type { Samples } from '../../bench/rounds.js';
import { type Budget, row } from '../../bench/row.js';

test('a measured row has medians, spreads and ratios', () => {
  const outcome = outcomeOf(counting(), measured('troupe', 60, 50, 70), [measured('erlang', 120)]);
  assert.deepEqual(outcome.ours, {
    state: 'measured',
    value: 60,
    spread: { min: 50, max: 70 },
  });
  assert.equal(outcome.peers[0]?.ratio, 2);
  assert.equal(outcome.budget, undefined);
});

test('no ratio is made up for a peer that is absent, nor when ours failed', () => {
  const absent: Samples = { name: 'erlang', state: 'absent', reason: 'not on the PATH' };
  const failed: Samples = { name: 'troupe', state: 'failed', reason: 'lost a message' };
  assert.equal(outcomeOf(counting(), measured('troupe', 60), [absent]).peers[0]?.ratio, undefined);
  assert.equal(outcomeOf(counting(), failed, [measured('erlang', 1)]).peers[0]?.ratio, undefined);
});

const verdicts: ReadonlyArray<[budget: Budget, must: string, want: string]> = [
  [{ peer: 'erlang', must: 2, want: 4 }, 'met', 'missed'],
  [{ peer: 'erlang', must: 2.1, want: 4 }, 'missed', 'missed'],
  [{ peer: 'erlang', must: 1, want: 2 }, 'met', 'met'],
  [{ must: 60, want: 59 }, 'met', 'missed'],
  [{ peer: 'nact', must: 1, want: 2 }, 'unknown', 'unknown'],
];

for (const [budget, must, want] of verdicts) {
  test(`60 ms against Erlang's 120: ${JSON.stringify(budget)} is ${must} and ${want}`, () => {
    const nact: Samples = { name: 'nact', state: 'absent', reason: 'not installed' };
    const outcome = outcomeOf(counting(budget), measured('troupe', 60), [
      measured('erlang', 120),
      nact,
    ]);
    assert.equal(outcome.budget?.mustVerdict, must);
    assert.equal(outcome.budget?.wantVerdict, want);
  });
}

function counting(budget?: Budget) {
  const one = async () => 1;
  return row({
    name: 'counting',
    group: 'savina',
    unit: 'ms',
    better: 'lower',
    ours: one,
    peers: { erlang: one, nact: one },
    ...(budget === undefined ? {} : { budget }),
  });
}

function measured(name: string, ...values: number[]): Samples {
  return { name, state: 'measured', values };
}
