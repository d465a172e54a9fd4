/** The hash is statistical: each test draws fixed keys and allows what chance allows, with margin. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashKey, hashNumber, hashString } from '../../core/hash.js';

/** Chi-square of the spread over buckets; near `buckets` for an even one, give or take sqrt(2 * buckets). */
function chiSquare(hashes: readonly number[], buckets: number): number {
  const counts = new Array<number>(buckets).fill(0);
  for (const hash of hashes) counts[(hash >>> 0) % buckets]!++;
  const expected = hashes.length / buckets;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const KEYS = 20_000;
const indexes = Array.from({ length: KEYS }, (_, i) => i);
const families: Record<string, (string | number)[]> = {
  'numbered names': indexes.map((i) => `user-${i}`),
  'short texts': indexes.map((i) => i.toString(36)),
  'texts that differ in front': indexes.map((i) => `${i}/some/longer/path/with/a/tail`),
  'texts outside ASCII': indexes.map((i) => `žluť${String.fromCharCode(0x4e00 + i)}`),
  'small integers': indexes,
  'negative integers': indexes.map((i) => -i),
  'multiples of 1024': indexes.map((i) => i * 1024),
  fractions: indexes.map((i) => i / 7 + 0.1),
  'integers beyond 2^32': indexes.map((i) => 2 ** 40 + i),
  timestamps: indexes.map((i) => 1_764_000_000_000 + i * 1000),
};

describe('the hash', () => {
  for (const [family, keys] of Object.entries(families))
    it(`spreads ${family} evenly over any number of buckets, and hardly ever collides`, () => {
      const hashes = keys.map((key) => hashKey(key));
      for (const buckets of [2, 3, 64, 257, 1024]) {
        const limit = buckets + 5 * Math.sqrt(2 * buckets) + 5;
        const spread = chiSquare(hashes, buckets);
        assert.ok(spread < limit, `${buckets} buckets: ${spread} above ${limit}`);
      }
      // Birthday: 20 000 of 2^32 make 0.05 collisions on average.
      assert.ok(new Set(hashes).size >= KEYS - 2);
    });

  it('changes each bit of the result with half of the flips of any input bit', () => {
    let worst = 0;
    for (let bit = 0; bit < 31; bit++) {
      const flips = new Array<number>(32).fill(0);
      for (let i = 0; i < 2_000; i++) {
        const value = Math.imul(i, 7919);
        const difference = hashNumber(value) ^ hashNumber(value ^ (1 << bit));
        for (let out = 0; out < 32; out++) flips[out]! += (difference >>> out) & 1;
      }
      for (const count of flips) worst = Math.max(worst, Math.abs(count / 2_000 - 0.5));
    }
    assert.ok(worst < 0.06, `worst bias ${worst}`);
  });

  it('is a signed 32-bit integer and the same each time', () => {
    for (const key of ['', 'a', 'longer text', 0, 1.5, -7, 2 ** 53, Infinity]) {
      const hash = hashKey(key);
      assert.equal(hash, hash | 0);
      assert.equal(hashKey(key), hash);
    }
  });

  it('is fixed for ever: two versions of the package must agree on owners', () => {
    assert.deepEqual(
      [
        hashString(''),
        hashString('troupe'),
        hashString('troupe', 1),
        hashNumber(42),
        hashNumber(0.5),
      ],
      [-726634265, 995792152, -1467192681, 2092314812, -2121297696],
    );
  });

  it('tells the number 7 from the text "7", but not 0 from -0 nor one NaN from another', () => {
    assert.notEqual(hashKey(7), hashKey('7'));
    assert.equal(hashKey(0), hashKey(-0));
    assert.equal(hashKey(Number.NaN), hashKey(0 / 0));
    assert.notEqual(hashKey(Infinity), hashKey(-Infinity));
  });

  it('gives unrelated hashes for other seeds', () => {
    const equal = indexes.filter((i) => hashKey(i, 1) % 64 === hashKey(i, 2) % 64).length;
    assert.ok(Math.abs(equal - KEYS / 64) < 200 && equal > 0, `${equal} of ${KEYS} fall together`);
  });
});
