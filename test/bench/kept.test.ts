/**
 * What measures keep between rounds.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeKept, kept } from '../../bench/kept.js';

test('a kept thing is opened once, closed with its scope, and opened anew later', async () => {
  const log: string[] = [];
  let opened = 0;
  const thing = kept(
    async () => `thing ${++opened}`,
    async (name) => log.push(`closed ${name}`),
  );
  assert.equal(await thing(), 'thing 1');
  assert.equal(await thing(), 'thing 1');
  await closeKept('run');
  assert.deepEqual(log, []);
  await closeKept('row');
  assert.deepEqual(log, ['closed thing 1']);
  assert.equal(await thing(), 'thing 2');
  await closeKept('row');
});

test('what never was used is not closed, and what was is closed last opened first', async () => {
  const log: string[] = [];
  const make = (name: string) =>
    kept(
      async () => name,
      async (thing) => log.push(thing),
    );
  const [first, second] = [make('first'), make('second')];
  make('unused');
  await first();
  await second();
  await closeKept('row');
  assert.deepEqual(log, ['second', 'first']);
});

test('an opening that fails is tried again at the next use', async () => {
  let tries = 0;
  const thing = kept(
    async () => {
      if (++tries === 1) throw new Error('not yet');
      return tries;
    },
    async () => {},
  );
  await assert.rejects(thing(), /not yet/);
  assert.equal(await thing(), 2);
  await closeKept('row');
});

test('one that cannot be closed is reported after the others were', async () => {
  const log: string[] = [];
  const good = kept(
    async () => 'good',
    async (thing) => log.push(thing),
  );
  const bad = kept(
    async () => 'bad',
    () => Promise.reject(new Error('will not close')),
  );
  await good();
  await bad();
  await assert.rejects(closeKept('row'), /will not close/);
  assert.deepEqual(log, ['good']);
});
