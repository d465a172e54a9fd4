/** The plain queue: the conformance of mailboxes, and what its segments must not keep. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fifo, type Taken } from '../../../core/mailbox/fifo.js';
import { drained, mailboxConformance } from '../../conformance/mailbox.js';

mailboxConformance('fifo', () => new Fifo());

test('segments that go back to the thread and come out again hold nothing of before', () => {
  for (let round = 0; round < 3; round++) {
    const queues = Array.from({ length: 8 }, () => new Fifo());
    for (const [index, queue] of queues.entries())
      for (let n = 0; n < 5_000; n++) queue.push('x', index * 5_000 + n, 0);
    for (const [index, queue] of queues.entries()) {
      assert.deepEqual(
        drained(queue),
        Array.from({ length: 5_000 }, (_, n) => index * 5_000 + n),
      );
      queue.release();
    }
  }
});

test('a steady queue that never empties goes through its segments in order', () => {
  const queue = new Fifo();
  const taken: Taken = { name: undefined, payload: undefined, meta: 0 };
  for (let n = 0; n < 10; n++) queue.push('x', n, 0);
  for (let n = 0; n < 20_000; n++) {
    queue.push('x', n + 10, 0);
    assert.ok(queue.shift(taken));
    assert.equal(taken.payload, n);
  }
  assert.equal(queue.size, 10);
});
