/** Cells with something to do, first in first out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../core/random.js';
import { RunQueue } from '../../../core/threads/run-queue.js';

test('items come out in order, whatever wraps around and grows', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const queue = new RunQueue<number>();
    const model: number[] = [];
    let next = 0;
    for (let step = 0; step < 300; step++) {
      const isPushing = random.int(20) < 11;
      for (let n = random.int(60); n > 0; n--) {
        if (isPushing) {
          queue.push(next);
          model.push(next++);
        } else assert.equal(queue.shift(), model.shift(), `seed ${seed}`);
        assert.equal(queue.size, model.length);
      }
    }
    assert.ok(next > 64);
  }
});

test('an empty queue gives nothing, and what it gave it does not keep', () => {
  const queue = new RunQueue<object>();
  assert.equal(queue.shift(), undefined);
  queue.push({});
  assert.ok(queue.shift());
  assert.equal(queue.shift(), undefined);
  assert.equal(queue.size, 0);
});
