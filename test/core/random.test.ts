import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Random, seededRandom, systemRandom } from '../../core/random.js';

const draws = (random: Random, count = 100) => Array.from({ length: count }, () => random.next());

describe('a seeded random source', () => {
  it('replays exactly from the same seed, and differs for another', () => {
    assert.deepEqual(draws(seededRandom(7)), draws(seededRandom(7)));
    const firsts = Array.from({ length: 1_000 }, (_, seed) => seededRandom(seed).next());
    assert.equal(new Set(firsts).size, 1_000);
  });

  it('takes a printed seed back as text', () => {
    assert.deepEqual(draws(seededRandom(12345)), draws(seededRandom('12345')));
  });

  it('gives the same numbers for ever: a seed in a bug report stays good', () => {
    const random = seededRandom('troupe');
    assert.deepEqual([random.int(1000), random.int(1000), random.int(1000)], [103, 498, 923]);
  });

  it('draws from [0, 1) evenly', () => {
    const counts = new Array<number>(100).fill(0);
    for (const draw of draws(seededRandom(1), 100_000)) {
      assert.ok(draw >= 0 && draw < 1);
      counts[Math.floor(draw * 100)]!++;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    assert.ok(chiSquare < 170, `chi-square ${chiSquare} over 100 buckets`);
  });

  it('draws whole numbers below n, each as likely, for n of 1 as for 2^32', () => {
    const random = seededRandom(2);
    assert.equal(random.int(1), 0);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 60_000; i++) counts[random.int(6)]!++;
    for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `${counts}`);
    const large = Array.from({ length: 1_000 }, () => random.int(2 ** 32));
    assert.ok(large.every((n) => Number.isInteger(n) && n < 2 ** 32));
    assert.ok(Math.max(...large) > 2 ** 31);
  });

  it('picks each item as likely, and refuses to pick from none', () => {
    const random = seededRandom(3);
    const seen = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])));
    assert.deepEqual([...seen].sort(), ['a', 'b', 'c']);
    assert.throws(() => random.pick([]), { code: 'ASSERTION_FAILED' });
  });

  it('shuffles in place, each order as likely', () => {
    const random = seededRandom(4);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6_000; i++) {
      const items = ['a', 'b', 'c'];
      assert.equal(random.shuffle(items), items);
      const order = items.join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.equal(counts.size, 6);
    for (const count of counts.values()) assert.ok(Math.abs(count - 1_000) < 150);
    assert.deepEqual(random.shuffle([]), []);
  });

  it('forks a source of its own, whose use leaves the parent alone', () => {
    const one = seededRandom(5);
    const other = seededRandom(5);
    const child = one.fork();
    other.fork();
    const childDraws = draws(child);
    assert.deepEqual(draws(one), draws(other));
    assert.equal(draws(seededRandom(5)).filter((draw) => childDraws.includes(draw)).length, 0);
  });
});

describe('the system random source', () => {
  it('keeps the same contract without a seed', () => {
    assert.ok(draws(systemRandom).every((draw) => draw >= 0 && draw < 1));
    assert.ok(systemRandom.int(10) < 10);
    assert.ok(['a', 'b'].includes(systemRandom.fork().pick(['a', 'b'])));
  });
});
