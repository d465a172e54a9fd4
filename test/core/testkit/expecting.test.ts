import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ActorRef, createSystem, defineActor, silentLogger } from '../../../core/index.js';
import {
  accounts,
  createProbe,
  createTestSystem,
  deadLettersOf,
  expectEvent,
} from '../../../core/testkit/index.js';
import { counter } from './stepped-actors.js';

interface Bank {
  price(item: string): number;
  sold(item: string): void;
}

const shop = defineActor(import.meta.url, 'expecting-shop', (ctx, bank: ActorRef<Bank>) => ({
  async sell(item: string) {
    const price = await bank.ask('price', item);
    bank.tell('sold', item);
    return price;
  },
  sellLater(item: string, ms: number) {
    ctx.timers.after('sell', ms, () => bank.tell('sold', item));
  },
  close() {
    bank.tell('sold', 'the shop');
    ctx.stop();
  },
}));

describe('a probe', () => {
  it('answers one ask with reply, in the middle of what it expects', async () => {
    const system = await createTestSystem({ threads: 1 });
    const bank = createProbe<Bank>(system);
    const sold = system.spawn(shop(bank.ref), { thread: 1 }).ask('sell', 'bread');
    const asked = await bank.expectMessage('price');
    assert.deepEqual(asked.args, ['bread']);
    bank.reply(3);
    await bank.expectMessage('sold');
    assert.equal(await sold, 3);
    await system.stop();
  });

  it('fishes for what a function accepts', async () => {
    const system = await createTestSystem({ threads: 1 });
    const bank = createProbe<Bank>(system);
    for (const item of ['a', 'b', 'c']) bank.ref.tell('sold', item);
    const found = await bank.fishFor(({ args }) => args[0] === 'c');
    assert.deepEqual(found.args, ['c']);
    assert.deepEqual(bank.pending, []);
    await system.stop();
  });

  it('lets manual time pass as far as told', async () => {
    const system = await createTestSystem({ threads: 1, seed: 8 });
    const bank = createProbe<Bank>(system, 'bank');
    const ref = system.spawn(shop(bank.ref), { thread: 1 });
    ref.tell('sellLater', 'bread', 1_000);
    await bank.expectNoMessage({ withinMs: 999 });
    await bank.expectMessage('sold', { withinMs: 1 });
    await assert.rejects(
      bank.expectMessage('sold', { withinMs: 50 }),
      /expected "sold" at \/bank within 50 ms, got a system at rest \(TROUPE_SEED=8 replays it\)/,
    );
    assert.equal(system.clock.now(), 1_050);
    await system.stop();
  });

  it('hears of an end behind all that the actor had sent', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const system = await createTestSystem({ threads: 2, seed });
      const bank = createProbe<Bank>(system);
      const ref = system.spawn(shop(bank.ref), { thread: 2 });
      bank.watch(ref);
      ref.tell('close');
      const end = await bank.expectTerminated(ref);
      assert.equal(end.reason, 'stopped');
      assert.deepEqual(
        bank.pending.map(({ args }) => args[0]),
        ['the shop'],
      );
      await system.stop();
    }
  });
});

describe('what can be expected of a system', () => {
  it('is an event, from the call on, that a function accepts', async () => {
    const system = await createTestSystem({ threads: 1 });
    const [one, two] = [
      system.spawn(counter(0), { name: 'one' }),
      system.spawn(counter(0), { name: 'two' }),
    ];
    const stopped = expectEvent(system, 'actorStopped', ({ actor }) => actor.path === '/two');
    void system.stopActor(one);
    void system.stopActor(two);
    assert.equal((await stopped).actor.path, '/two');
    await assert.rejects(expectEvent(system, 'threadDied'), /expected an event "threadDied"/);
    await system.stop();
  });

  it('is what became of messages that nobody handled', async () => {
    const system = await createTestSystem({ threads: 1 });
    const letters = deadLettersOf(system);
    const ref = system.spawn(counter(0));
    ref.tell('subtract' as 'add', 1);
    ref.tell('fail');
    await system.run();
    assert.deepEqual(
      letters.map(({ reason }) => reason),
      ['unknownHandler', 'handlerFailed'],
    );
    await system.stop();
  });

  it('is that its accounts add up', async () => {
    const system = await createTestSystem({ threads: 2 });
    const ref = system.spawn(counter(0));
    for (let i = 0; i < 10; i++) ref.tell('add', 1);
    ref.tell('fail');
    const { accepted, handled, deadLetters } = await accounts(system);
    assert.deepEqual([accepted, handled, deadLetters], [11, 10, 1]);
    system.host.count(0, 1);
    await assert.rejects(accounts(system), /expected 12 accepted messages.*10 handled \+ 1 dead/);
    system.host.count(0, -1);
    await system.stop();
  });

  it('is awaited, with a deadline, when its threads are real', async () => {
    const system = await createSystem({
      threads: 1,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 60_000,
    });
    const bank = createProbe<Bank>(system);
    const ref = system.spawn(counter(0), { thread: 1 });
    const failed = expectEvent(system, 'actorFailed');
    ref.tell('fail');
    assert.equal((await failed).handler, 'fail');
    assert.equal((await accounts(system)).deadLetters, 1);
    bank.watch(ref);
    void system.stopActor(ref);
    assert.equal((await bank.expectTerminated(ref)).reason, 'stopped');
    await assert.rejects(bank.expectMessage('sold', { withinMs: 1 }), /got none within 1 ms/);
    await bank.expectNoMessage();
    await system.stop();
  });
});
