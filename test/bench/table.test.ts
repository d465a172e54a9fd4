/**
 * The printed tables and the JSON.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberText, ratioText } from '../../bench/figure-text.js';
import { describeMachine } from '../../bench/machine.js';
import { type Outcome, outcomeOf } from '../../bench/outcome.js';
import { reportOf } from '../../bench/report.js';
import { type Budget, row } from '../../bench/row.js';
import { tableText } from '../../bench/table.js';

test('numbers are shown with three digits, rates with k and M', () => {
  const shown: ReadonlyArray<[number, string]> = [
    [0.4128, '0.413'],
    [1.5, '1.50'],
    [61.23, '61.2'],
    [1_720, '1720'],
    [12_345, '12.3 k'],
    [999_499, '999 k'],
    [999_500, '1.00 M'],
    [14_200_000, '14.2 M'],
  ];
  for (const [value, text] of shown) assert.equal(numberText(value), text);
  assert.equal(ratioText(28.13), '28.1x');
});

test('a table has a line per contender and says what became of the budget', () => {
  const text = tableText([sample('savina', { peer: 'erlang', must: 1, want: 4 })]);
  const lines = text.split('\n').map((line) => line.trim().replace(/ {2,}/g, '  '));
  assert.deepEqual(lines, [
    'savina',
    'counting (ms, lower is better)  median  min-max  ours/theirs',
    'troupe  60.0  50.0-70.0',
    'erlang  120  120-120  2.00x',
    'nact  absent: nact is not installed',
    'budget vs erlang: 2.00x; must 1.00x met, want 4.00x missed',
    '',
  ]);
});

test('a budget without a peer is shown in the unit of its row', () => {
  assert.match(
    tableText([sample('savina', { must: 100, want: 50 })]),
    /budget in ms: 60.0; must 100 met/,
  );
});

test('rows of one group stand together, groups in the order of their first row', () => {
  const text = tableText([sample('b'), sample('a'), sample('b')]);
  assert.deepEqual(text.match(/^[ab]$/gm), ['b', 'a']);
});

test('the JSON holds medians and ratios of those who were measured, and nothing else', () => {
  const machine = describeMachine();
  const report = reportOf(machine, [sample('savina')]);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), {
    machine: { ...machine },
    results: [
      {
        name: 'counting',
        group: 'savina',
        unit: 'ms',
        value: 60,
        spread: { min: 50, max: 70 },
        peers: { erlang: 120 },
        ratios: { erlang: 2 },
      },
    ],
  });
});

function sample(group: string, budget?: Budget): Outcome {
  const one = async () => 1;
  const made = row({
    name: 'counting',
    group,
    unit: 'ms',
    better: 'lower',
    ours: one,
    peers: { erlang: one, nact: one },
    ...(budget === undefined ? {} : { budget }),
  });
  return outcomeOf(made, { name: 'troupe', state: 'measured', values: [70, 60, 50] }, [
    { name: 'erlang', state: 'measured', values: [120] },
    { name: 'nact', state: 'absent', reason: 'nact is not installed' },
  ]);
}
