/**
 * The log: numbers without holes, entries never replaced, marks and requests with their entries, ranges removed exactly.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Append, EntryLog } from '../../stores/entry-log.js';
import { LANES } from '../../stores/lane.js';
import { STORE_LIMITS } from '../../stores/limits.js';
import { StoreFolder } from '../support/store-folder.js';

const made = new StoreFolder();
after(() => made.remove());
const folder = await made.open();
const log = new EntryLog(folder.environments);

const entry = (partition: number, text: string, tasks = 1, more: Partial<Append> = {}): Append => ({
  partition,
  lane: LANES.external,
  bytes: Buffer.from(text),
  tasks,
  ...more,
});
const rowsOf = (of: EntryLog, partition: number, from = 1) =>
  of
    .read(partition, LANES.external, from, { countMax: 100 })
    .map(({ number, bytes }) => `${number} ${bytes.toString()}`);
const digest = (byte: number) => new Uint8Array(32).fill(byte);

test('an entry takes as many numbers as it has tasks, in the order of the appends', async () => {
  const appended = [entry(0, 'a', 3), entry(0, 'b'), entry(0, 'c', 2)].map((one) =>
    log.append(one),
  );
  assert.deepEqual(
    appended.map(({ number }) => number),
    [1, 4, 5],
  );
  assert.equal(log.next(0, LANES.external), 7);
  await Promise.all(appended.map(({ flushed }) => flushed));
  assert.deepEqual(rowsOf(log, 0), ['1 a', '4 b', '5 c']);
  assert.equal(new EntryLog(folder.environments).next(0, LANES.external), 7);
  assert.equal(log.next(0, LANES.derived), 1);
});

test('reading from a number in the middle of an entry begins with that entry, and stops at its bounds', async () => {
  assert.deepEqual(rowsOf(log, 0, 3), ['1 a', '4 b', '5 c']);
  assert.deepEqual(rowsOf(log, 0, 4), ['4 b', '5 c']);
  assert.deepEqual(rowsOf(log, 0, 6), ['5 c']);
  const two = log.read(0, LANES.external, 1, { countMax: 2 });
  assert.equal(two.length, 2);
  const least = log.read(0, LANES.external, 1, { countMax: 9, bytesMax: 0 });
  assert.equal(least.length, 1);
});

test('of two writers of one lane one is refused, and goes on behind the other', async () => {
  const other = new EntryLog(folder.environments);
  assert.equal(other.next(1, LANES.external), log.next(1, LANES.external));
  const first = log.append(entry(1, 'first', 2));
  const late = other.append(entry(1, 'late', 5));
  await first.flushed;
  await assert.rejects(late.flushed, { code: 'COMMIT_REFUSED' });
  const again = other.append(entry(1, 'again'));
  assert.equal(again.number, 3);
  await again.flushed;
  assert.deepEqual(rowsOf(log, 1), ['1 first', '3 again']);
  log.reopen(1);
  assert.equal(log.next(1, LANES.external), 4);
});

test('what was appended behind a refused group is refused too, and none of it is there', async () => {
  const other = new EntryLog(folder.environments);
  const at = other.next(2, LANES.external);
  await log.append(entry(2, 'mine')).flushed;
  const doomed = [other.append(entry(2, 'x', 2))];
  await new Promise(setImmediate);
  doomed.push(other.append(entry(2, 'y')));
  const outcomes = await Promise.allSettled(doomed.map(({ flushed }) => flushed));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(rowsOf(log, 2), ['1 mine']);
  assert.equal(other.next(2, LANES.external), at + 1);
});

test('the mark of a source is known as soon as its entry is appended, and stored with it', async () => {
  assert.equal(log.mark(3, 'outbox/1'), 0);
  const appended = log.append(entry(3, 'm', 1, { mark: { source: 'outbox/1', number: 41 } }));
  assert.equal(log.mark(3, 'outbox/1'), 41);
  await appended.flushed;
  assert.equal(new EntryLog(folder.environments).mark(3, 'outbox/1'), 41);
  assert.equal(log.mark(3, 'outbox/10'), 0);
});

test('a request is known from its append on, with its numbers and the digest of its body', async () => {
  const request = { key: digest(1), body: digest(2), at: 1_000 };
  const appended = log.append(entry(3, 'r', 4, { request }));
  const coming = log.request(3, digest(1), 1_000);
  assert.equal(coming?.number, appended.number);
  await coming?.flushed;
  const { body, number, tasks, at } = new EntryLog(folder.environments).request(
    3,
    digest(1),
    2_000,
  )!;
  assert.deepEqual([...body], [...digest(2)]);
  assert.deepEqual([number, tasks, at], [appended.number, 4, 1_000]);
  assert.equal(log.request(2, digest(1), 2_000), undefined);
});

test('a request that brings no entry is remembered by a claim', async () => {
  await log.claim(0, { key: digest(9), body: digest(8), at: 5 });
  assert.equal(log.request(0, digest(9), 6)?.tasks, 0);
});

test('a request is forgotten after its hour, and removed by those that come later', async () => {
  const late = 10_000 + STORE_LIMITS.requestKeptMs;
  await log.claim(1, { key: digest(20), body: digest(0), at: 1_000 });
  assert.equal(log.request(1, digest(20), late), undefined);
  await log.claim(1, { key: digest(21), body: digest(0), at: late });
  const { requests, requestTimes } = folder.environments.log.tables;
  const everything = { from: new Uint8Array([0, 1]), below: new Uint8Array([0, 2]) };
  assert.equal(requests.count(everything), 1);
  assert.equal(requestTimes.count(everything), 1);
});

test('a key that is used again after its hour keeps its new row when the old one is removed', async () => {
  const late = 10_000 + STORE_LIMITS.requestKeptMs;
  await log.claim(2, { key: digest(30), body: digest(1), at: 1_000 });
  await log.claim(2, { key: digest(30), body: digest(2), at: late });
  await log.claim(2, { key: digest(31), body: digest(3), at: late });
  assert.equal(log.request(2, digest(30), late)?.body[0], 2);
});

test('a lane is trimmed below a number, and only entries all of which is below go', async () => {
  for (const lane of [LANES.derived, LANES.external])
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((text) => log.append(entry(3, text, 10, { lane })).flushed),
    );
  const numbers = () => log.read(3, LANES.derived, 0, { countMax: 9 }).map(({ number }) => number);
  const external = rowsOf(log, 3);
  assert.deepEqual(numbers(), [1, 11, 21, 31]);
  assert.equal(await log.trim(3, LANES.derived, 25), 2);
  assert.deepEqual(numbers(), [21, 31]);
  assert.equal(await log.trim(3, LANES.derived, 31), 1);
  assert.deepEqual(numbers(), [31]);
  assert.equal(await log.trim(3, LANES.derived, 5), 0);
  assert.equal(log.next(3, LANES.derived), 41);
  assert.deepEqual(rowsOf(log, 3), external);
});
