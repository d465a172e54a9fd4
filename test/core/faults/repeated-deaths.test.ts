/**
 * Deaths that meet something else: another death, a start, a drain, a stop, a spare; and threads that will not live.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LIMITS } from '../../../core/limits.js';
import { misstarted, recorder } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

describe('two threads that die at once', () => {
  it('are both replaced; their actors serve again, and what had not begun is handled', () =>
    withSystem({}, async ({ system, replaced, accounts }) => {
      const one = system.spawn(recorder(), { thread: 1 });
      const two = system.spawn(recorder(), { thread: 2 });
      await Promise.all([system.started(one), system.started(two)]);
      for (let round = 1; round <= 3; round++) {
        await one.ask('tellMany', two as never, 50);
        await two.ask('tellMany', one as never, 50);
        system.killThread(1);
        system.killThread(2);
        one.tell('note', round);
        two.tell('note', round);
        await replaced(2 * round);
        assert.equal(await one.ask('echo', round), round);
        assert.equal(await two.ask('echo', round), round);
      }
      await until(() => system.stats().queued === 0, 'nothing queued');
      accounts();
    }));
});

describe('the spare', () => {
  it('may be used up, or still be starting: each death finds a thread', () =>
    withSystem({}, async ({ system, replaced, accounts }) => {
      const ref = system.spawn(recorder(), { thread: 1 });
      await system.started(ref);
      for (let round = 1; round <= 3; round++) {
        system.killThread(1);
        system.killThread(2);
        assert.equal(await ref.ask('echo', round), round);
        // The next two die as soon as these are replaced: while the new spare starts.
        await replaced(2 * round);
      }
      accounts();
    }));
});

describe('an actor at whose start its thread dies', () => {
  it('is tried again until its supervisor gives up, and then says why', () =>
    withSystem(
      { guardian: { restartsMax: 2, backoffMinMs: 1, backoffMaxMs: 2 } },
      async ({ system, lost, accounts }) => {
        const neighbour = system.spawn(recorder(), {
          thread: 1,
          supervision: { restartsMax: Infinity },
        });
        const ref = system.spawn(misstarted('a thread that dies'), { thread: 1 });
        const ended = outcome(system.terminated(ref));
        ref.tell('ping');
        const asked = outcome(ref.ask('ping'));
        const end = await ended;
        assert.equal(end.is, 'resolved', 'expected the end of the actor');
        assert.equal((await asked).is, 'rejected');
        assert.equal(await neighbour.ask('echo', 1), 1);
        await until(() => system.stats().queued === 0, 'nothing queued');
        assert.ok(lost('threadDied').length + lost('stopped').length >= 2);
        accounts();
      },
    ));
});

describe('a thread that dies again and again', () => {
  it('is given up after its budget; its actors end, the other thread and new actors go on', () =>
    withSystem(
      { guardian: { restartsMax: 1_000, backoffMaxMs: 0, backoffMinMs: 0 } },
      async ({ system, accounts }) => {
        const doomed = system.spawn(recorder(), { thread: 1 });
        const other = system.spawn(recorder(), { thread: 2 });
        await Promise.all([system.started(doomed), system.started(other)]);
        const ended = system.terminated(doomed);
        let deaths = 0;
        system.events.on('threadDied', () => {
          deaths++;
        });
        while (deaths <= LIMITS.threadRestartsMax) {
          const before = deaths;
          await until(() => system.threads.includes(1), 'the thread to serve');
          system.killThread(1);
          await until(() => deaths > before, 'a death');
        }
        const end = await outcome(ended);
        assert.equal(end.is === 'resolved' && end.value.reason, 'threadDied');
        assert.equal(deaths, LIMITS.threadRestartsMax + 1);
        await until(() => doomed.tell('note', 1) === 'stopped', 'a tell to be stopped');
        await assert.rejects(doomed.ask('notes'), { code: 'ACTOR_STOPPED' });
        assert.deepEqual(system.threads, [0, 2]);
        assert.equal(await other.ask('echo', 'here'), 'here');
        assert.equal(await system.spawn(recorder()).ask('thread'), 2);
        assert.throws(() => system.spawn(recorder(), { thread: 1 }), { code: 'THREAD_UNKNOWN' });
        accounts();
      },
    ));
});

describe('a death while the system drains or stops', () => {
  it('does not keep drain from ending; the accounts add up', () =>
    withSystem({}, async ({ system, accounts }) => {
      const refs = [1, 2].map((thread) => system.spawn(recorder(), { thread }));
      await Promise.all(refs.map((ref) => system.started(ref)));
      const flag = newFlag();
      refs[0]?.tell('hold', flag);
      await until(() => Atomics.load(flags, flag) === 1, 'a handler to begin');
      for (const ref of refs) for (let n = 0; n < 100; n++) ref.tell('note', n);
      const drained = system.drain({ deadlineMs: 60_000 });
      system.killThread(1);
      assert.deepEqual(await drained, { drained: true, left: 0 });
      accounts();
    }));

  it('does not keep stop from ending', async () => {
    for (const [first, second] of [
      [1, undefined],
      [1, 2],
    ] as const) {
      await withSystem({}, async ({ system, accounts }) => {
        const refs = [1, 2].map((thread) => system.spawn(recorder(), { thread }));
        for (const ref of refs) for (let n = 0; n < 100; n++) ref.tell('note', n);
        const stopped = outcome(system.stop({ deadlineMs: 4_000 }));
        system.killThread(first);
        if (second !== undefined) system.killThread(second);
        assert.equal((await stopped).is, 'resolved');
        accounts();
      });
    }
  });
});
