/**
 * Threads that have died too often, on real threads: who rests with them, who ends, and what brings them back.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../core/limits.js';
import { createTestSystem } from '../../../core/testkit/index.js';
import { recorder } from '../../support/fault-actors.js';
import { type Witness, withSystem } from '../../support/fault-system.js';

describe('a thread that was given up', () => {
  const kill = async ({ system }: Witness, thread: number): Promise<void> => {
    while (!system.restingThreads.includes(thread)) {
      system.killThread(thread);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('rests; who is never given up rests with it, and serves again when it is tried again', () =>
    withSystem({ threads: 2 }, async (witness) => {
      const { system, accounts } = witness;
      const unlimited = { restartsMax: Number.POSITIVE_INFINITY, backoffMaxMs: 0, backoffMinMs: 0 };
      const kept = system.spawn(recorder(), { thread: 1, supervision: unlimited, name: 'kept' });
      const other = system.spawn(recorder(), { thread: 1 });
      await Promise.all([system.started(kept), system.started(other)]);
      const ended = system.terminated(other);
      const givenUp = system.events.once('threadGivenUp');
      await kill(witness, 1);
      assert.deepEqual(await givenUp, { thread: 1, restMs: LIMITS.threadRestMinMs });
      assert.notEqual((await ended).reason, 'stopped');
      assert.deepEqual([...system.threads], [0, 2]);
      assert.equal(other.tell('note', 1), 'stopped');
      assert.equal(kept.tell('note', 'while it rests'), 'accepted');
      assert.throws(() => system.spawn(recorder(), { thread: 1 }), { code: 'THREAD_UNKNOWN' });
      const replaced = system.events.once('threadReplaced');
      assert.equal((await system.replaceThread(1)).outcome, 'revived');
      assert.equal((await replaced).why, 'rested');
      assert.deepEqual(await kept.ask('notes'), ['while it rests']);
      assert.deepEqual(system.restingThreads, []);
      assert.equal(await system.spawn(recorder(), { thread: 1 }).ask('thread'), 1);
      accounts();
    }));

  it('is tried again at once when an actor on it is to be stopped', () =>
    withSystem({ threads: 1 }, async (witness) => {
      const { system } = witness;
      const supervision = {
        restartsMax: Number.POSITIVE_INFINITY,
        backoffMaxMs: 0,
        backoffMinMs: 0,
      };
      const kept = system.spawn(recorder(), { thread: 1, supervision });
      await system.started(kept);
      await kill(witness, 1);
      await system.stopActor(kept);
      assert.equal(kept.tell('note', 1), 'stopped');
      assert.deepEqual(system.restingThreads, []);
    }));

  it('does not keep the system from draining and stopping', () =>
    withSystem({ threads: 1 }, async (witness) => {
      const { system } = witness;
      const supervision = {
        restartsMax: Number.POSITIVE_INFINITY,
        backoffMaxMs: 0,
        backoffMinMs: 0,
      };
      await system.started(system.spawn(recorder(), { thread: 1, supervision }));
      await kill(witness, 1);
      assert.deepEqual(await system.stop({ deadlineMs: 60_000 }), { drained: true, left: 0 });
    }));

  it('is tried again by itself when its time has come', async () => {
    const system = await createTestSystem({ seed: 3, threads: 1 });
    const supervision = { restartsMax: Number.POSITIVE_INFINITY, backoffMaxMs: 0, backoffMinMs: 0 };
    const kept = system.spawn(recorder(), { thread: 1, supervision });
    await system.until(system.started(kept));
    while (!system.restingThreads.includes(1)) {
      system.killThread(1);
      await system.run();
    }
    await system.advance(LIMITS.threadRestMinMs - 1);
    assert.deepEqual(system.restingThreads, [1]);
    await system.advance(1);
    assert.deepEqual(system.restingThreads, []);
    assert.equal(await system.until(kept.ask('echo', 'here')), 'here');
    await system.stop();
  });
});
