/**
 * The command line of the benchmarks.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments, selectRows } from '../../bench/arguments.js';
import { type Row, row } from '../../bench/row.js';
import { hasBenchCode } from './has-bench-code.js';

test('without arguments all rows run with their own rounds, beside their peers', () => {
  assert.deepEqual(parseArguments([]), {
    only: [],
    jsonFile: undefined,
    rounds: undefined,
    warmups: undefined,
    isListing: false,
    hasPeers: true,
    isHelp: false,
  });
});

test('every option is understood', () => {
  const text = '--only a --only b --json out.json --rounds 7 --warmups 0 --list --no-peers --help';
  assert.deepEqual(parseArguments(text.split(' ')), {
    only: ['a', 'b'],
    jsonFile: 'out.json',
    rounds: 7,
    warmups: 0,
    isListing: true,
    hasPeers: false,
    isHelp: true,
  });
});

test('a quick run has few rounds, unless told how many', () => {
  const { rounds, warmups } = parseArguments(['--quick', '--rounds', '9']);
  assert.equal(rounds, 9);
  assert.equal(warmups, 1);
});

for (const text of ['--rounds 0', '--rounds x', '--rounds 1.5', '--warmups -1', '--unknown', 'x']) {
  test(`"${text}" is refused`, () => {
    assert.throws(() => parseArguments(text.split(' ')), hasBenchCode('ARGUMENT_INVALID'));
  });
}

test('rows are chosen by any part of group and name, in their own order', () => {
  const rows = [named('savina', 'counting'), named('savina', 'big'), named('core', 'Codec')];
  assert.deepEqual(selectRows(rows, []), rows);
  assert.deepEqual(namesOf(selectRows(rows, ['codec', 'SAVINA/c'])), ['counting', 'Codec']);
});

test('an --only that fits no row is refused: nothing would run in silence', () => {
  const rows = [named('savina', 'counting')];
  assert.throws(() => selectRows(rows, ['counting', 'bgi']), hasBenchCode('ARGUMENT_INVALID'));
});

function named(group: string, name: string): Row {
  return row({ name, group, unit: 'ms', better: 'lower', ours: async () => 1, peers: {} });
}

function namesOf(rows: readonly Row[]): string[] {
  return rows.map(({ name }) => name);
}
