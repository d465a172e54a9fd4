import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createTestSystem,
  type TestSystem,
  type TestSystemOptions,
} from '../../../core/testkit/index.js';
import { counter, sender } from './stepped-actors.js';

/** A program with much to interleave. */
async function busy(options: TestSystemOptions): Promise<TestSystem> {
  const system = await createTestSystem({ threads: 3, ...options });
  const counters = [1, 2, 3].map((thread) => system.spawn(counter(0), { thread }));
  const senders = [1, 2, 3].map((thread) => system.spawn(sender(), { thread }));
  for (const ref of senders) ref.tell('tellAll', counters, 1);
  await system.run();
  return system;
}

describe('a test system', () => {
  it('does everything a system does, on logical threads in this one', async () => {
    const system = await createTestSystem({ threads: 2 });
    const ref = system.spawn(counter(10), { thread: 2, name: 'counter' });
    assert.equal(ref.tell('add', 5), 'accepted');
    assert.equal(await ref.ask('total'), 15);
    assert.equal(system.lookup('counter')?.equals(ref), true);
    assert.deepEqual(
      (await system.inspect()).map(({ path, thread }) => [path, thread]),
      [['/counter', 2]],
    );
    await system.stopActor(ref);
    assert.equal(ref.tell('add', 5), 'stopped');
    assert.deepEqual(await system.stop(), { drained: true, left: 0 });
  });

  it('takes exactly the same way for the same seed, whether stepped, run or left alone', async () => {
    const first = await busy({ seed: 'replayed' });
    const second = await busy({ seed: 'replayed' });
    assert.deepEqual(first.trace, second.trace);
    assert.ok(first.trace.steps > 20);
    await first.stop();
    await second.stop();
    assert.deepEqual(first.trace, second.trace);
  });

  it('takes different ways for different seeds, to the same sums', async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 10; seed++) {
      const system = await busy({ seed });
      hashes.add(system.trace.hash);
      assert.equal(system.stats().handled, 12);
      await system.stop();
    }
    assert.equal(hashes.size, 10);
  });

  it('lets one thing happen at a step, and says when nothing is left', async () => {
    const system = await createTestSystem({ threads: 0 });
    const ref = system.spawn(counter(0));
    const total = ref.ask('total');
    assert.equal(system.isQuiescent, false);
    let steps = 0;
    while (await system.step()) steps++;
    assert.ok(steps >= 1);
    assert.equal(await total, 0);
    assert.equal(system.isQuiescent, true);
    await system.stop();
  });

  it('does not run by itself when told so', async () => {
    const system = await createTestSystem({ threads: 0, runsItself: false });
    const total = system.spawn(counter(7)).ask('total');
    let isAnswered = false;
    void total.then(() => {
      isAnswered = true;
    });
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.equal(isAnswered, false);
    assert.equal(await system.until(total), 7);
    await system.stop();
  });

  it('leaves nothing that could happen once stopped, and no timer', async () => {
    const system = await busy({ seed: 3 });
    await system.stop();
    assert.equal(system.isQuiescent, true);
    assert.equal(system.clock.nextDueMs, undefined);
    assert.equal(await system.step(), false);
  });

  it('fails a run that does not come to rest within its steps, naming its seed', async () => {
    const system = await createTestSystem({ threads: 2, seed: 99 });
    const counters = [1, 2].map((thread) => system.spawn(counter(0), { thread }));
    for (const ref of counters) for (let i = 0; i < 50; i++) ref.tell('add', 1);
    await assert.rejects(system.run({ stepsMax: 3 }), /within 3 steps[\s\S]*TROUPE_SEED=99/);
    await system.stop();
  });
});

describe('the time of a test system', () => {
  it('stands still while it runs', async () => {
    const system = await createTestSystem({ threads: 1 });
    const ref = system.spawn(counter(0));
    ref.tell('addLater', 5, 1_000);
    await system.run();
    assert.equal(system.clock.now(), 0);
    assert.equal(await ref.ask('total'), 0);
    await system.advance(999);
    assert.equal(await ref.ask('total'), 0);
    await system.advance(1);
    assert.equal(await ref.ask('total'), 5);
    await system.stop();
  });

  it('stops at each timer on its way', async () => {
    const system = await createTestSystem({ threads: 1 });
    const ref = system.spawn(counter(0));
    ref.tell('beat', 10);
    await system.advance(100);
    assert.equal(await ref.ask('total'), 10);
    await system.stop();
  });

  it('is moved on for whoever waits until a promise settles', async () => {
    const system = await createTestSystem({ threads: 1, askMs: 5_000 });
    const ref = system.spawn(counter(0));
    await assert.rejects(system.until(ref.ask('never')), { code: 'ASK_TIMEOUT' });
    assert.ok(system.clock.now() >= 5_000);
    await assert.rejects(
      system.until(new Promise(() => {})),
      /nothing is left that could happen.*TROUPE_SEED=1/,
    );
    await system.stop();
  });
});

describe('the death of a logical thread', () => {
  it('is survived as that of a real one: the actor is made again, what it had not begun comes', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const system = await createTestSystem({ threads: 2, seed });
      const ref = system.spawn(counter(0), { thread: 1 });
      await system.run();
      for (let i = 0; i < 10; i++) ref.tell('add', 1);
      for (let i = 0; i < seed; i++) await system.step();
      assert.equal(system.killThread(1), true);
      await system.run();
      const total = await ref.ask('total');
      const { accepted, handled, deadLetters, restarts } = system.stats();
      assert.equal(accepted, handled + deadLetters);
      assert.equal(restarts, 1);
      assert.ok(total >= 0 && total <= 10, `seed ${seed}: ${total}`);
      await system.stop();
    }
  });

  it('comes by itself when deaths are wanted, at instants that the seed draws', async () => {
    const deathsOf = async (seed: number): Promise<number> => {
      const system = await createTestSystem({ threads: 2, seed, deaths: 0.05 });
      let deaths = 0;
      system.events.on('threadDied', () => {
        deaths++;
      });
      const refs = [1, 2].map((thread) => system.spawn(counter(0), { thread }));
      for (const ref of refs) for (let i = 0; i < 200; i++) ref.tell('add', 1);
      await system.run();
      system.deaths = 0;
      await system.stop();
      return deaths;
    };
    assert.ok((await deathsOf(1)) > 0);
    assert.equal(await deathsOf(2), await deathsOf(2));
  });
});
