/**
 * What a failure leads to: restart, resume, stop, escalation, for the failed and for its siblings.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SupervisionOptions } from '../../core/index.js';
import { latch, recorder } from '../support/behaviour-actors.js';
import { allForOneBoss, boss, fragile, restForOneBoss } from '../support/behaviour-lives.js';
import { HandTimed, onEachStage } from '../support/behaviour-stage.js';
import { eventually } from '../support/eventually.js';

const failed = { code: 'HANDLER_FAILED' };

onEachStage('a failure', (stage) => {
  it('restarts the actor with fresh state; its mailbox is kept, the message that broke it is not', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(fragile('f', to), near);
    ref.tell('add', 5);
    const broken = ref.ask('fail', 'oops');
    ref.tell('add', 2);
    const total = ref.ask('total');
    await assert.rejects(broken, (error: Error & { code?: string }) => {
      return error.code === 'HANDLER_FAILED' && (error.cause as Error).message === 'oops';
    });
    assert.equal(await total, 2);
    assert.equal(await ref.ask('restarts'), 1);
    assert.deepEqual(await to.ask('until', 3), ['f start 0', 'f restart', 'f start 1']);
  });

  it('of an async handler is one of the actor too', async () => {
    const { system, near } = stage();
    const ref = system.spawn(fragile('f', system.spawn(recorder())), near);
    ref.tell('add', 5);
    const broken = ref.ask('failLater', 'oops');
    const total = ref.ask('total');
    await assert.rejects(broken, failed);
    assert.equal(await total, 0);
  });

  it('aborts the signal of that life, fails its asks, and fences its context', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const parent = system.spawn(allForOneBoss([{ name: 'a' }, { name: 'b' }], to), near);
    const [a, b] = await Promise.all([parent.ask('child', 'a'), parent.ask('child', 'b')]);
    const asked = assert.rejects(a.ask('linger', at), { code: 'ACTOR_RESTARTED' });
    await eventually('the handler to wait', async () => (await at.ask('waiters')) === 1);
    await assert.rejects(b.ask('fail', 'both'), failed);
    await asked;
    at.tell('open');
    const notes = await eventually('the fenced use', async () => {
      const all = await to.ask('notes');
      return all.some((note) => note.includes('CONTEXT') || note.includes('not fenced')) && all;
    });
    assert.ok(notes.includes('a aborted'), notes.join());
    assert.ok(notes.includes('a CONTEXT_FENCED true'), notes.join());
    assert.equal(await a.ask('restarts'), 1);
  });

  const strategies = [
    [boss, 'one-for-one', ['b']],
    [allForOneBoss, 'all-for-one', ['a', 'b', 'c']],
    [restForOneBoss, 'rest-for-one', ['b', 'c']],
  ] as const;
  for (const [definition, name, expected] of strategies) {
    it(`under ${name} restarts ${expected.join(', ')} of a, b, c when b fails`, async () => {
      const { system, near } = stage();
      const to = system.spawn(recorder());
      const parent = system.spawn(
        definition([{ name: 'a' }, { name: 'b' }, { name: 'c' }], to),
        near,
      );
      const children = await Promise.all(
        ['a', 'b', 'c'].map((child) => parent.ask('child', child)),
      );
      await Promise.all(children.map((child) => child.ask('total')));
      await assert.rejects((children[1] as (typeof children)[0]).ask('fail', 'x'), failed);
      const counts = await eventually('the restarts', async () => {
        const restarts = await Promise.all(children.map((child) => child.ask('restarts')));
        return restarts.reduce((sum, n) => sum + n, 0) >= expected.length && restarts;
      });
      const restarted = ['a', 'b', 'c'].filter((_, index) => counts[index] === 1);
      assert.deepEqual(restarted, expected);
    });
  }

  for (const [decide, says] of [
    ['resume', 'keeps its state'],
    ['stop', 'ends it'],
  ] as const) {
    it(`answered with ${decide} ${says}`, async () => {
      const { system, near } = stage();
      const to = system.spawn(recorder());
      const supervision: SupervisionOptions = { decide };
      const parent = system.spawn(boss([{ name: 'child', supervision }], to), near);
      const child = await parent.ask('child', 'child');
      await child.ask('add', 5);
      await assert.rejects(child.ask('fail', 'x'), failed);
      if (decide === 'resume') {
        assert.equal(await child.ask('total'), 5);
        return;
      }
      const notes = await to.ask('until', 4);
      assert.deepEqual(notes.slice(2), ['child stop', 'child ended failed true']);
    });
  }

  it('that is escalated fails the parent, which restarts with new children', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const parent = system.spawn(
      boss([{ name: 'child', supervision: { decide: 'escalate' } }], to),
      near,
    );
    const child = await parent.ask('child', 'child');
    await assert.rejects(child.ask('fail', 'x'), failed);
    const notes = await to.ask('until', 6);
    assert.deepEqual(notes, [
      `${parent.path} boss start 0`,
      'child start 0',
      'child stop',
      'boss restart',
      `${parent.path} boss start 1`,
      'child start 0',
    ]);
    const renewed = await parent.ask('child', 'child');
    assert.ok(!renewed.equals(child));
    assert.equal(await renewed.ask('total'), 0);
  });

  it('that is escalated to a supervisor who says resume leaves parent and child at work', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const parent = system.spawn(
      boss([{ name: 'child', supervision: { decide: 'escalate' } }], to),
      {
        ...near,
        supervision: { decide: 'resume' },
      },
    );
    const child = await parent.ask('child', 'child');
    await child.ask('add', 5);
    await assert.rejects(child.ask('fail', 'x'), failed);
    assert.equal(await child.with({ deadlineMs: 2_000 }).ask('total'), 5);
  });

  it('beyond the budget makes the guardian give the actor up, and only that one', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(fragile('f', to), {
      ...near,
      supervision: { restartsMax: 2, backoffMinMs: 0, backoffMaxMs: 0 },
    });
    const other = system.spawn(fragile('other', to), near);
    const ended = system.terminated(ref);
    for (let n = 0; n < 3; n++) await assert.rejects(ref.ask('fail', `${n}`), failed);
    assert.equal((await ended).reason, 'failed');
    assert.equal(await other.ask('total'), 0);
    const fresh = system.spawn(fragile('fresh', to), near);
    assert.equal(await fresh.ask('total'), 0);
  });

  it('of a child elsewhere is decided by its parent', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder());
    const thread = far.thread === 'main' ? 0 : (far.thread as number);
    const parent = system.spawn(
      boss([{ name: 'child', thread, supervision: { restartsMax: 1 } }], to),
      near,
    );
    const child = await parent.ask('child', 'child');
    assert.equal(child.address.thread, thread);
    await child.ask('add', 3);
    await assert.rejects(child.ask('fail', 'x'), failed);
    assert.equal(await child.ask('total'), 0);
    // The second exhausts the budget: the parent itself fails and starts anew, with a new child.
    await assert.rejects(child.ask('fail', 'x'), failed);
    const notes = await to.ask('until', 8);
    assert.deepEqual(notes.slice(2), [
      'child restart',
      'child start 1',
      'child stop',
      'boss restart',
      `${parent.path} boss start 1`,
      'child start 0',
    ]);
  });
});

it('restarts wait: none for the first, then double from the least to the most', async () => {
  const hand = await HandTimed.start();
  const to = hand.system.spawn(recorder());
  const supervision = { backoffMinMs: 100, backoffMaxMs: 300, backoffJitter: 0 };
  const ref = hand.system.spawn(fragile('f', to), { supervision });
  for (const delayMs of [0, 100, 200, 300, 300]) {
    await assert.rejects(ref.ask('fail', 'x'), failed);
    await hand.rest();
    const before = (await to.ask('notes')).length;
    if (delayMs > 0) {
      ref.tell('add', 1);
      await hand.advance(delayMs - 1);
      assert.equal((await to.ask('notes')).length, before, `started before ${delayMs} ms`);
      await hand.advance(1);
      assert.equal(await ref.ask('total'), 1, 'what came meanwhile is handled');
    }
    await ref.ask('total');
  }
  assert.equal(await ref.ask('restarts'), 5);
  await hand.stop();
});

it('a window without failures gives the budget back', async () => {
  const hand = await HandTimed.start();
  const ref = hand.system.spawn(fragile('f', hand.system.spawn(recorder())), {
    supervision: { restartsMax: 1, windowMs: 1_000 },
  });
  await assert.rejects(ref.ask('fail', 'x'), failed);
  await hand.advance(1_001);
  await assert.rejects(ref.ask('fail', 'x'), failed);
  assert.equal(await ref.ask('restarts'), 2);
  const ended = hand.system.terminated(ref);
  await assert.rejects(ref.ask('fail', 'x'), failed);
  assert.equal((await ended).reason, 'failed');
  await hand.stop();
});

it('an actor that is stopped while its restart is held back ends at once', async () => {
  const hand = await HandTimed.start();
  const ref = hand.system.spawn(fragile('f', hand.system.spawn(recorder())), {
    supervision: { backoffMinMs: 500 },
  });
  await assert.rejects(ref.ask('fail', 'x'), failed);
  await assert.rejects(ref.ask('fail', 'x'), failed);
  const waiting = assert.rejects(ref.ask('total'), { code: 'ACTOR_STOPPED' });
  await hand.system.stopActor(ref);
  await waiting;
  await hand.advance(1_000);
  assert.equal(ref.tell('add', 1), 'stopped');
  await hand.stop();
});
