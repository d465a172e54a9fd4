/**
 * A thread that ends, however it ends: its actors come back under the same refs, what had not begun is handled in
 * order, what had begun is a dead letter, and every asker hears. On real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SystemOptions } from '../../../core/index.js';
import { caller, mote, overseer, reaper, recorder } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

const begun = (flag: number): Promise<void> =>
  until(() => Atomics.load(flags, flag) === 1, 'a handler to begin');

describe('a thread that ends by', () => {
  const small: SystemOptions = {
    resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 },
  };
  const ends = [
    ['process.exit()', 'exit', {}],
    ['an error thrown in a timer', 'throwLater', {}],
    ['a rejection nobody handles', 'rejectLater', {}],
    ['running out of memory', 'eat', small],
  ] as const;
  for (const [how, handler, options] of ends) {
    it(`${how} takes nobody along: its actors come back under their refs, the other thread goes on`, () =>
      withSystem(options, async ({ system, replaced, accounts }) => {
        const died: string[] = [];
        system.events.on('threadDied', ({ thread, error }) =>
          died.push(`${thread} ${(error as { code?: string }).code}`),
        );
        const culprit = system.spawn(reaper(), { thread: 1 });
        const neighbour = system.spawn(recorder(), { thread: 1, name: 'neighbour' });
        const other = system.spawn(recorder(), { thread: 2 });
        neighbour.tell('note', 'before');
        other.tell('note', 'before');
        assert.deepEqual(await neighbour.ask('notes'), ['before']);
        // One that is still to start would have its turn first; what has not begun then is sent again.
        await system.started(culprit);
        const held = neighbour.ask('never');
        culprit.tell(handler);
        await assert.rejects(held, { code: 'ACTOR_THREAD_DIED' });
        await replaced(1);
        assert.equal(await neighbour.ask('echo', 'back'), 'back');
        assert.equal(await neighbour.ask('thread'), 1);
        assert.equal(await neighbour.ask('restarts'), 1);
        assert.deepEqual(await neighbour.ask('notes'), []);
        assert.deepEqual(await other.ask('notes'), ['before']);
        assert.equal(await other.ask('restarts'), 0);
        assert.equal(system.lookup('neighbour')?.equals(neighbour), true);
        assert.deepEqual(died, ['1 THREAD_DIED']);
        accounts();
      }));
  }
});

describe('when a thread dies', () => {
  it('messages that had not begun are handled in order by the next incarnation, from main and from a thread', () =>
    withSystem({}, async ({ system, replace, lost, accounts }) => {
      const busy = system.spawn(recorder(), { thread: 1 });
      const ours = system.spawn(recorder(), { thread: 1 });
      const theirs = system.spawn(recorder(), { thread: 1 });
      const from = system.spawn(recorder(), { thread: 2 });
      await Promise.all([ours, theirs, from].map((ref) => system.started(ref)));
      const flag = newFlag();
      busy.tell('hold', flag);
      await begun(flag);
      for (let n = 0; n < 500; n++) assert.equal(ours.tell('note', n), 'accepted');
      const asked = ours.ask('echo', 'asked before the death');
      assert.deepEqual(await from.ask('tellMany', theirs as never, 500), {
        accepted: 500,
        full: 0,
        stopped: 0,
      });
      await replace(1);
      assert.equal(await asked, 'asked before the death');
      const inOrder = Array.from({ length: 500 }, (_, n) => n);
      assert.deepEqual(await ours.ask('notes'), inOrder);
      await until(
        async () => (await theirs.ask('notes')).length === 500,
        'the other sender’s messages',
      );
      assert.deepEqual(await theirs.ask('notes'), inOrder);
      assert.equal(lost('threadDied').length, 1);
      accounts();
    }));

  it('messages that had begun are dead letters, whether they keep the thread or wait', () =>
    withSystem({}, async ({ system, replace, lost, accounts }) => {
      const busy = system.spawn(recorder(), { thread: 1 });
      const waiting = system.spawn(recorder(), { thread: 1 });
      const [soft, hard] = [newFlag(), newFlag()];
      const asks = [waiting.ask('holdSoftly', soft)];
      await begun(soft);
      asks.push(busy.ask('holdAnswer', hard));
      await begun(hard);
      const ended = asks.map((ask) => assert.rejects(ask, { code: 'ACTOR_THREAD_DIED' }));
      await replace(1);
      await Promise.all(ended);
      assert.equal(await waiting.ask('echo', 1), 1);
      assert.equal(lost('threadDied').length, 2);
      accounts();
    }));

  it('what it had handled before is neither lost nor handled again', () =>
    withSystem({}, async ({ system, replace, lost, accounts }) => {
      const target = system.spawn(recorder(), { thread: 1 });
      for (let n = 0; n < 1_000; n++) target.tell('note', n);
      assert.equal((await target.ask('notes')).length, 1_000);
      await replace(1);
      assert.deepEqual(await target.ask('notes'), []);
      assert.deepEqual(lost('threadDied'), []);
      assert.equal(system.stats().handled, system.stats().accepted);
      accounts();
    }));

  it('its own messages to others arrive or are counted, and what it asked is forgotten', () =>
    withSystem({}, async ({ system, replaced, accounts }) => {
      const from = system.spawn(recorder(), { thread: 1 });
      const to = system.spawn(recorder(), { thread: 2 });
      await system.started(to);
      const flag = newFlag();
      const busy = system.spawn(recorder(), { thread: 2 });
      busy.tell('hold', flag);
      await begun(flag);
      await from.ask('tellMany', to as never, 2_000);
      system.killThread(1);
      await until(() => !system.threads.includes(1), 'the death to be noticed');
      Atomics.store(flags, flag, 2);
      await replaced(1);
      await until(() => system.stats().queued === 0, 'nothing queued');
      const notes = await to.ask('notes');
      assert.deepEqual(
        notes,
        Array.from({ length: notes.length }, (_, n) => n),
      );
      accounts();
    }));

  it('asks over it settle at once, also those that were asked by an actor elsewhere', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const a = system.spawn(caller(), { thread: 2 });
      const b = system.spawn(recorder(), { thread: 1 });
      const flag = newFlag();
      const through = outcome(a.ask('through', [b, b] as never));
      const held = b.ask('holdSoftly', flag);
      held.catch(() => {});
      await begun(flag);
      await replace(1);
      await assert.rejects(held, { code: 'ACTOR_THREAD_DIED' });
      assert.notEqual((await through).is, 'pending');
      accounts();
    }));

  it('a tell while it is away is accepted and handled when it is back', () =>
    withSystem({ spareThreads: 0 }, async ({ system, replaced, accounts }) => {
      const target = system.spawn(recorder(), { thread: 1 });
      await system.started(target);
      system.killThread(1);
      await until(() => !system.threads.includes(1), 'the death to be noticed');
      for (let n = 0; n < 100; n++) assert.equal(target.tell('note', n), 'accepted');
      await target.send('note', 100);
      const asked = target.ask('notes');
      await replaced(1);
      assert.deepEqual(
        await asked,
        Array.from({ length: 101 }, (_, n) => n),
      );
      accounts();
    }));

  it('an actor can be spawned on it while it is away, and starts when it is back', () =>
    withSystem({ spareThreads: 0 }, async ({ system, accounts }) => {
      const parent = system.spawn(overseer(), { thread: 2 });
      await system.started(parent);
      for (let round = 0; round < 3; round++) {
        system.killThread(1);
        const early = system.spawn(recorder(), { thread: 1 });
        await until(() => !system.threads.includes(1), 'the death to be noticed');
        const late = system.spawn(recorder(), { thread: 1 });
        const byActor = parent.ask('spawn', `child${round}`, { thread: 1 });
        assert.equal(await early.ask('echo', 'early'), 'early');
        assert.equal(await late.ask('echo', 'late'), 'late');
        assert.equal(await (await byActor).ask('thread'), 1);
        assert.equal(await late.ask('restarts'), 0);
        await until(() => system.threads.includes(1), 'the thread to be back');
      }
      accounts();
    }));

  it('a mailbox that was full of messages takes all of them along', () =>
    withSystem({ sendMs: 60_000 }, async ({ system, replace, accounts }) => {
      const target = system.spawn(recorder(), { thread: 1, mailbox: { capacity: 10 } });
      const flag = newFlag();
      target.tell('holdSoftly', flag);
      await begun(flag);
      while (target.tell('note', 'queued') === 'accepted');
      const sends = Array.from({ length: 20 }, (_, n) => target.send('note', n));
      await replace(1);
      await Promise.all(sends);
      const notes = await target.with({ whenFull: 'wait' }).ask('notes');
      assert.deepEqual(notes, [
        ...new Array(9).fill('queued'),
        ...Array.from({ length: 20 }, (_, n) => n),
      ]);
      accounts();
    }));

  it('thousands of its actors come back', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const many = Array.from({ length: 3_000 }, () => system.spawn(mote(), { thread: 1 }));
      await Promise.all(many.map((ref) => ref.ask('ping')));
      await replace(1);
      assert.equal((await Promise.all(many.map((ref) => ref.ask('ping')))).length, 3_000);
      await Promise.all(many.map((ref) => system.stopActor(ref)));
      assert.equal(system.stats().actors, 0);
      accounts();
    }));
});
