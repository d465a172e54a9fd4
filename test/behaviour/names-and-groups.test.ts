/**
 * Finding actors: names unique in the system, and groups that many listen in.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { recorder } from '../support/behaviour-actors.js';
import { member, watcher } from '../support/behaviour-lives.js';
import { onEachStage } from '../support/behaviour-stage.js';
import { eventually } from '../support/eventually.js';

const taken = (error: Error): boolean =>
  (error.cause as { code?: string }).code === 'ACTOR_NAME_TAKEN';

onEachStage('a registered name', (stage) => {
  it('is found from everywhere, and by nobody else', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder());
    const [one, two] = [
      system.spawn(member('one', to), near),
      system.spawn(member('two', to), far),
    ];
    await one.ask('register', 'postman');
    await one.ask('register', 'postman');
    await one.ask('register', 'postwoman');
    assert.ok(system.lookup('postman')?.equals(one));
    assert.ok((await two.ask('lookup', 'postwoman'))?.equals(one));
    assert.equal(await two.ask('lookup', 'nobody'), undefined);
    await assert.rejects(two.ask('register', 'postman'), taken);
    await system.stopActor(one);
    assert.equal(system.lookup('postman'), undefined);
    assert.equal(system.lookup('postwoman'), undefined);
    await two.ask('register', 'postman');
    assert.ok(system.lookup('postman')?.equals(two));
  });

  it('is free by the time a watcher hears of the end', async () => {
    const { system, near, far } = stage();
    for (const where of [near, far, { thread: 'main' as const }]) {
      const to = system.spawn(recorder());
      const one = system.spawn(member('one', to), near);
      await one.ask('register', 'short-lived');
      await system.spawn(watcher(to), where).ask('watchNamed', one, 'short-lived');
      one.tell('stop');
      assert.deepEqual(await to.ask('until', 1), ['short-lived is free']);
    }
  });

  it('spawned by the program is looked up as one that was registered', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder());
    const one = system.spawn(member('one', to), { ...near, name: `top-${near.thread}` });
    const two = system.spawn(member('two', to), far);
    const found = await two.ask('lookup', `top-${near.thread}`);
    assert.equal(await found?.ask('label'), 'one');
    assert.ok(found?.equals(one));
  });
});

onEachStage('a group', (stage) => {
  it('reaches all members on all threads; who leaves or ends hears no more', async () => {
    const { system, near, far } = stage();
    const to = system.spawn(recorder());
    const members = [near, near, far].map((where, index) =>
      system.spawn(member(`m${index}`, to), where),
    );
    const [first, second, third] = members as [
      (typeof members)[0],
      (typeof members)[0],
      (typeof members)[0],
    ];
    for (const one of members) await one.ask('join');
    // Joining is told to other threads, not asked of them.
    const known = (speaker: typeof first, count: number, text: string): Promise<true> =>
      eventually(
        `${count} members to be known`,
        async () => (await speaker.ask('publish', text)) === count,
      );
    for (const speaker of members) await known(speaker, 3, 'warm up');
    await first.ask('publish', 'news');
    const heard = (text: string): Promise<string[]> =>
      eventually(`"${text}" to be heard`, async () => {
        const notes = (await to.ask('notes')).filter((note) => note.endsWith(text));
        return notes.length > 0 && notes.sort();
      });
    await eventually('all to hear', async () => (await heard('heard news')).length === 3);
    assert.deepEqual(await heard('heard news'), [
      'm0 heard news',
      'm1 heard news',
      'm2 heard news',
    ]);
    await second.ask('leave');
    await known(third, 2, 'after leaving');
    await third.ask('publish', 'to two');
    await eventually('two to hear', async () => (await heard('heard to two')).length === 2);
    assert.deepEqual(await heard('heard to two'), ['m0 heard to two', 'm2 heard to two']);
    await system.stopActor(third);
    assert.equal(await first.ask('publish', 'to one'), 1);
    await system.stopActor(first);
    assert.equal(await second.ask('publish', 'to none'), 0);
  });
});
