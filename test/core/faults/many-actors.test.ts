/**
 * A hundred thousand actors over two threads, and the slots they leave. On real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActorRef } from '../../../core/index.js';
import { mote } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { until } from '../../support/until.js';

describe('many actors', () => {
  it('a hundred thousand start over two threads, answer, and end', () =>
    withSystem({ actorsMax: 120_000 }, async ({ system, accounts }) => {
      const many = 100_000;
      const refs: ActorRef<{ ping(): number }>[] = [];
      for (let i = 0; i < many; i++) refs.push(system.spawn(mote(), { thread: 1 + (i % 2) }));
      const last = refs.slice(-2).map((ref) => ref.with({ deadlineMs: 30_000 }).ask('ping'));
      assert.deepEqual(await Promise.all(last), [1, 1]);
      await until(() => system.stats().actors === many, `${many} actors`);
      const byThread = system.stats().threads.map(({ actors }) => actors);
      assert.deepEqual(byThread, [0, many / 2, many / 2]);
      await Promise.all(refs.map((ref) => system.stopActor(ref)));
      assert.equal(system.stats().actors, 0);
      assert.equal(system.stats().ended, many);
      accounts();
    }));

  it('leave their slots to others: far more can live one after the other than at once', () =>
    withSystem({ actorsMax: 4_096 }, async ({ system, accounts }) => {
      for (let round = 0; round < 4; round++) {
        const refs = Array.from({ length: 2_000 }, (_, i) =>
          system.spawn(mote(), { thread: 1 + (i % 2) }),
        );
        const asked = refs.map((ref) => ref.ask('ping'));
        assert.equal((await Promise.all(asked)).length, 2_000);
        await Promise.all(refs.map((ref) => system.stopActor(ref)));
      }
      accounts();
    }));

  it('beyond the slots there are, are refused with SLOTS_EXHAUSTED; the others live on', () =>
    withSystem({ actorsMax: 1_024 }, async ({ system, accounts }) => {
      const refs: ActorRef<{ ping(): number }>[] = [];
      assert.throws(
        () => {
          for (;;) refs.push(system.spawn(mote(), { thread: 1 }));
        },
        { code: 'SLOTS_EXHAUSTED' },
      );
      assert.equal(refs.length, 1_024);
      assert.equal((await Promise.all(refs.map((ref) => ref.ask('ping')))).length, 1_024);
      accounts();
    }));
});
