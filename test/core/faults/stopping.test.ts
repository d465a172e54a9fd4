/**
 * The end of a system: asked twice, during starts, with a handler that does not end, and what it says afterwards.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystem, silentLogger } from '../../../core/index.js';
import { misstarted, mote, overseer, recorder } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

describe('stop', () => {
  it('called twice gives the same promise, and everything accepted is handled before', () =>
    withSystem({}, async ({ system, accounts }) => {
      const refs = [1, 2, 'main' as const].map((thread) => system.spawn(recorder(), { thread }));
      for (const ref of refs) for (let n = 0; n < 100; n++) ref.tell('note', n);
      const stopped = system.stop();
      assert.equal(system.stop(), stopped);
      assert.deepEqual(await stopped, { drained: true, left: 0 });
      assert.equal(system.stop(), stopped);
      assert.equal(system.stats().handled, 300);
      accounts();
    }));

  it('right after createSystem, with threads and spare still starting, ends', async () => {
    for (let round = 0; round < 5; round++) {
      const system = await createSystem({ threads: 1, logger: silentLogger, actorsMax: 1_024 });
      assert.deepEqual(await system.stop(), { drained: true, left: 0 });
    }
  });

  it('while actors start waits for those that do, and ends those that never would', () =>
    withSystem({}, async ({ system, deadLetters, accounts }) => {
      for (let i = 0; i < 100; i++) system.spawn(mote(), { thread: 1 + (i % 2) });
      const never = [1, 'main' as const].map((thread) =>
        system.spawn(misstarted('never'), { thread }),
      );
      const asked = never.map((ref) => outcome(ref.ask('ping')));
      const started = never.map((ref) => outcome(system.started(ref)));
      const end = await outcome(system.stop({ deadlineMs: 1_000 }));
      assert.deepEqual(end, { is: 'resolved', value: { drained: false, left: 2 } });
      for (const settled of [...asked, ...started]) assert.equal((await settled).is, 'rejected');
      // On a thread too busy to hear of the stop in time they are lost with the thread, and told all the same.
      assert.equal(
        deadLetters.reduce((sum, { count }) => sum + count, 0),
        2,
      );
      accounts();
    }));

  it('with a handler that never ends keeps its deadline, and says what is left', () =>
    withSystem({}, async ({ system }) => {
      const stuck = system.spawn(recorder(), { thread: 1 });
      const other = system.spawn(recorder(), { thread: 2 });
      await system.started(other);
      const flag = newFlag();
      const asked = outcome(stuck.ask('holdAnswer', flag));
      await until(() => Atomics.load(flags, flag) === 1, 'the handler to begin');
      stuck.tell('note', 'behind');
      // The bound is far from both: the deadline given, and the 5 s a call to a thread may take.
      const end = await outcome(system.stop({ deadlineMs: 300 }), 4_500);
      assert.deepEqual(end, { is: 'resolved', value: { drained: false, left: 2 } });
      assert.equal((await asked).is, 'rejected');
    }));

  it('with an onStop hook or a child that never ends keeps its deadline too', () =>
    withSystem({}, async ({ system }) => {
      const parent = system.spawn(overseer(), { thread: 1 });
      const child = await parent.ask('spawn', 'child', { thread: 2 });
      const flag = newFlag();
      child.tell('holdSoftly', flag);
      await until(() => Atomics.load(flags, flag) === 1, 'the handler to begin');
      const end = await outcome(system.stop({ deadlineMs: 300 }), 4_500);
      assert.deepEqual(end, { is: 'resolved', value: { drained: false, left: 1 } });
    }));
});

describe('after stop', () => {
  it('a spawn, ask and send say SYSTEM_STOPPED, and a tell says stopped', () =>
    withSystem({}, async ({ system, accounts }) => {
      const refs = [1, 'main' as const].map((thread) => system.spawn(recorder(), { thread }));
      await Promise.all(refs.map((ref) => system.started(ref)));
      await system.stop();
      assert.throws(() => system.spawn(recorder()), { code: 'SYSTEM_STOPPED' });
      for (const ref of refs) {
        assert.equal(ref.tell('note', 1), 'stopped');
        await assert.rejects(ref.ask('notes'), { code: 'SYSTEM_STOPPED' });
        await assert.rejects(ref.send('note', 1), { code: 'SYSTEM_STOPPED' });
        assert.equal((await system.terminated(ref)).reason, 'gone');
        await system.stopActor(ref);
        const started = await outcome(system.started(ref));
        assert.equal(started.is, 'rejected');
      }
      assert.equal(system.killThread(1), false);
      assert.deepEqual(await system.inspect(), []);
      accounts();
    }));
});

describe('drain', () => {
  it('closes the intake for the program, and lets what actors send go on', () =>
    withSystem({}, async ({ system, accounts }) => {
      const from = system.spawn(recorder(), { thread: 1 });
      const to = system.spawn(recorder(), { thread: 2 });
      const flag = newFlag();
      from.tell('holdThenTell', flag, to, 100);
      await until(() => Atomics.load(flags, flag) === 1, 'the handler to begin');
      const drained = system.drain();
      assert.equal(from.tell('note', 1), 'stopped');
      Atomics.store(flags, flag, -1);
      assert.deepEqual(await drained, { drained: true, left: 0 });
      assert.equal(system.stats().handled, 101);
      accounts();
    }));

  it('lets a send of an actor that waits for room in, too', () =>
    withSystem({ sendMs: 60_000 }, async ({ system, accounts }) => {
      const from = system.spawn(recorder(), { thread: 1 });
      const to = system.spawn(recorder(), { thread: 2, mailbox: { capacity: 1 } });
      const [sending, holding] = [newFlag(), newFlag()];
      to.tell('holdSoftly', holding);
      await until(() => Atomics.load(flags, holding) === 1, 'the receiver to be full');
      from.tell('sendAll', sending, to, 20);
      await until(() => Atomics.load(flags, sending) === 1, 'the sender to wait');
      const drained = system.drain({ deadlineMs: 5_000 });
      await until(() => from.tell('note', 1) === 'stopped', 'the intake to be closed');
      Atomics.store(flags, holding, -1);
      assert.deepEqual(await drained, { drained: true, left: 0 });
      assert.equal(system.stats().handled, 22);
      accounts();
    }));

  it('says what is left when its deadline passes', () =>
    withSystem({}, async ({ system, accounts }) => {
      const ref = system.spawn(recorder(), { thread: 1 });
      const flag = newFlag();
      ref.tell('holdSoftly', flag);
      ref.tell('note', 1);
      await until(() => Atomics.load(flags, flag) === 1, 'the handler to begin');
      assert.deepEqual(await system.drain({ deadlineMs: 50 }), { drained: false, left: 2 });
      Atomics.store(flags, flag, -1);
      assert.deepEqual(await system.drain(), { drained: true, left: 0 });
      accounts();
    }));
});
