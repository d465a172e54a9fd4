/** Messages by the priority of their handler. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taken } from '../../../core/mailbox/fifo.js';
import { PriorityMailbox } from '../../../core/mailbox/priority-mailbox.js';
import { drained, mailboxConformance } from '../../conformance/mailbox.js';

mailboxConformance('priority mailbox without priorities', () => new PriorityMailbox({}));
mailboxConformance(
  'priority mailbox with others',
  () => new PriorityMailbox({ other: 7, low: -3 }),
);
mailboxConformance(
  'priority mailbox in one priority',
  () => new PriorityMailbox({ add: 7, low: -3 }),
);

test('the highest priority comes first, first in first out within one, the rest in between as 0', () => {
  const mailbox = new PriorityMailbox({ urgent: 10, soon: 5, never: -1 });
  const names = ['never', 'plain', 'soon', 'urgent', 'plain', 'soon', 'urgent', 'never'];
  for (const [index, name] of names.entries()) mailbox.push(name, index, 0);
  assert.deepEqual(drained(mailbox), [3, 6, 2, 5, 1, 4, 0, 7]);
});

test('handlers of the same priority share one order', () => {
  const mailbox = new PriorityMailbox({ a: 1, b: 1 });
  for (const [index, name] of ['a', 'b', 'b', 'a'].entries()) mailbox.push(name, index, 0);
  assert.deepEqual(drained(mailbox), [0, 1, 2, 3]);
});

test('what is put back stays in its own priority', () => {
  const mailbox = new PriorityMailbox({ urgent: 1 });
  mailbox.push('plain', 'queued', 0);
  mailbox.push('urgent', 'urgent', 0);
  mailbox.unshift('plain', 'put back', 0);
  assert.deepEqual(drained(mailbox), ['urgent', 'put back', 'queued']);
});

test('the notices of the runtime, which have symbols for names, have priority 0', () => {
  const mailbox = new PriorityMailbox({ low: -1, high: 1 });
  const taken: Taken = { name: undefined, payload: undefined, meta: 0 };
  const notice = Symbol('notice');
  mailbox.push('low', 1, 0);
  mailbox.push(notice, 2, 0);
  mailbox.push('high', 3, 0);
  assert.ok(mailbox.shift(taken) && taken.name === 'high');
  assert.ok(mailbox.shift(taken) && (taken.name as unknown) === notice);
  assert.ok(mailbox.shift(taken) && (taken.name as unknown) === 'low');
});
