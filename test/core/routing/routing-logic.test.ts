import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '../../../core/random.js';
import {
  chooseRoutee,
  FULL_SCAN_MAX,
  leastLoaded,
  leastLoadedOfAll,
  leastLoadedOfTwo,
  type Routing,
  randomRoutee,
  roundRobin,
} from '../../../core/routing/routing-logic.js';

const loadsOf = (loads: readonly number[]) => (index: number) => loads[index]!;

describe('round robin', () => {
  for (const [count, previous, next] of [
    [3, -1, 0],
    [3, 0, 1],
    [3, 2, 0],
    [5, 2, 3], // grown from 3
    [2, 4, 0], // shrunk from 5
    [1, 0, 0],
    [0, -1, -1],
    [0, 3, -1],
  ] as const)
    it(`of ${count} after ${previous} is ${next}`, () => {
      assert.equal(roundRobin(count, previous), next);
    });
});

describe('random routing', () => {
  it('chooses each as likely, and nobody of none', () => {
    const random = seededRandom(1);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4_000; i++) counts[randomRoutee(4, random)]!++;
    for (const count of counts) assert.ok(Math.abs(count - 1_000) < 150, `${counts}`);
    assert.equal(randomRoutee(0, random), -1);
  });
});

describe('least loaded of all', () => {
  for (const [what, loads, previous, chosen] of [
    ['the one with the least', [5, 2, 9], -1, 1],
    ['the first after the previous among equals', [1, 1, 1], 0, 1],
    ['round the corner among equals', [1, 1, 1], 2, 0],
    ['the least, even if it was just chosen', [5, 1, 5], 1, 1],
    ['the next idle one', [0, 3, 0], 0, 2],
    ['nobody who cannot be chosen', [Infinity, 7, Infinity], -1, 1],
    ['nobody if nobody can', [Infinity, Infinity], -1, -1],
    ['nobody of none', [], -1, -1],
    ['someone after a shrink took the previous away', [4, 4], 7, 0],
  ] as const)
    it(`is ${what}`, () => {
      assert.equal(leastLoadedOfAll(loads.length, loadsOf(loads), previous), chosen);
    });

  it('takes turns among idle routees', () => {
    let previous = -1;
    const chosen = Array.from({ length: 6 }, () => {
      previous = leastLoadedOfAll(3, () => 0, previous);
      return previous;
    });
    assert.deepEqual(chosen, [0, 1, 2, 0, 1, 2]);
  });

  it('looks no further than the first idle one', () => {
    let looks = 0;
    leastLoadedOfAll(
      100,
      () => {
        looks++;
        return 0;
      },
      -1,
    );
    assert.equal(looks, 1);
  });
});

describe('least loaded of two', () => {
  it('never chooses the more loaded of two, whichever was drawn first', () => {
    const random = seededRandom(2);
    for (let i = 0; i < 100; i++) assert.equal(leastLoadedOfTwo(2, loadsOf([9, 3]), random), 1);
  });

  it('compares two different ones, each pair as likely', () => {
    const random = seededRandom(3);
    const pairs = new Map<string, number>();
    for (let i = 0; i < 6_000; i++) {
      const seen: number[] = [];
      leastLoadedOfTwo(4, (index) => seen.push(index), random);
      const pair = seen.sort().join('-');
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    assert.equal(pairs.size, 6);
    for (const count of pairs.values()) assert.ok(Math.abs(count - 1_000) < 150);
  });

  it('keeps loads nearly even where chance alone would not', () => {
    const random = seededRandom(4);
    const byTwo = new Array<number>(100).fill(0);
    const byChance = new Array<number>(100).fill(0);
    for (let i = 0; i < 10_000; i++) {
      byTwo[leastLoadedOfTwo(100, loadsOf(byTwo), random)]!++;
      byChance[randomRoutee(100, random)]!++;
    }
    assert.ok(Math.max(...byTwo) <= 104, `${Math.max(...byTwo)}`);
    assert.ok(Math.max(...byChance) > 115, `${Math.max(...byChance)}`);
  });

  it('looks at all when both drawn cannot be chosen', () => {
    const loads = new Array<number>(50).fill(Infinity);
    loads[17] = 3;
    for (let seed = 0; seed < 20; seed++)
      assert.equal(leastLoadedOfTwo(50, loadsOf(loads), seededRandom(seed)), 17);
    assert.equal(
      leastLoadedOfTwo(50, () => Infinity, seededRandom(1)),
      -1,
    );
  });

  it('has an answer for one and for none', () => {
    assert.equal(
      leastLoadedOfTwo(1, () => 5, seededRandom(1)),
      0,
    );
    assert.equal(
      leastLoadedOfTwo(0, () => 5, seededRandom(1)),
      -1,
    );
  });
});

describe('least loaded', () => {
  it('looks at all routees while they are few, at two when they are many', () => {
    let looks = 0;
    const load = () => {
      looks++;
      return 1;
    };
    leastLoaded(FULL_SCAN_MAX, load, -1, seededRandom(1));
    assert.equal(looks, FULL_SCAN_MAX);
    looks = 0;
    leastLoaded(FULL_SCAN_MAX + 1, load, -1, seededRandom(1));
    assert.equal(looks, 2);
  });
});

describe('choosing by a routing', () => {
  const choose = (routing: Routing, loads: readonly number[], previous = -1) =>
    chooseRoutee(routing, loads.length, loadsOf(loads), { previous, random: seededRandom(1) });

  it('passes over whoever cannot be chosen', () => {
    for (const routing of ['round-robin', 'hash', 'random', 'least-loaded'] as const) {
      assert.equal(choose(routing, [Infinity, 4, Infinity]), 1, routing);
      assert.equal(choose(routing, [Infinity, 4, Infinity], 1), 1, routing);
    }
  });

  it('answers that there is nobody', () => {
    for (const routing of ['round-robin', 'hash', 'random', 'least-loaded'] as const) {
      assert.equal(choose(routing, []), -1, routing);
      assert.equal(choose(routing, [Infinity, Infinity]), -1, routing);
    }
  });

  it('takes turns, or the least loaded, as the routing says', () => {
    assert.equal(choose('round-robin', [9, 9, 1]), 0);
    assert.equal(choose('round-robin', [9, 9, 1], 0), 1);
    assert.equal(choose('hash', [9, 9, 1], 2), 0);
    assert.equal(choose('least-loaded', [9, 9, 1]), 2);
  });
});
