/**
 * How many deaths a thread is granted, and how long it rests.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LIMITS } from '../../../core/limits.js';
import {
  afterDeath,
  afterGivingUp,
  NEW_THREAD,
  type ThreadRecord,
  tried,
} from '../../../core/system/thread-rest.js';

/** So many deaths, `everyMs` apart, from `at` on. */
function dying(from: ThreadRecord, at: number, everyMs: number, deaths: number) {
  let record = from;
  let restMs: number | undefined;
  for (let n = 0; n < deaths; n++) ({ record, restMs } = afterDeath(record, at + n * everyMs));
  return { record, restMs };
}

const TOO_MANY = LIMITS.threadRestartsMax + 1;

it('a thread is given up at one death more than it is granted in a minute', () => {
  assert.equal(dying(NEW_THREAD, 0, 1, TOO_MANY - 1).restMs, undefined);
  assert.equal(dying(NEW_THREAD, 0, 1, TOO_MANY).restMs, LIMITS.threadRestMinMs);
});

it('deaths that are further apart are never too many', () => {
  const everyMs = LIMITS.threadRestartWindowMs / LIMITS.threadRestartsMax;
  assert.equal(dying(NEW_THREAD, 0, everyMs, 1_000).restMs, undefined);
});

it('each rest is twice as long as the last one, up to the longest', () => {
  const rests: (number | undefined)[] = [];
  let record = NEW_THREAD;
  let now = 0;
  for (let n = 0; n < 6; n++) {
    const given = dying(record, now, 1, TOO_MANY);
    rests.push(given.restMs);
    now += TOO_MANY + given.restMs!;
    record = tried(given.record, now);
  }
  const minute = LIMITS.threadRestMinMs;
  assert.deepEqual(
    rests,
    [1, 2, 4, 8, 10, 10].map((minutes) => minutes * minute),
  );
});

it('a thread that has served for as long as the longest rest begins with the shortest again', () => {
  const first = dying(NEW_THREAD, 0, 1, TOO_MANY);
  const second = dying(tried(first.record, 1_000), 2_000, 1, TOO_MANY);
  assert.equal(second.restMs, 2 * LIMITS.threadRestMinMs);
  const again = tried(second.record, 10_000);
  const late = 10_000 + LIMITS.threadRestMaxMs;
  assert.equal(dying(again, late, 1, TOO_MANY).restMs, LIMITS.threadRestMinMs);
});

it('one that cannot start rests as one that has died too often', () => {
  const first = afterGivingUp(NEW_THREAD, 0);
  assert.equal(first.restMs, LIMITS.threadRestMinMs);
  assert.equal(afterGivingUp(tried(first.record, 5), 6).restMs, 2 * LIMITS.threadRestMinMs);
});
