/**
 * A mailbox, a channel and a stash without room: what each rule does, who waits, who is woken, on real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CodedError } from '../../../core/index.js';
import { overseer, recorder, sink } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { until } from '../../support/until.js';

/** Holds the actor (or its whole thread) in a message until the flag is released. */
const begun = (flag: number): Promise<void> =>
  until(() => Atomics.load(flags, flag) === 1, 'a handler to begin');
const release = (flag: number): void => void Atomics.store(flags, flag, -1);

for (const thread of ['main', 1] as const) {
  const where = thread === 'main' ? 'the same thread' : 'another thread';

  describe(`a full mailbox on ${where}`, () => {
    it('refuses a tell with full, an ask with MAILBOX_FULL, and loses nothing', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread, name: 'small', mailbox: { capacity: 3 } });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        assert.deepEqual(
          [1, 2, 3, 4].map((n) => ref.tell('note', n)),
          ['accepted', 'accepted', 'full', 'full'],
        );
        await assert.rejects(ref.ask('notes'), (error: CodedError) => {
          assert.equal(error.code, 'MAILBOX_FULL');
          assert.match(error.message, /\/small/);
          assert.equal(error.details.capacity, 3);
          return true;
        });
        release(flag);
        assert.deepEqual(await ref.with({ whenFull: 'wait' }).ask('notes'), [1, 2]);
        assert.equal(system.stats().refused, 3);
        accounts();
      }));

    it('lets sends and asks that wait in, first come first served, ahead of every tell', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread, mailbox: { capacity: 2 } });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        ref.tell('note', 0);
        const order: number[] = [];
        const sends = [1, 2, 3, 4, 5].map((n) => ref.send('note', n).then(() => order.push(n)));
        const asked = ref.with({ whenFull: 'wait' }).ask('echo', 'last');
        assert.equal(ref.tell('note', 'overtakes'), 'full');
        release(flag);
        await Promise.all(sends);
        assert.equal(await asked, 'last');
        assert.deepEqual(order, [1, 2, 3, 4, 5]);
        assert.deepEqual(await ref.ask('notes'), [0, 1, 2, 3, 4, 5]);
        accounts();
      }));

    it('fails a send with MAILBOX_FULL at its deadline and lets the next one in', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread, mailbox: { capacity: 1 } });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        const short = ref.with({ deadlineMs: 20 }).send('note', 'late');
        const long = ref.send('note', 'patient');
        await assert.rejects(short, { code: 'MAILBOX_FULL' });
        release(flag);
        await long;
        assert.deepEqual(await ref.with({ whenFull: 'wait' }).ask('notes'), ['patient']);
        accounts();
      }));

    it('ends a send with its signal, and all that wait with the actor', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread, mailbox: { capacity: 1 } });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        const control = new AbortController();
        const given = ref.with({ signal: control.signal }).send('note', 1);
        const waiting = ref.send('note', 2);
        const asking = ref.with({ whenFull: 'wait' }).ask('notes');
        control.abort();
        const all = [
          assert.rejects(given, { code: 'ASK_ABORTED' }),
          assert.rejects(waiting, { code: 'ACTOR_STOPPED' }),
          assert.rejects(asking, { code: 'ACTOR_STOPPED' }),
        ];
        await system.stopActor(ref, 'kill');
        await Promise.all(all);
        release(flag);
        accounts();
      }));

    it('with drop-oldest takes every message and evicts the oldest as a dead letter', () =>
      withSystem({}, async ({ system, lost, deadLetters, accounts }) => {
        const ref = system.spawn(recorder(), {
          thread,
          mailbox: { capacity: 3, overflow: 'drop-oldest' },
        });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        for (let n = 1; n <= 5; n++) assert.equal(ref.tell('note', n), 'accepted');
        await ref.send('note', 6);
        const asked = ref.ask('notes');
        await until(() => lost('evicted').length === 5, 'five evictions');
        release(flag);
        assert.deepEqual(await asked, [6]);
        assert.deepEqual(
          deadLetters.map(({ args }) => args?.[0]),
          [1, 2, 3, 4, 5],
        );
        accounts();
      }));

    it('with drop-newest takes every message and evicts the one that comes; its asker hears MAILBOX_FULL', () =>
      withSystem({}, async ({ system, lost, accounts }) => {
        const ref = system.spawn(recorder(), {
          thread,
          mailbox: { capacity: 3, overflow: 'drop-newest' },
        });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        for (let n = 1; n <= 5; n++) assert.equal(ref.tell('note', n), 'accepted');
        await assert.rejects(ref.ask('notes'), { code: 'MAILBOX_FULL' });
        release(flag);
        await until(() => system.stats().queued === 0, 'an empty mailbox');
        assert.deepEqual(await ref.ask('notes'), [1, 2]);
        assert.deepEqual(lost('evicted'), ['note', 'note', 'note', 'notes']);
        accounts();
      }));

    it('is full by bytes too, and lets go again as they are handled', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread, mailbox: { bytes: 10_000 } });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        const text = 'x'.repeat(4_000);
        await until(() => ref.tell('note', text) === 'full', 'a full mailbox');
        assert.ok(system.stats().queued <= 30, `${system.stats().queued} messages of 4 kB`);
        const waiting = ref.send('note', 'after');
        release(flag);
        await waiting;
        assert.equal((await ref.ask('notes')).at(-1), 'after');
        await ref.ask('clear');
        accounts();
      }));

    it('by bytes evicts under drop-oldest', () =>
      withSystem({}, async ({ system, accounts }) => {
        const mailbox = { bytes: 10_000, overflow: 'drop-oldest' } as const;
        const ref = system.spawn(recorder(), { thread, mailbox });
        const flag = newFlag();
        ref.tell('holdSoftly', flag);
        await begun(flag);
        for (let n = 0; n < 50; n++) ref.tell('note', `${n}`.padEnd(4_000, ' '));
        const asked = ref.ask('notes');
        release(flag);
        const kept = (await asked).map((text) => Number(text));
        assert.ok(kept.length >= 1 && kept.length <= 4, `kept ${kept.length} of 4 kB in 10 kB`);
        assert.equal(kept.at(-1), 49);
        await ref.ask('clear');
        accounts();
      }));
  });
}

describe('an actor that sends to itself', () => {
  it('while it is full hears so at once', () =>
    withSystem({}, async ({ system }) => {
      const ref = system.spawn(overseer(), { thread: 1, mailbox: { capacity: 1 } });
      await assert.rejects(ref.ask('sendSelf'), (error: CodedError) => {
        assert.equal((error.cause as CodedError).code, 'ASK_CYCLE');
        return true;
      });
    }));
});

describe('a channel without credit, its reader being busy', () => {
  it('answers full in the end, lets sends wait, and then delivers all in order', () =>
    withSystem({ sendMs: 60_000 }, async ({ system, accounts }) => {
      const busy = system.spawn(recorder(), { thread: 1 });
      const to = system.spawn(sink(), { thread: 1, mailbox: { capacity: Infinity } });
      await system.started(to);
      const flag = newFlag();
      busy.tell('hold', flag);
      await begun(flag);
      let sent = 0;
      while (to.tell('note', sent) === 'accepted') sent++;
      assert.ok(sent > 1_000, `${sent} accepted`);
      const waiting = [to.send('note', sent), to.send('note', sent + 1), to.send('note', sent + 2)];
      assert.equal(to.tell('note', -1), 'full');
      Atomics.store(flags, flag, 2);
      await Promise.all(waiting);
      assert.equal(await to.with({ deadlineMs: 30_000 }).ask('count'), sent + 3);
      assert.equal(await to.ask('isInOrder'), true);
      accounts();
    }));

  it('does the same between two pool threads', () =>
    withSystem({ sendMs: 60_000 }, async ({ system, accounts }) => {
      const busy = system.spawn(recorder(), { thread: 1 });
      const from = system.spawn(recorder(), { thread: 2 });
      const to = system.spawn(sink(), { thread: 1, mailbox: { capacity: Infinity } });
      await system.started(to);
      const flag = newFlag();
      busy.tell('hold', flag);
      await begun(flag);
      const told = await from.with({ deadlineMs: 30_000 }).ask('tellMany', to, 100_000);
      assert.ok(told.accepted > 1_000 && told.full > 0, JSON.stringify(told));
      assert.equal(told.accepted + told.full, 100_000);
      Atomics.store(flags, flag, 2);
      await until(
        async () => (await to.ask('count')) === told.accepted,
        `${told.accepted} messages`,
      );
      accounts();
    }));

  it('holds back large messages by their bytes', () =>
    withSystem({ sendMs: 60_000 }, async ({ system, accounts }) => {
      const busy = system.spawn(recorder(), { thread: 1 });
      const to = system.spawn(sink(), {
        thread: 1,
        mailbox: { capacity: Infinity, bytes: Infinity },
      });
      await system.started(to);
      const flag = newFlag();
      busy.tell('hold', flag);
      await begun(flag);
      const text = 'x'.repeat(100_000);
      let sent = 0;
      while (to.tell('note', text as never) === 'accepted') sent++;
      assert.ok(sent >= 10 && sent < 1_000, `${sent} of 100 kB accepted`);
      const waiting = to.send('note', text as never);
      Atomics.store(flags, flag, 2);
      await waiting;
      assert.equal(await to.with({ deadlineMs: 30_000, whenFull: 'wait' }).ask('count'), sent + 1);
      accounts();
    }));
});
