/**
 * What every mailbox promises, called by the test file of each. Order across priorities is each one's own affair; here
 * all messages have the same.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taken } from '../../core/mailbox/fifo.js';
import type { Mailbox } from '../../core/mailbox/mailbox.js';
import { Argc, Envelope } from '../../core/message/envelope.js';

/** Takes everything out: payloads in order. */
export function drained(mailbox: Mailbox): unknown[] {
  const taken: Taken = { name: undefined, payload: undefined, meta: 0 };
  const payloads: unknown[] = [];
  while (mailbox.shift(taken)) payloads.push(taken.payload);
  return payloads;
}

export function mailboxConformance(name: string, make: () => Mailbox): void {
  test(`${name}: gives what it was given, in order, each once, and knows how many are left`, () => {
    const mailbox = make();
    for (let n = 0; n < 1_000; n++) {
      mailbox.push('add', n, Argc.one);
      assert.equal(mailbox.size, n + 1);
    }
    assert.deepEqual(
      drained(mailbox),
      Array.from({ length: 1_000 }, (_, n) => n),
    );
    assert.equal(mailbox.size, 0);
    mailbox.release();
  });

  test(`${name}: an empty one says so and leaves the register alone`, () => {
    const mailbox = make();
    const taken: Taken = { name: 'before', payload: 1, meta: 2 };
    assert.equal(mailbox.shift(taken), false);
    assert.deepEqual(taken, { name: 'before', payload: 1, meta: 2 });
  });

  test(`${name}: name, payload and meta come back as they went in`, () => {
    const mailbox = make();
    const envelope = new Envelope();
    const payload = { any: 'thing' };
    mailbox.push('add', payload, envelope);
    mailbox.push('add', undefined, 12);
    const taken: Taken = { name: undefined, payload: undefined, meta: 0 };
    assert.equal(mailbox.shift(taken), true);
    assert.equal(taken.payload, payload);
    assert.equal(taken.meta, envelope);
    assert.equal(mailbox.shift(taken), true);
    assert.deepEqual(taken, { name: 'add', payload: undefined, meta: 12 });
  });

  test(`${name}: what is put back comes before all others, the last put back first`, () => {
    const mailbox = make();
    for (const n of [3, 4]) mailbox.push('add', n, 1);
    for (const n of [2, 1, 0]) mailbox.unshift('add', n, 1);
    assert.equal(mailbox.size, 5);
    mailbox.push('add', 5, 1);
    assert.deepEqual(drained(mailbox), [0, 1, 2, 3, 4, 5]);
    mailbox.unshift('add', 'alone', 1);
    assert.deepEqual(drained(mailbox), ['alone']);
  });

  test(`${name}: goes on after it was empty, however deep it was`, () => {
    const mailbox = make();
    for (const depth of [1, 31, 32, 33, 64, 65, 2_047, 2_049, 12_000, 3]) {
      for (let n = 0; n < depth; n++) mailbox.push('add', n, 1);
      assert.deepEqual(
        drained(mailbox),
        Array.from({ length: depth }, (_, n) => n),
      );
    }
  });
}
