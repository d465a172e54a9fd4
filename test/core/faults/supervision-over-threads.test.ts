/**
 * Supervisors, children and watchers on different threads, when any of those threads dies; dedicated threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  escalator,
  leaver,
  type OverseerRef,
  overseer,
  type RecorderRef,
  reaper,
  recorder,
} from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

describe('a supervisor with a child on another thread', () => {
  it('restarts the child when that thread dies, under the same ref; the supervisor notices nothing', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const parent = system.spawn(overseer(), { thread: 1 });
      const child = (await parent.ask('spawn', 'child', { thread: 2 })) as RecorderRef;
      child.tell('note', 'old');
      assert.deepEqual(await child.ask('notes'), ['old']);
      await replace(2);
      assert.equal(await child.ask('restarts'), 1);
      assert.deepEqual(await child.ask('notes'), []);
      assert.equal(await parent.ask('restarts'), 0);
      await parent.ask('stopChild', 'child');
      assert.match((await system.terminated(child)).reason, /stopped|gone/);
      accounts();
    }));

  it('loses the child when its own thread dies: the next incarnation has children of its own', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const parent = system.spawn(overseer(), { thread: 1 });
      const child = (await parent.ask('spawn', 'child', { thread: 2 })) as RecorderRef;
      const ended = system.terminated(child);
      await child.ask('echo', 1);
      await replace(1);
      assert.ok(['stopped', 'threadDied', 'gone'].includes((await ended).reason));
      assert.equal(await parent.ask('child', 'child'), undefined);
      const next = (await parent.ask('spawn', 'child', { thread: 2 })) as RecorderRef;
      assert.equal(await next.ask('thread'), 2);
      accounts();
    }));

  it('loses children on its own thread with that thread, and their watchers hear', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const parent = system.spawn(overseer(), { thread: 1 });
      const child = (await parent.ask('spawn', 'child', {})) as RecorderRef;
      const ended = system.terminated(child);
      await replace(1);
      assert.equal((await ended).reason, 'threadDied');
      assert.equal(child.tell('note', 1), 'stopped');
      assert.equal(await parent.ask('restarts'), 1);
      accounts();
    }));

  it('that escalates is restarted itself, with a fresh child', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const parent = system.spawn(escalator(2), { thread: 1 });
      const child = (await parent.ask('child')) as RecorderRef;
      await child.ask('echo', 1);
      await replace(2);
      const after = await outcome(parent.ask('child'));
      assert.equal(after.is, 'resolved', 'expected the supervisor to be restarted');
      const fresh = (after.is === 'resolved' ? after.value : child) as RecorderRef;
      assert.equal(await fresh.ask('thread'), 2);
      assert.equal(fresh.equals(child), false);
      assert.equal(await parent.ask('restarts'), 1);
      accounts();
    }));

  it('can stop the child while its thread is away or the restart is held back', () =>
    withSystem({ spareThreads: 0 }, async ({ system, replace, accounts }) => {
      const parent = system.spawn(overseer(), { thread: 1 });
      const supervision = { backoffMinMs: 60_000, backoffMaxMs: 60_000, backoffJitter: 0 };
      const child = (await parent.ask('spawn', 'child', { thread: 2, supervision })) as RecorderRef;
      await child.ask('echo', 1);
      const ended = system.terminated(child);
      await replace(2);
      await child.ask('echo', 2);
      // From the second restart on it waits a minute.
      await replace(2);
      await parent.ask('stopChild', 'child');
      assert.equal((await outcome(ended)).is, 'resolved', 'expected the child to end');
      await until(
        async () => (await parent.ask('spawn', 'child', {}).catch(() => false)) !== false,
        'its name to be free',
      );
      accounts();
    }));

  it('hears of a failure of the child and restarts it over the threads', () =>
    withSystem({}, async ({ system, accounts }) => {
      const parent = system.spawn(overseer(), { thread: 1 });
      const child = (await parent.ask('spawn', 'child', { thread: 2 })) as RecorderRef;
      child.tell('note', 'old');
      await assert.rejects(child.ask('fail', 'broken'), { code: 'HANDLER_FAILED' });
      child.tell('note', 'new');
      assert.deepEqual(await child.ask('notes'), ['new']);
      assert.equal(await child.ask('restarts'), 1);
      accounts();
    }));
});

describe('a dedicated thread', () => {
  it('is the actor’s own, is replaced when it dies, and the first start is no restart', () =>
    withSystem({}, async ({ system, replaced, accounts }) => {
      const failures: string[] = [];
      system.events.on('actorFailed', ({ actor }) => failures.push(actor.path));
      const own = system.spawn(recorder(), {
        thread: 'dedicated',
        supervision: { decide: 'restart' },
      });
      const thread = await own.ask('thread');
      assert.ok(thread > 2);
      assert.equal(await own.ask('restarts'), 0);
      assert.deepEqual(failures, []);
      const other = system.spawn(reaper(), { near: own });
      other.tell('exit');
      await replaced(1);
      assert.equal(await own.ask('restarts'), 1);
      assert.equal(await own.ask('thread'), thread);
      accounts();
    }));

  it('does not keep the others when its actor never comes to an end', () =>
    withSystem({}, async ({ system }) => {
      const own = system.spawn(recorder(), { thread: 'dedicated' });
      const other = system.spawn(recorder(), { thread: 1 });
      const flag = newFlag();
      own.tell('hold', flag);
      await until(() => Atomics.load(flags, flag) === 1, 'the handler to begin');
      assert.equal(await other.ask('echo', 'free'), 'free');
      Atomics.store(flags, flag, 2);
    }));

  it('is given back when its actor has ended: more than the threads there can be, one after the other', () =>
    withSystem({ spareThreads: 0 }, async ({ system }) => {
      for (let i = 0; i < 40; i++) {
        const own = system.spawn(recorder(), { thread: 'dedicated' });
        assert.ok((await own.ask('thread')) > 2);
        await system.stopActor(own);
      }
    }));
});

describe('a watcher', () => {
  it('on another thread hears exactly once, after everything the dead actor had sent', () =>
    withSystem({}, async ({ system, accounts }) => {
      const watcher = system.spawn(overseer(), { thread: 1 }) as OverseerRef;
      for (let round = 0; round < 20; round++) {
        const leaving = system.spawn(leaver(), { thread: 2 });
        await watcher.ask('watch', leaving, `end ${round}`);
        leaving.tell('leave', watcher, 300);
        await until(
          async () => (await watcher.ask('ends')).length === (round + 1) * 301,
          'all notes and the end',
        );
      }
      const ends = await watcher.ask('ends');
      for (let round = 0; round < 20; round++) {
        const part = ends.slice(round * 301, (round + 1) * 301);
        assert.deepEqual(part, [
          ...Array.from({ length: 300 }, (_, n) => `${n}`),
          `end ${round} stopped`,
        ]);
      }
      accounts();
    }));

  it('hears once of an actor that ends with its thread, and not at all of one that comes back', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const watcher = system.spawn(overseer(), { thread: 1 }) as OverseerRef;
      const once = { supervision: { decide: 'stop' }, thread: 2 } as const;
      const gone = system.spawn(recorder(), once);
      const back = system.spawn(recorder(), { thread: 2 });
      await watcher.ask('watch', gone, 'gone');
      await watcher.ask('watch', back, 'back');
      await back.ask('echo', 1);
      await replace(2);
      await until(async () => (await watcher.ask('ends')).length > 0, 'the end');
      await replace(2);
      assert.equal(await back.ask('echo', 2), 2);
      assert.deepEqual(await watcher.ask('ends'), ['gone threadDied']);
      await system.stopActor(back);
      await until(async () => (await watcher.ask('ends')).length > 1, 'the second end');
      assert.deepEqual(await watcher.ask('ends'), ['gone threadDied', 'back stopped']);
      accounts();
    }));

  it('may begin to watch while the thread is away, or an actor that has ended', () =>
    withSystem({ spareThreads: 0 }, async ({ system, replaced, accounts }) => {
      const watcher = system.spawn(overseer(), { thread: 1 }) as OverseerRef;
      const target = system.spawn(recorder(), { thread: 2 });
      await Promise.all([system.started(watcher), system.started(target)]);
      system.killThread(2);
      await until(() => !system.threads.includes(2), 'the death to be noticed');
      const watched = watcher.ask('watch', target, 'late');
      const mine = system.terminated(target);
      await replaced(1);
      await watched;
      assert.equal(await target.ask('echo', 1), 1);
      assert.deepEqual(await watcher.ask('ends'), []);
      await system.stopActor(target);
      assert.equal((await mine).reason, 'stopped');
      // Else the second watch may come before the notice of the first, and replace its function.
      await until(async () => (await watcher.ask('ends')).length === 1, 'the first end');
      await watcher.ask('watch', target, 'later');
      await until(async () => (await watcher.ask('ends')).length === 2, 'both ends');
      assert.deepEqual((await watcher.ask('ends')).sort(), ['late stopped', 'later gone']);
      accounts();
    }));

  it('of an actor whose watcher’s thread died watches no more', () =>
    withSystem({}, async ({ system, replace, accounts }) => {
      const watcher = system.spawn(overseer(), { thread: 1 }) as OverseerRef;
      const target = system.spawn(recorder(), { thread: 2 });
      await watcher.ask('watch', target, 'old life');
      await replace(1);
      await watcher.ask('watch', target, 'new life');
      await system.stopActor(target);
      await until(async () => (await watcher.ask('ends')).length > 0, 'the end');
      assert.deepEqual(await watcher.ask('ends'), ['new life stopped']);
      accounts();
    }));
});
