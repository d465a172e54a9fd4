/** What a full mailbox does with one message more, as a table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evicted, type OverflowRule } from '../../../core/mailbox/overflow.js';

const table: readonly [OverflowRule, number, number, 'none' | 'oldest' | 'newest'][] = [
  ['reject', 0, 1, 'none'],
  ['reject', 9, 1, 'none'],
  ['drop-oldest', 0, 1, 'none'],
  ['drop-oldest', 1, 1, 'oldest'],
  ['drop-oldest', 4, 5, 'none'],
  ['drop-oldest', 5, 5, 'oldest'],
  ['drop-newest', 4, 5, 'none'],
  ['drop-newest', 5, 5, 'newest'],
  ['drop-newest', 6, 5, 'newest'],
  ['drop-newest', 1e9, Infinity, 'none'],
];

for (const [rule, queued, capacity, expected] of table) {
  test(`${rule} with ${queued} of ${capacity} queued evicts ${expected}`, () => {
    assert.equal(evicted(rule, queued, capacity), expected);
  });
}
