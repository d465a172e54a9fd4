/**
 * What sending means to a user: tell, send and ask, on one thread and over several.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hasCode, type Refusal } from '../../core/index.js';
import { LIMITS } from '../../core/limits.js';
import { echo, latch, passer, recorder, relay } from '../support/behaviour-actors.js';
import { onEachStage } from '../support/behaviour-stage.js';
import { nextTurn } from '../support/eventually.js';

onEachStage('messages', (stage) => {
  it('tell answers at once, send when the mailbox has taken it, ask with what the handler returns', async () => {
    const { system, near } = stage();
    const ref = system.spawn(echo(), near);
    assert.equal(ref.tell('keep', 1), 'accepted');
    assert.equal(await ref.send('keep', 2), undefined);
    assert.equal(await ref.ask('kept'), 2);
    assert.equal(await ref.ask('nothing'), undefined);
    assert.equal(await ref.ask('later', 'a promise is awaited'), 'a promise is awaited');
    assert.deepEqual(await ref.ask('both', 1, { two: 2 }), [1, { two: 2 }]);
    assert.deepEqual(await ref.ask('three', 1, 2), [1, 2, undefined]);
    assert.equal(await ref.ask('say', undefined), undefined);
    assert.deepEqual(await ref.ask('say', [1, 2]), [1, 2]);
  });

  it('an actor that has stopped takes nothing and says so', async () => {
    const { system, near } = stage();
    const ref = system.spawn(echo(), near);
    await system.stopActor(ref);
    assert.equal(ref.tell('nothing'), 'stopped');
    await assert.rejects(ref.send('nothing'), { code: 'ACTOR_STOPPED' });
    await assert.rejects(ref.ask('nothing'), { code: 'ACTOR_STOPPED' });
  });

  it('a full mailbox answers full, refuses asks, and lets sends wait in their order', async () => {
    const { system, near } = stage();
    const at = system.spawn(latch());
    const to = system.spawn(recorder());
    const ref = system.spawn(passer(), { ...near, mailbox: { capacity: 2 } });
    const first = ref.ask('pass', at, to, 'one');
    await to.ask('until', 1);
    assert.equal(ref.tell('note', to, 'two'), 'accepted');
    assert.equal(ref.tell('note', to, 'three'), 'full');
    await assert.rejects(ref.ask('quick'), { code: 'MAILBOX_FULL' });
    const sends = ['four', 'five', 'six'].map((label) => ref.send('note', to, label));
    const waiting = ref.with({ whenFull: 'wait' }).ask('quick');
    assert.equal(ref.tell('note', to, 'overtakes'), 'full');
    at.tell('open');
    await Promise.all([first, ...sends]);
    assert.equal(await waiting, 'quick');
    assert.deepEqual(await to.ask('until', 6), ['in one', 'out one', 'two', 'four', 'five', 'six']);
  });

  it('a send gives up waiting at its deadline, and when its signal is triggered', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(passer(), { ...near, mailbox: { capacity: 1 } });
    const first = ref.ask('pass', at, to, 'one');
    await to.ask('until', 1);
    await assert.rejects(ref.with({ deadlineMs: 1 }).send('note', to, 'never'), {
      code: 'MAILBOX_FULL',
    });
    const control = new AbortController();
    const sent = ref.with({ signal: control.signal }).send('note', to, 'never');
    control.abort();
    await assert.rejects(sent, { code: 'ASK_ABORTED' });
    const behind = ref.send('note', to, 'two');
    at.tell('open');
    await Promise.all([first, behind]);
    assert.deepEqual(await to.ask('until', 3), ['in one', 'out one', 'two']);
  });

  it('what one sender sends to one actor arrives in that order', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder(), { ...near, mailbox: { capacity: 5_000 } });
    const senders = [near, far, far].map((where) => system.spawn(relay(), where));
    for (const [index, sender] of senders.entries())
      sender.tell('flood', to, `sender${index}`, 1_000);
    for (let n = 0; n < 1_000; n++) to.tell('note', `program ${n}`);
    const notes = await to.ask('until', 4_000);
    for (const label of ['sender0', 'sender1', 'sender2', 'program']) {
      const own = notes.filter((note) => note.startsWith(`${label} `));
      assert.deepEqual(
        own,
        Array.from({ length: 1_000 }, (_, n) => `${label} ${n}`),
      );
    }
  });

  it('an actor asks another, on its own thread or elsewhere', async () => {
    const { system, near, far } = stage();
    const asker = system.spawn(relay(), near);
    for (const where of [near, far]) {
      const target = system.spawn(echo(), where);
      assert.equal(await asker.ask('ask', target, 'x'), 'x');
      assert.equal(await asker.ask('askLater', target, 'y'), 'y');
    }
  });

  it('an asker gets a refusal as it was thrown, and the cause of any other failure', async () => {
    const { system, near } = stage();
    const ref = system.spawn(echo(), near);
    await assert.rejects(ref.ask('no'), (error: Refusal) => {
      assert.equal(error.name, 'Refusal');
      assert.ok(hasCode(error, 'NOT_FOUND'));
      assert.deepEqual(error.details, { id: 7 });
      return true;
    });
    const unknown = ref.ask as unknown as (name: string) => Promise<unknown>;
    await assert.rejects(unknown.call(ref, 'absent'), { code: 'HANDLER_UNKNOWN' });
    await assert.rejects(unknown.call(ref, 'toString'), { code: 'HANDLER_UNKNOWN' });
    assert.equal(await ref.ask('say', 'still there'), 'still there');
  });

  it('an ask ends at its deadline and with its signal, whatever the actor does', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(passer(), near);
    await assert.rejects(ref.with({ deadlineMs: 1 }).ask('pass', at, to, 'a'), {
      code: 'ASK_TIMEOUT',
    });
    const control = new AbortController();
    const asked = ref.with({ signal: control.signal }).ask('quick');
    control.abort(new Error('enough'));
    await assert.rejects(
      asked,
      (error: Error) =>
        hasCode(error, 'ASK_ABORTED') && (error.cause as Error).message === 'enough',
    );
    await assert.rejects(ref.with({ signal: AbortSignal.abort() }).ask('quick'), {
      code: 'ASK_ABORTED',
    });
    at.tell('open');
    assert.equal(await ref.ask('quick'), 'quick');
  });

  it('refs travel in messages, in arrays, in objects and in replies, and stay equal', async () => {
    const { system, near, far } = stage();
    const one = system.spawn(echo(), near);
    const two = system.spawn(echo(), { ...far, name: `two-${near.thread}` });
    const judge = system.spawn(relay(), far);
    const back = (await one.ask('say', { list: [two], plain: 1 })) as { list: [typeof two] };
    assert.ok(back.list[0].equals(two));
    assert.equal(back.list[0].path, `/two-${near.thread}`);
    assert.equal(await back.list[0].ask('say', 'through the copy'), 'through the copy');
    assert.equal(await judge.ask('equals', two, back.list[0]), true);
    assert.equal(await judge.ask('equals', two, one), false);
    assert.equal(await judge.ask('isSelf', judge), true);
    const self = await one.ask('self');
    assert.ok(self.equals(one));
    assert.equal(await self.ask('path'), one.path);
  });

  it('a trace goes along with every tell too', async () => {
    const { system, near, far } = stage();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const teller = system.spawn(relay(), near);
    const target = system.spawn(echo(), far);
    const traced = await teller.with({ traceparent }).ask('traceOfTells', target);
    assert.deepEqual(traced, [traceparent, traceparent]);
    assert.deepEqual(await teller.ask('traceOfTells', target), [undefined, undefined]);
  });

  it('a trace goes along with every ask and send an actor makes while it handles the traced message', async () => {
    const { system, near, far } = stage();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const asker = system.spawn(relay(), near);
    const target = system.spawn(echo(), far);
    assert.equal(await asker.with({ traceparent }).ask('trace', target), traceparent);
    assert.equal(await asker.with({ traceparent }).ask('traceLater', target), traceparent);
    assert.equal(await asker.ask('trace', target), undefined);
  });

  it('a loop of sends lets timers and I/O of its thread have their turn', async () => {
    const { system, near } = stage();
    const ref = system.spawn(echo(), near);
    let hasFired = false;
    setImmediate(() => {
      hasFired = true;
    });
    let sent = 0;
    for (; !hasFired && sent < 1e6; sent++) await ref.send('nothing');
    assert.ok(sent <= 4 * LIMITS.sendsPerRound, `${sent} sends in one turn of the loop`);
    await ref.ask('nothing');
  });

  it('remote() is the ref as an object of promises', async () => {
    const { system, near } = stage();
    const proxy = system.spawn(echo(), near).remote();
    assert.equal(await proxy.say('hello'), 'hello');
    assert.deepEqual(await proxy.both(1, 2), [1, 2]);
    await assert.rejects(proxy.no(), { code: 'NOT_FOUND' });
  });

  it('messages are told from the programs own turn on, before the actor has started', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder(), near);
    for (let n = 0; n < 100; n++) assert.equal(to.tell('note', `${n}`), 'accepted');
    const notes = await to.ask('notes');
    assert.deepEqual(
      notes,
      Array.from({ length: 100 }, (_, n) => `${n}`),
    );
  });

  it('on one thread a message is passed by reference, over threads it is a copy', async () => {
    const { system, far } = stage();
    const here = system.spawn(echo(), { thread: 'main' });
    const value: { isMarked?: boolean } = {};
    await here.ask('mark', value);
    assert.equal(value.isMarked, true);
    if (far.thread === 'main') return;
    const other: { isMarked?: boolean } = {};
    await system.spawn(echo(), far).ask('mark', other);
    assert.equal(other.isMarked, undefined);
    await nextTurn();
  });
});
