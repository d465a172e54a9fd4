/**
 * Ranges of keys as one: in order, complete, and no more read than is taken.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeKeys } from '../../stores/merge-keys.js';

const RANK_AT = 1;

/** Keys whose first byte is the range they are of, and what was read of them and whether they were ended. */
function rangesOf(ranks: readonly (readonly number[])[]) {
  const read: number[] = ranks.map(() => 0);
  const ended = new Set<number>();
  const ranges = ranks.map(function* (own, range): Generator<Uint8Array> {
    try {
      for (const rank of own) {
        read[range]!++;
        yield Uint8Array.of(range, rank >> 8, rank & 0xff);
      }
    } finally {
      ended.add(range);
    }
  });
  return { ranges, read, ended };
}

const rankOf = (key: Uint8Array): number => key[1]! * 256 + key[2]!;
const sorted = (ranks: readonly number[]): number[] => [...ranks].sort((a, b) => a - b);
const someRanks = fc.array(
  fc.array(fc.nat({ max: 500 }), { maxLength: 12 }).map((ranks) => sorted(ranks)),
  { maxLength: 20 },
);

test('keys of all ranges come in order, each once', () => {
  fc.assert(
    fc.property(someRanks, (ranks) => {
      const { ranges, ended } = rangesOf(ranks);
      const found = [...mergeKeys(ranges, RANK_AT)].map(rankOf);
      assert.deepEqual(found, sorted(ranks.flat()));
      assert.equal(ended.size, ranks.length);
    }),
  );
});

test('of a range no more is read than what is taken and one', () => {
  fc.assert(
    fc.property(someRanks, fc.nat({ max: 30 }), (ranks, countMax) => {
      const { ranges, read, ended } = rangesOf(ranks);
      const taken: number[] = ranks.map(() => 0);
      let left = countMax;
      for (const key of mergeKeys(ranges, RANK_AT)) {
        if (left-- === 0) break;
        taken[key[0]!]!++;
      }
      for (const [range, count] of read.entries()) assert.ok(count <= taken[range]! + 1);
      assert.equal(ended.size, ranks.length);
    }),
  );
});
