/**
 * A handler that keeps its thread: it is named, and its thread replaced where that was asked. On real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HandlerOverrun } from '../../../core/index.js';
import { reaper, recorder } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { until } from '../../support/until.js';

describe('a handler in an endless loop', () => {
  it('is reported by actor and handler, once; the other thread goes on, and killThread ends it', () =>
    withSystem({ handlerOverrunMs: 300 }, async ({ system, replace, accounts }) => {
      const overruns: HandlerOverrun[] = [];
      system.events.on('handlerOverrun', (overrun) => overruns.push(overrun));
      const looping = system.spawn(reaper(), { thread: 1, name: 'looping' });
      const neighbour = system.spawn(recorder(), { thread: 1 });
      const other = system.spawn(recorder(), { thread: 2 });
      const flag = newFlag();
      const asked = looping.with({ deadlineMs: 60_000 }).ask('loop', flag);
      asked.catch(() => {});
      await until(() => Atomics.load(flags, flag) === 1, 'the loop to begin');
      neighbour.tell('note', 'waits');
      await until(() => overruns.length > 0, 'an overrun');
      const { actor, handler, thread, ranMs, limitMs } = overruns[0] as HandlerOverrun;
      assert.deepEqual(
        { path: actor?.path, slot: actor?.slot, handler, thread, limitMs },
        { path: '/looping', slot: looping.address.slot, handler: 'loop', thread: 1, limitMs: 300 },
      );
      assert.ok(ranMs >= 300);
      assert.equal(await other.ask('echo', 'fine'), 'fine');
      await replace(1);
      await assert.rejects(asked, { code: 'ACTOR_THREAD_DIED' });
      assert.deepEqual(await neighbour.ask('notes'), ['waits']);
      assert.equal(overruns.filter(({ actor }) => actor?.path === '/looping').length, 1);
      accounts();
    }));

  it('has its thread replaced when that was asked for', () =>
    withSystem(
      { handlerOverrunMs: 300, replaceOverrunThread: true },
      async ({ system, replaced, accounts }) => {
        const looping = system.spawn(reaper(), { thread: 1, name: 'looping' });
        const neighbour = system.spawn(recorder(), { thread: 1 });
        neighbour.tell('note', 'before');
        assert.deepEqual(await neighbour.ask('notes'), ['before']);
        const asked = looping.with({ deadlineMs: 60_000 }).ask('loop', newFlag());
        neighbour.tell('note', 'waits');
        await assert.rejects(asked, { code: 'ACTOR_THREAD_DIED' });
        await replaced(1);
        assert.deepEqual(await neighbour.ask('notes'), ['waits']);
        accounts();
      },
    ));

  it('is not confused with a handler that waits without keeping the thread', () =>
    withSystem({ handlerOverrunMs: 300 }, async ({ system }) => {
      const overruns: HandlerOverrun[] = [];
      system.events.on('handlerOverrun', (overrun) => overruns.push(overrun));
      const waiting = system.spawn(recorder(), { thread: 1 });
      const busy = system.spawn(recorder(), { thread: 2 });
      const [soft, hard] = [newFlag(), newFlag()];
      const asked = waiting.ask('holdSoftly', soft);
      busy.tell('hold', hard);
      await until(() => overruns.length > 0, 'the busy one to be reported');
      assert.deepEqual(
        overruns.map(({ thread }) => thread),
        [2],
      );
      Atomics.store(flags, hard, 2);
      Atomics.store(flags, soft, -1);
      assert.equal(await asked, 'released');
    }));
});
