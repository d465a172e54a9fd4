/**
 * The loops that count calls: they refuse wrong and missing answers.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  callsPerSecond,
  lonePercentileUs,
  perSecond,
  sequentialMeanUs,
} from '../../bench/timing.js';
import { hasBenchCode } from './has-bench-code.js';

const add = async (a: number, b: number) => a + b;

test('all calls are made, never more in flight than allowed', async () => {
  let calls = 0;
  let inFlight = 0;
  let inFlightMax = 0;
  const watched = async (a: number, b: number) => {
    calls++;
    inFlight++;
    inFlightMax = Math.max(inFlightMax, inFlight);
    await Promise.resolve();
    inFlight--;
    return a + b;
  };
  assert.ok((await callsPerSecond(watched, { calls: 100, inFlight: 8 })) > 0);
  assert.equal(calls, 100);
  assert.equal(inFlightMax, 8);
});

test('lone calls leave the first ones out and never overlap', async () => {
  const seen: number[] = [];
  const watched = async (a: number, b: number) => {
    seen.push(a);
    return a + b;
  };
  assert.ok((await lonePercentileUs(watched, { calls: 3, discarded: 2 })) >= 0);
  assert.deepEqual(seen, [-2, -1, 0, 1, 2]);
});

test('one wrong answer makes the whole measure fail', async () => {
  const wrong = async (a: number, b: number) => (a === 50 ? a : a + b);
  const isWrong = hasBenchCode('ANSWER_WRONG');
  await assert.rejects(callsPerSecond(wrong, { calls: 100, inFlight: 8 }), isWrong);
  await assert.rejects(lonePercentileUs(wrong, { calls: 60, discarded: 0 }), isWrong);
  await assert.rejects(sequentialMeanUs(wrong, 100), isWrong);
});

test('right answers give a mean and a rate', async () => {
  assert.ok((await sequentialMeanUs(add, 10)) > 0);
  assert.ok((await perSecond(10, async () => {})) > 0);
});
