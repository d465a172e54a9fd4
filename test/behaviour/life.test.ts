/**
 * How actors start, are watched, and end: alone, with children, in order.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { echo, latch, passer, recorder } from '../support/behaviour-actors.js';
import {
  boss,
  fragile,
  lastWords,
  slowEnder,
  starter,
  watcher,
} from '../support/behaviour-lives.js';
import { onEachStage } from '../support/behaviour-stage.js';

onEachStage('starting', (stage) => {
  it('an async behaviour keeps messages waiting until it has returned its handlers', async () => {
    const { system, near, far } = stage();
    const at = system.spawn(latch(), far);
    const ref = system.spawn(starter(at), near);
    const asked = ref.ask('ping');
    const started = system.started(ref);
    at.tell('open');
    await started;
    assert.equal(await asked, 'pong');
    await system.started(ref);
  });

  it('a behaviour that fails ends the actor: asks, those who wait for its start and watchers hear', async () => {
    const { system, near } = stage();
    const ref = system.spawn(starter(undefined), near);
    const asked = ref.ask('ping');
    const started = system.started(ref);
    const ended = system.terminated(ref);
    const why = (error: Error & { code?: string }): boolean =>
      error.code === 'ACTOR_START_FAILED' && (error.cause as Error).message === 'cannot begin';
    await assert.rejects(asked, why);
    await assert.rejects(started, why);
    assert.equal((await ended).reason, 'failed');
    await assert.rejects(system.started(ref), { code: 'ACTOR_STOPPED' });
  });

  it('siblings have different names; a name is free again when its actor has ended', async () => {
    const { system, near } = stage();
    const first = system.spawn(echo(), { ...near, name: 'only-one' });
    assert.throws(() => system.spawn(echo(), { name: 'only-one' }), { code: 'ACTOR_NAME_TAKEN' });
    assert.ok(system.lookup('only-one')?.equals(first));
    await system.stopActor(first);
    assert.equal(system.lookup('only-one'), undefined);
    const second = system.spawn(echo(), { ...near, name: 'only-one' });
    assert.ok(!second.equals(first));
    assert.equal(second.path, first.path);
    const parent = system.spawn(boss([], system.spawn(recorder())), near);
    await assert.rejects(
      parent.ask('spawnTwice'),
      (error: Error) => (error.cause as { code?: string }).code === 'ACTOR_NAME_TAKEN',
    );
  });
});

onEachStage('watching', (stage) => {
  it('gives one Terminated for each watch, after everything the dead actor had sent', async () => {
    const { system, near, far } = stage();
    for (const where of [near, far]) {
      const to = system.spawn(recorder(), near);
      const listener = system.spawn(watcher(to), near);
      const speaker = system.spawn(lastWords(300), where);
      await listener.ask('watch', speaker);
      await system.started(speaker);
      speaker.tell('speak', listener);
      const notes = await to.ask('until', 301);
      assert.equal(notes[299], 'word 299');
      assert.equal(notes[300], `${speaker.path} ended stopped`);
    }
  });

  it('an actor that had ended before is gone', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(echo(), far);
    await system.stopActor(ref);
    system.spawn(watcher(to), near).tell('watch', ref);
    const [note = ''] = await to.ask('until', 1);
    assert.match(note, /ended gone$/);
    assert.equal((await system.terminated(ref)).reason, 'gone');
  });

  it('many watchers on many threads hear once each; one that has unwatched does not', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(echo(), { ...far, name: `watched-${near.thread}` });
    const watchers = [near, near, far, { thread: 'main' as const }].map((where) =>
      system.spawn(watcher(to), where),
    );
    for (const one of watchers) await one.ask('watch', ref);
    for (const one of watchers) await one.ask('watch', ref);
    await watchers[0]?.ask('unwatch', ref);
    await system.stopActor(ref);
    await to.ask('until', 3);
    // A message of each watcher behind its notice: nothing more has come.
    for (const one of watchers) await one.ask('note', 'after');
    const notes = await to.ask('until', 7);
    assert.deepEqual(
      notes.filter((note) => note !== 'after'),
      Array(3).fill(`/watched-${near.thread} ended stopped`),
    );
  });

  it('says how it ended', async () => {
    const { system, near } = stage();
    const one = system.spawn(echo(), near);
    const two = system.spawn(echo(), near);
    const ends = Promise.all([system.terminated(one), system.terminated(two)]);
    await system.stopActor(one);
    await system.stopActor(two, 'kill');
    assert.deepEqual(
      (await ends).map(({ reason }) => reason),
      ['stopped', 'killed'],
    );
  });
});

onEachStage('stopping', (stage) => {
  it('stop finishes the message in hand; what is queued becomes dead letters, and askers hear', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(passer(), near);
    const first = ref.ask('pass', at, to, 'a');
    const second = ref.ask('pass', at, to, 'b');
    const failed = assert.rejects(second, { code: 'ACTOR_STOPPED' });
    await to.ask('until', 1);
    const ended = system.stopActor(ref);
    at.tell('open');
    assert.equal(await first, 'a');
    await Promise.all([ended, failed]);
  });

  it('drain finishes what is queued and takes nothing new', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(passer(), near);
    const first = ref.ask('pass', at, to, 'a');
    const second = ref.ask('pass', at, to, 'b');
    await to.ask('until', 1);
    const ended = system.stopActor(ref, 'drain');
    at.tell('open');
    assert.deepEqual(await Promise.all([first, second]), ['a', 'b']);
    await ended;
    assert.equal(ref.tell('note', to, 'c'), 'stopped');
  });

  it('drain of an actor that has not started yet handles what it was sent', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(passer(), near);
    for (const label of ['a', 'b', 'c']) ref.tell('note', to, label);
    await system.stopActor(ref, 'drain');
    assert.deepEqual(await to.ask('notes'), ['a', 'b', 'c']);
  });

  it('kill gives up the message in hand at once', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(passer(), near);
    const first = assert.rejects(ref.ask('pass', at, to, 'a'), { code: 'ACTOR_STOPPED' });
    const second = assert.rejects(ref.ask('pass', at, to, 'b'), { code: 'ACTOR_STOPPED' });
    await to.ask('until', 1);
    await system.stopActor(ref, 'kill');
    await Promise.all([first, second]);
    at.tell('open');
  });

  it('an actor ends itself by each mode, and its children, but nobody else', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder(), { mailbox: { capacity: 1_000 } });
    for (const mode of ['stop', 'drain', 'kill'] as const) {
      const ref = system.spawn(fragile(mode, to), near);
      const ended = system.terminated(ref);
      ref.tell('stop', mode);
      assert.equal((await ended).reason, mode === 'kill' ? 'killed' : 'stopped');
    }
    const parent = system.spawn(boss([{ name: 'child' }], to), near);
    const child = await parent.ask('child', 'child');
    const ended = system.terminated(child);
    parent.tell('stop', 'child', 'stop');
    assert.equal((await ended).reason, 'stopped');
    const other = system.spawn(echo(), far);
    await assert.rejects(
      parent.ask('stopOther', other),
      (error: Error) => (error.cause as { code?: string }).code === 'ASSERTION_FAILED',
    );
    assert.equal(await other.ask('say', 'still there'), 'still there');
  });

  it('children end before their parent, the last started first, wherever they are', async () => {
    const { system, near, far } = stage();
    for (const wishes of [
      [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      [{ name: 'a', thread: far.thread === 'main' ? 0 : (far.thread as number) }],
    ]) {
      const to = system.spawn(recorder());
      const parent = system.spawn(boss(wishes, to), near);
      const names = wishes.map(({ name }) => name);
      await Promise.all(
        names.map((name) => parent.ask('child', name).then((child) => child.ask('total'))),
      );
      const before = await to.ask('until', 1 + names.length);
      await system.stopActor(parent);
      const notes = (await to.ask('until', before.length + names.length + 1)).slice(before.length);
      assert.deepEqual(notes, [...names.reverse().map((name) => `${name} stop`), 'boss stop']);
    }
  });

  it('hooks run in reverse, each awaited, before the end is told; one that fails stops nothing', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(slowEnder(to, at), near);
    await ref.ask('ping');
    let hasEnded = false;
    const ended = system.stopActor(ref).then(() => {
      hasEnded = true;
    });
    assert.deepEqual(await to.ask('until', 2), ['hook 3', 'hook 2 begins']);
    assert.equal(hasEnded, false);
    at.tell('open');
    await ended;
    assert.deepEqual(await to.ask('until', 4), [
      'hook 3',
      'hook 2 begins',
      'hook 2 ends',
      'hook 1',
    ]);
  });

  it('a parent may give a childs name to another as soon as it hears of the end', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const parent = system.spawn(boss([{ name: 'heir' }], to), near);
    const heir = await parent.ask('child', 'heir');
    await heir.ask('total');
    parent.tell('renew', 'heir');
    const notes = await to.ask('until', 4);
    assert.deepEqual(notes.slice(1), ['heir start 0', 'heir stop', 'new heir start 0']);
    const renewed = await parent.ask('child', 'heir');
    assert.equal(await renewed.ask('total'), 0);
  });

  it('a ref of an earlier tenant of the slot reaches nobody, and stops nobody', async () => {
    const { system, near } = stage();
    const old = system.spawn(echo(), near);
    await system.stopActor(old);
    const { slot } = old.address;
    const others = Array.from({ length: 600 }, () => system.spawn(echo(), near));
    await Promise.all(others.map((one) => system.started(one)));
    const tenant = others.find((one) => one.address.slot === slot);
    await system.stopActor(old);
    assert.equal(old.tell('nothing'), 'stopped');
    if (tenant !== undefined) assert.ok(!tenant.equals(old));
    for (const one of others) assert.equal(await one.ask('say', 'here'), 'here');
    await Promise.all(others.map((one) => system.stopActor(one)));
  });
});
