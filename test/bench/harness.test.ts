/**
 * Whole runs of rows.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFailed, runRows } from '../../bench/harness.js';
import { kept } from '../../bench/kept.js';
import { type Measure, type RowSpec, row } from '../../bench/row.js';

test('rounds come from the caller, else from the row', async () => {
  const calls: string[] = [];
  const own = rowOf({ name: 'own', ours: counted('own', calls), warmups: 1, rounds: 2 });
  await runRows([own]);
  assert.equal(calls.length, 3);
  await runRows([own], { warmups: 0, rounds: 1 });
  assert.equal(calls.length, 4);
});

test('rows run one after another, and what one kept is closed before the next begins', async () => {
  const log: string[] = [];
  const thing = kept(
    async () => log.push('opened'),
    async () => log.push('closed'),
  );
  const first = rowOf({ name: 'first', ours: async () => Number(Boolean(await thing())) });
  const second = rowOf({ name: 'second', ours: async () => log.push('second') });
  await runRows([first, second], { warmups: 0, rounds: 1 });
  assert.deepEqual(log, ['opened', 'closed', 'second']);
});

test('peers can be left out', async () => {
  const calls: string[] = [];
  const made = rowOf({ peers: { nact: counted('nact', calls) } });
  const [outcome] = await runRows([made], { warmups: 0, rounds: 1, hasPeers: false });
  assert.deepEqual(calls, []);
  assert.deepEqual(outcome?.peers, []);
});

test('what cannot be closed is a warning, and the next row runs', async () => {
  const stuck = kept(
    async () => 1,
    () => Promise.reject(new Error('will not close')),
  );
  const warnings: string[] = [];
  const rows = [rowOf({ name: 'stuck', ours: stuck }), rowOf({ name: 'next' })];
  const outcomes = await runRows(rows, {
    warmups: 0,
    rounds: 1,
    warn: (text) => warnings.push(text),
  });
  assert.deepEqual(warnings, ['after savina/stuck: will not close']);
  assert.equal(outcomes[1]?.ours.state, 'measured');
});

test('a run has failed when a measure of ours has, not when a peer has', async () => {
  const broken: Measure = () => Promise.reject(new Error('lost a message'));
  const once = { warmups: 0, rounds: 1 };
  assert.equal(hasFailed(await runRows([rowOf({ peers: { nact: broken } })], once)), false);
  assert.equal(hasFailed(await runRows([rowOf({ ours: broken })], once)), true);
});

function rowOf(change: Partial<RowSpec>) {
  return row({
    name: 'counting',
    group: 'savina',
    unit: 'ms',
    better: 'lower',
    ours: async () => 1,
    peers: {},
    ...change,
  });
}

function counted(name: string, calls: string[]): Measure {
  return async () => calls.push(name);
}
