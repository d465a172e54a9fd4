/**
 * How handlers run: one at a time or several, answering later, handing an asker on, changing what they do, putting
 * messages aside.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  deferring,
  door,
  echo,
  hastyStasher,
  latch,
  passer,
  recorder,
  relay,
  widePasser,
  wideStasher,
} from '../support/behaviour-actors.js';
import { onEachStage } from '../support/behaviour-stage.js';
import { eventually } from '../support/eventually.js';

onEachStage('async handlers', (stage) => {
  it('run one at a time: the next message begins when the promise has settled', async () => {
    const { system, near, far } = stage();
    const [at, to] = [system.spawn(latch(), far), system.spawn(recorder())];
    const ref = system.spawn(passer(), near);
    const asks = ['a', 'b', 'c'].map((label) => ref.ask('pass', at, to, label));
    assert.deepEqual(await to.ask('until', 1), ['in a']);
    at.tell('open');
    assert.deepEqual(await Promise.all(asks), ['a', 'b', 'c']);
    // The answers come another way than the notes, and may be sooner here.
    const notes = await to.ask('until', 6);
    assert.deepEqual(notes, ['in a', 'out a', 'in b', 'out b', 'in c', 'out c']);
  });

  it('with concurrency n, n are in flight and no more', async () => {
    const { system, near, far } = stage();
    const [at, to] = [system.spawn(latch(), far), system.spawn(recorder())];
    const ref = system.spawn(widePasser(), near);
    const asks = ['a', 'b', 'c', 'd'].map((label) => ref.ask('pass', at, to, label));
    assert.deepEqual(await to.ask('until', 3), ['in a', 'in b', 'in c']);
    at.tell('open');
    await Promise.all(asks);
    const notes = await to.ask('until', 8);
    assert.ok(notes.indexOf('in d') > 3, notes.join());
  });
});

onEachStage('a deferred answer', (stage) => {
  it('frees the mailbox, and goes to its asker when it is settled', async () => {
    const { system, near } = stage();
    const ref = system.spawn(deferring(), near);
    const [one, two] = [ref.ask('later', 'one'), ref.ask('later', 'two')];
    assert.equal(await ref.ask('other'), 'not held up');
    ref.tell('settle', 'two', 'second');
    ref.tell('settle', 'two', 'only the first answer counts');
    assert.equal(await two, 'second');
    ref.tell('settle', 'one', 'first');
    assert.equal(await one, 'first');
  });

  it('may be a failure or a refusal', async () => {
    const { system, near } = stage();
    const ref = system.spawn(deferring(), near);
    const [one, two] = [ref.ask('later', 'one'), ref.ask('later', 'two')];
    ref.tell('spoil', 'one', false);
    ref.tell('spoil', 'two', true);
    await assert.rejects(one, { code: 'HANDLER_FAILED' });
    await assert.rejects(two, { code: 'TOO_LATE' });
    assert.equal(await ref.ask('other'), 'not held up');
  });

  it('that is still owed fails when the actor stops or restarts', async () => {
    const { system, near } = stage();
    const ref = system.spawn(deferring(), near);
    const restarted = ref.ask('later', 'one');
    ref.tell('fall');
    await assert.rejects(restarted, { code: 'ACTOR_RESTARTED' });
    const stopped = ref.ask('later', 'two');
    ref.tell('stop');
    await assert.rejects(stopped, { code: 'ACTOR_STOPPED' });
  });

  it('of a handler that throws after all fails with that, whatever becomes of the actor', async () => {
    const { system, near } = stage();
    const supervision = { decide: 'resume' as const };
    const ref = system.spawn(deferring(), { ...near, supervision });
    await assert.rejects(ref.ask('laterNever', true), { code: 'NOT_TODAY' });
    await assert.rejects(ref.ask('laterNever', false), { code: 'HANDLER_FAILED' });
    await assert.rejects(ref.ask('laterNeverAsync'), { code: 'HANDLER_FAILED' });
    assert.equal(await ref.ask('other'), 'not held up');
  });

  it('cannot be made after the first await', async () => {
    const { system, near } = stage();
    const asked = system.spawn(deferring(), near).ask('tooLate');
    await assert.rejects(
      asked,
      (error: Error) => (error.cause as { code?: string }).code === 'DEFER_MISUSED',
    );
  });
});

onEachStage('forward', (stage) => {
  it('hands the asker on: the last actor answers, wherever it is', async () => {
    const { system, near, far } = stage();
    for (const [middle, last] of [
      [near, near],
      [near, far],
      [far, { thread: 'main' as const }],
      [{ thread: 'main' as const }, far],
    ] as const) {
      const over = system.spawn(relay(), middle);
      const other = system.spawn(relay(), near);
      const target = system.spawn(echo(), last);
      assert.equal(await over.ask('forward', target, 'x'), 'x');
      assert.equal(await over.ask('forwardTwice', other, target, 'y'), 'y');
      assert.equal(await over.ask('forwardPath', target), await target.ask('path'));
    }
  });

  it('to an actor that has stopped leaves the answer with the one who forwarded', async () => {
    const { system, near, far } = stage();
    const over = system.spawn(relay(), near);
    const target = system.spawn(echo(), far);
    await system.stopActor(target);
    assert.equal(await over.ask('forward', target, 'x'), 'stopped');
  });
});

onEachStage('become and stash', (stage) => {
  it('become lays handlers over the protocol, and takes them away again', async () => {
    const { system, near } = stage();
    const ref = system.spawn(door(system.spawn(recorder())), near);
    assert.equal(await ref.ask('colour'), 'white');
    ref.tell('paint', 'red');
    assert.equal(await ref.ask('colour'), 'red');
    assert.equal(await ref.ask('enter', 'a'), 'welcome a');
    ref.tell('open');
    assert.equal(await ref.ask('colour'), 'white');
  });

  it('unstash puts the messages back before the others, oldest first, askers included', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(door(to), near);
    ref.tell('shut');
    const asked = ref.ask('enter', 'a');
    ref.tell('enter', 'b');
    const opened = ref.ask('open');
    ref.tell('enter', 'c');
    assert.equal(await opened, 2);
    assert.equal(await asked, 'welcome a');
    assert.deepEqual(await to.ask('until', 4), ['start', 'enter a', 'enter b', 'enter c']);
  });

  it('a stash beyond its bound fails with STASH_FULL, and a restart gives back what was stashed', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(door(to), near);
    ref.tell('shut');
    for (const who of ['a', 'b', 'c']) ref.tell('enter', who);
    const beyond = ref.ask('enter', 'd');
    await assert.rejects(
      beyond,
      (error: Error) => (error.cause as { code?: string }).code === 'STASH_FULL',
    );
    // The failure restarts the actor, which is open then: those stashed enter.
    assert.deepEqual(await to.ask('until', 5), ['start', 'start', 'enter a', 'enter b', 'enter c']);
  });

  it('stash counts in no queue, and is given back by a restart for any reason', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(door(to), near);
    ref.tell('shut');
    for (const who of ['a', 'b']) ref.tell('enter', who);
    await ref.ask('colour');
    const info = (await system.inspect()).find(({ path }) => path === ref.path);
    assert.deepEqual([info?.stashed, info?.queued], [2, 0]);
    ref.tell('fall');
    assert.deepEqual(await to.ask('until', 4), ['start', 'start', 'enter a', 'enter b']);
  });

  it('stash is refused twice for one message, after an await, beside others in flight, and without a message', async () => {
    const { system, near } = stage();
    const misused = (error: Error): boolean =>
      (error.cause as { code?: string }).code === 'STASH_MISUSED';
    const ref = system.spawn(door(system.spawn(recorder())), near);
    const late = system.spawn(door(system.spawn(recorder())), near).ask('stashLate');
    await assert.rejects(late, misused);
    await assert.rejects(system.spawn(wideStasher(), near).ask('try'), misused);
    const hasty = system.spawn(hastyStasher(), near);
    assert.equal(await hasty.ask('code'), 'STASH_MISUSED');
    ref.tell('stashTwice');
    const { accepted, handled, deadLetters, queued, stashed } = system.stats();
    assert.ok(
      accepted >= handled + deadLetters,
      `${accepted} ${handled} ${deadLetters} ${queued} ${stashed}`,
    );
  });
});

onEachStage('priorities', (stage) => {
  it('let a handler overtake what is queued, first in first out within one', async () => {
    const { system, near, far } = stage();
    const [at, to] = [system.spawn(latch(), far), system.spawn(recorder())];
    const ref = system.spawn(passer(), {
      ...near,
      mailbox: { priorities: { quick: 5, note: -1 } },
    });
    const first = ref.ask('pass', at, to, 'a');
    await to.ask('until', 1);
    ref.tell('note', to, 'low 1');
    ref.tell('note', to, 'low 2');
    const second = ref.ask('pass', at, to, 'b');
    const quick = ref.ask('quick');
    await eventually('all to be queued', async () => {
      const info = (await system.inspect()).find(({ path }) => path === ref.path);
      return info?.queued === 4;
    });
    at.tell('open');
    assert.equal(await Promise.race([quick, second]), 'quick');
    await Promise.all([first, second]);
    assert.deepEqual(await to.ask('until', 6), [
      'in a',
      'out a',
      'in b',
      'out b',
      'low 1',
      'low 2',
    ]);
  });
});
