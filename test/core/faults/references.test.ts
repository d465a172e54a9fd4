/**
 * Refs on their way over three threads, refs to actors that end meanwhile, refs to slots that were let again, and
 * large binaries: on real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ActorRef, move } from '../../../core/index.js';
import {
  keeper,
  overseer,
  type RecorderRef,
  recorder,
  sink,
  weigher,
} from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

describe('a ref', () => {
  it('works as it is in a message, an array, a Map and a reply, over three threads', () =>
    withSystem({}, async ({ system, accounts }) => {
      const home = system.spawn(recorder(), { thread: 'main' });
      const far = system.spawn(recorder(), { thread: 2, name: 'far' });
      const held = system.spawn(keeper(), { thread: 1 });
      await held.ask('keep', far);
      assert.equal(await held.ask('ask'), 2);
      await held.ask('keepFrom', [home, far], 0);
      assert.equal(await held.ask('ask'), 0);
      await held.ask('keepFrom', [home, far], 1);
      assert.equal(await held.ask('tell', 'by array'), 'accepted');
      await held.ask('keepFromMap', new Map([['it', far]]), 'it');
      assert.equal(await held.ask('tell', 'by map'), 'accepted');
      const back = (await held.ask('kept')) as RecorderRef;
      assert.equal(back.equals(far as ActorRef<unknown>), true);
      assert.equal(back.path, '/far');
      await back.ask('echo', back);
      await until(async () => (await back.ask('notes')).length === 2, 'two notes');
      assert.deepEqual(await back.ask('notes'), ['by array', 'by map']);
      accounts();
    }));

  it('to the receiver itself is as good as any: in order with the others', () =>
    withSystem({}, async ({ system, accounts }) => {
      const to = system.spawn(sink(), { thread: 1 });
      const from = system.spawn(recorder(), { thread: 1 });
      assert.deepEqual(await from.ask('tellMany', to, 100), { accepted: 100, full: 0, stopped: 0 });
      assert.equal(await to.ask('count'), 100);
      assert.equal(await to.ask('isInOrder'), true);
      accounts();
    }));
});

describe('a message to an actor that ends while it is on its way', () => {
  for (const mode of ['stop', 'kill', 'drain'] as const) {
    it(`is handled, a dead letter or refused after ${mode}: nothing is lost or hangs`, () =>
      withSystem({}, async ({ system, lost, accounts }) => {
        const from = system.spawn(recorder(), { thread: 2 });
        for (let round = 0; round < 20; round++) {
          const to = system.spawn(sink(), { thread: 1 });
          await system.started(to);
          const flooding = from.ask('tellMany', to, 5_000);
          const asked = Array.from({ length: 50 }, () => outcome(to.ask('count')));
          const ended = await outcome(system.stopActor(to, mode));
          assert.equal(ended.is, 'resolved', `stopActor hangs in round ${round}`);
          const told = await flooding;
          assert.equal(told.accepted + told.full + told.stopped, 5_000);
          for (const end of await Promise.all(asked)) {
            assert.notEqual(end.is, 'pending');
            if (end.is === 'rejected')
              assert.equal((end.error as { code?: string }).code, 'ACTOR_STOPPED');
          }
        }
        await until(() => system.stats().queued === 0, 'nothing queued');
        if (mode === 'drain') assert.deepEqual([lost('stopped'), lost('killed')], [[], []]);
        accounts();
      }));
  }
});

describe('a ref whose slot was let to another actor', () => {
  it('says stopped on every thread, and never reaches the new tenant', () =>
    withSystem({}, async ({ system, lost, accounts }) => {
      const parent = system.spawn(overseer(), { thread: 1 });
      const held = system.spawn(keeper(), { thread: 2 });
      const old = (await parent.ask('spawn', 'old', {})) as RecorderRef;
      await held.ask('keep', old);
      assert.equal(await held.ask('ask'), 1);
      await parent.ask('stopChild', 'old');
      assert.match((await system.terminated(old)).reason, /stopped|gone/);
      const tenant = (await parent.ask('spawn', 'new', {})) as RecorderRef;
      assert.equal(tenant.address.slot, old.address.slot);
      assert.equal(tenant.equals(old as ActorRef<unknown>), false);
      assert.equal(await held.ask('tell', 'astray'), 'stopped');
      assert.equal(await held.ask('askCode'), 'ACTOR_STOPPED');
      assert.equal(old.tell('note', 'astray'), 'stopped');
      await assert.rejects(old.ask('notes'), { code: 'ACTOR_STOPPED' });
      await assert.rejects(system.started(old), { code: 'ACTOR_STOPPED' });
      assert.equal((await system.terminated(old)).reason, 'gone');
      await system.stopActor(old, 'kill');
      assert.deepEqual(await tenant.ask('notes'), []);
      assert.deepEqual([lost('stopped'), lost('killed')], [[], []]);
      accounts();
    }));

  it('sees many tenants come and go while others keep telling it', () =>
    withSystem({ actorsMax: 2_048 }, async ({ system, accounts }) => {
      const from = system.spawn(recorder(), { thread: 2 });
      for (let i = 0; i < 3_000; i++) {
        const to = system.spawn(sink(), { thread: 1 });
        if (i % 10 === 0) from.tell('tellMany', to, 50);
        to.tell('note', 0);
        if (i % 10 === 9) await system.stopActor(to);
        else void system.stopActor(to);
      }
      await until(() => system.stats().actors === 1 && system.stats().queued === 0, 'one actor');
      accounts();
    }));
});

describe('a large binary', () => {
  const eightMiB = 8 * 1024 * 1024;

  it('of 8 MiB is copied: the sender keeps its own', () =>
    withSystem({}, async ({ system, accounts }) => {
      const ref = system.spawn(weigher(), { thread: 1 });
      const bytes = new Uint8Array(eightMiB).fill(1);
      assert.equal(await ref.ask('sum', bytes), eightMiB);
      assert.equal(await ref.ask('mark', bytes), eightMiB);
      assert.equal(bytes[0], 1);
      accounts();
    }));

  for (const thread of ['main', 1] as const) {
    it(`is moved once to ${thread === 'main' ? 'the same' : 'another'} thread, and is BINARY_MOVED a second time`, () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(weigher(), { thread });
        const bytes = new Uint8Array(eightMiB).fill(1);
        const moved = move(bytes);
        assert.equal(await ref.ask('sum', moved), eightMiB);
        assert.equal(bytes.length, 0);
        assert.throws(() => move(bytes), { code: 'BINARY_MOVED' });
        const again = await outcome((async () => ref.ask('sum', moved))());
        assert.equal(again.is, 'rejected');
        assert.equal(
          again.is === 'rejected' && (again.error as { code: string }).code,
          'BINARY_MOVED',
        );
        assert.equal(await ref.ask('sum', new Uint8Array(3).fill(2)), 6);
        accounts();
      }));
  }

  it('in shared memory is shared', () =>
    withSystem({}, async ({ system }) => {
      const ref = system.spawn(weigher(), { thread: 1 });
      const shared = new SharedArrayBuffer(8);
      assert.equal(await ref.ask('markShared', shared), 0);
      assert.equal(new Int32Array(shared)[0], 5);
      const flag = newFlag();
      assert.equal(Atomics.load(flags, flag), 0);
    }));
});
