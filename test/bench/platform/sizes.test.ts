/**
 * How much the platform's rows store, by the environment.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entitiesAsked } from '../../../bench/platform/sizes.js';
import { hasBenchCode } from '../has-bench-code.js';

test('without a word of the environment a hundred thousand entities are stored', () => {
  assert.equal(entitiesAsked({}), 100_000);
  assert.equal(entitiesAsked({ TROUPE_BENCH_ENTITIES: '' }), 100_000);
});

test('the environment says how many', () => {
  assert.equal(entitiesAsked({ TROUPE_BENCH_ENTITIES: '1000000' }), 1_000_000);
});

for (const text of ['x', '-1', '999', '1250', '1e6', '100000.5']) {
  test(`"${text}" entities are refused`, () => {
    const environment = { TROUPE_BENCH_ENTITIES: text };
    assert.throws(() => entitiesAsked(environment), hasBenchCode('ARGUMENT_INVALID'));
  });
}
