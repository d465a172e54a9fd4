import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { positionsOf, positionToken } from '../../../actors/control/position-token.js';

const PARTITIONS = 1_024;
const NUMBER_MAX = 2 ** 51;
const position = fc.tuple(
  fc.nat({ max: PARTITIONS - 1 }),
  fc.constantFrom(0, 1),
  fc.integer({ min: 1, max: NUMBER_MAX }),
);

test('the positions of a token are those it was made of', () => {
  fc.assert(
    fc.property(fc.array(position, { maxLength: PARTITIONS }), (positions) => {
      assert.deepEqual(positionsOf(positionToken(positions), PARTITIONS), positions);
    }),
  );
});

test('a token of all partitions of the largest folder fits a header', () => {
  const positions = Array.from({ length: PARTITIONS }, (_, at) => [at, 1, NUMBER_MAX] as const);
  const token = positionToken(positions);
  assert.ok(token.length < 14_000, `${token.length} characters`);
  assert.deepEqual(positionsOf(token, PARTITIONS), positions);
});

test('any text gives positions of partitions that exist, or none, and never throws', () => {
  const anyText = fc.oneof(fc.string(), fc.stringMatching(/^[\w-]{0,40}$/));
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: PARTITIONS }), (text, partitions) => {
      for (const [partition, lane, number] of positionsOf(text, partitions) ?? []) {
        assert.ok(partition >= 0 && partition < partitions);
        assert.ok(lane === 0 || lane === 1);
        assert.ok(Number.isSafeInteger(number) && number >= 0);
      }
    }),
  );
});

test('a token with an unfinished number, an odd number of numbers or other characters is none', () => {
  for (const token of ['gA', 'AQ', 'A+B/', 'A B', 'AAAAAAAAAAAAA==', 'A'.repeat(20_000)]) {
    assert.equal(positionsOf(token, 64), undefined, token.slice(0, 20));
  }
});
