/**
 * What is remembered of requests: for its hour, within a bound of rows over the whole folder, fairly over partitions.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import { IdempotencyIndex } from '../../stores/idempotency.js';
import { STORE_LIMITS } from '../../stores/limits.js';
import { StoreFolder } from '../support/store-folder.js';

const PARTITIONS = 4;
const ROWS_MAX = 40;
const SHARE = ROWS_MAX / PARTITIONS;
const HOUR = STORE_LIMITS.requestKeptMs;
const BODY = new Uint8Array(32);

let made = new StoreFolder();
afterEach(async () => {
  await made.remove();
  made = new StoreFolder();
});

/** An index with low bounds, in a new folder, and what a test does with it. */
async function lowIndex() {
  const { environments } = await made.open({ partitions: PARTITIONS });
  const index = new IdempotencyIndex(environments.log, { rowsMax: ROWS_MAX, keptMs: HOUR });
  const { requests, requestTimes } = environments.log.tables;
  return {
    index,
    rows: () => requestTimes.size(),
    requests: () => requests.size(),
    /** Remembers requests, all in one commit, at as many ms from `at` on. */
    async remember(partition: number, names: readonly string[], at: number): Promise<void> {
      let settle: () => void = () => {};
      const flushed = new Promise<void>((resolve) => {
        settle = resolve;
      });
      const puts = names.flatMap((name, i) =>
        index.remember(
          partition,
          { key: digest(name), body: BODY },
          { body: BODY, number: 1, tasks: 1, at: at + i, flushed },
        ),
      );
      await environments.log.write(() => ({ puts }));
      settle();
      await flushed;
      environments.refresh();
    },
    knows: (partition: number, name: string, now: number) =>
      index.find(partition, digest(name), now) !== undefined,
  };
}

const digest = (name: string) => new Uint8Array(createHash('sha256').update(name).digest());
const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

test('within the bound every request is remembered for its hour, and not longer', async () => {
  const { remember, knows, rows } = await lowIndex();
  const names = named('a', ROWS_MAX - 1);
  for (const [i, name] of names.entries()) await remember(i % PARTITIONS, [name], 1_000);
  const all = (now: number) => names.map((name, i) => knows(i % PARTITIONS, name, now));
  assert.ok(all(1_000 + HOUR).every(Boolean));
  assert.ok(!all(1_001 + HOUR).some(Boolean));
  assert.equal(rows(), names.length);
});

test('the bound holds for the folder: one partition may fill it, and then forgets its oldest first', async () => {
  const { remember, knows, rows, requests } = await lowIndex();
  const names = named('a', 100);
  for (const [i, name] of names.entries()) await remember(2, [name], i);
  assert.equal(rows(), ROWS_MAX);
  assert.equal(requests(), ROWS_MAX);
  assert.deepEqual(
    names.filter((name) => knows(2, name, 100)),
    names.slice(-ROWS_MAX),
  );
});

test('requests that come together in one commit are not counted as fewer than they are', async () => {
  const { remember, rows } = await lowIndex();
  for (let round = 0; round < 12; round++) await remember(1, named(`r${round}/`, 10), round * 10);
  for (let round = 0; round < 12; round++) await remember(1, [`last${round}`], 1_000 + round);
  assert.equal(rows(), ROWS_MAX);
});

test('a partition keeps its even share however full the folder is, and who had more gives way', async () => {
  const { remember, knows, rows } = await lowIndex();
  for (const [i, name] of named('a', ROWS_MAX).entries()) await remember(0, [name], i);
  for (const partition of [1, 2, 3])
    for (const [i, name] of named('b', SHARE).entries()) await remember(partition, [name], 100 + i);
  for (const partition of [1, 2, 3])
    for (const name of named('b', SHARE)) assert.ok(knows(partition, name, 200));
  assert.equal(rows(), ROWS_MAX + 3 * SHARE);
  for (const [i, name] of named('c', ROWS_MAX).entries()) await remember(0, [name], 300 + i);
  assert.equal(rows(), ROWS_MAX);
});

test('after a clock was set back, what is older than all that went is forgotten in its turn', async () => {
  const { remember, rows } = await lowIndex();
  for (const [i, name] of named('a', 2 * ROWS_MAX).entries()) await remember(3, [name], 1_000 + i);
  for (const [i, name] of named('b', ROWS_MAX).entries()) await remember(3, [name], i);
  for (const [i, name] of named('c', 2 * ROWS_MAX).entries()) await remember(3, [name], 2_000 + i);
  assert.equal(rows(), ROWS_MAX);
});

test('rows that could not be written are counted again', async () => {
  const { index, remember, rows } = await lowIndex();
  for (const [i, name] of named('a', ROWS_MAX).entries()) await remember(0, [name], i);
  const failed = Promise.reject(new Error('no room'));
  for (const name of named('lost', 20))
    index.remember(
      0,
      { key: digest(name), body: BODY },
      { body: BODY, number: 1, tasks: 1, at: 500, flushed: failed },
    );
  await failed.catch(() => {});
  await new Promise(setImmediate);
  for (const [i, name] of named('b', ROWS_MAX).entries()) await remember(0, [name], 600 + i);
  assert.equal(rows(), ROWS_MAX);
});

test('whatever comes in, there are never more than twice the rows, and each partition knows its newest', async () => {
  const { remember, knows, rows } = await lowIndex();
  const newest = new Map<number, string[]>();
  let now = 0;
  const batch = fc.record({
    partition: fc.nat({ max: PARTITIONS - 1 }),
    count: fc.integer({ min: 1, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 8 }), async (batches) => {
      for (const { partition, count } of batches) {
        for (let i = 0; i < count; i++) {
          const name = `n${++now}`;
          await remember(partition, [name], now);
          newest.set(partition, [...(newest.get(partition) ?? []), name].slice(-SHARE));
          assert.ok(rows() <= 2 * ROWS_MAX, `${rows()} rows`);
        }
      }
      for (const [partition, names] of newest)
        for (const name of names) assert.ok(knows(partition, name, now), name);
    }),
    { numRuns: 15 },
  );
});
