/**
 * What is sent in the tell benchmarks.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serialize } from 'node:v8';
import { expectedWeight, PAYLOADS } from '../../bench/payloads.js';

test('the payloads have the sizes their names promise', () => {
  const bytes = (value: unknown) => serialize(value).byteLength;
  assert.ok(Math.abs(bytes(PAYLOADS['text-1kb'].make(1)) - 1_024) < 50);
  assert.equal(PAYLOADS['buffer-64kb'].make(1).byteLength, 64 * 1_024);
  assert.equal(PAYLOADS['buffer-8mb'].make(1).byteLength, 8 * 1_024 * 1_024);
  assert.equal(Object.keys(PAYLOADS['four-fields'].make(1)).length, 4);
});

test('a lost, doubled or cut message changes the weight', () => {
  const { make, weigh } = PAYLOADS['four-fields'];
  assert.equal(expectedWeight('four-fields', 3), weigh(make(0)) + weigh(make(1)) + weigh(make(2)));
  assert.notEqual(expectedWeight('four-fields', 3), expectedWeight('four-fields', 2));
  const buffer = PAYLOADS['buffer-64kb'];
  assert.notEqual(buffer.weigh(buffer.make(0)), buffer.weigh(buffer.make(0).subarray(0, 100)));
});
