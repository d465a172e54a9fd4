import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestSystem } from '../../../core/testkit/index.js';
import { counter, outside, waiter } from './stepped-actors.js';

describe('a handler that waits for the real world', () => {
  it('fails the run, named with its actor and the seed', async () => {
    const system = await createTestSystem({ threads: 1, seed: 12 });
    let open = (): void => {};
    outside.promise = new Promise((resolve) => {
      open = resolve;
    });
    const ref = system.spawn(waiter(), { name: 'reader' });
    ref.tell('wait');
    await assert.rejects(system.run(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'TEST_WAITED_FOR_REAL_WORLD');
      assert.match(error.message, /\/reader "wait".*TROUPE_SEED=12/);
      return true;
    });
    await system.run({ mayWait: true });
    open();
    await system.run();
    await system.stop();
  });

  it('is found behind an ask of the test that has a deadline', async () => {
    const system = await createTestSystem({ threads: 1 });
    outside.promise = new Promise(() => {});
    const asked = system.spawn(waiter(), { name: 'reader' }).ask('wait');
    await assert.rejects(system.run(), { code: 'TEST_WAITED_FOR_REAL_WORLD' });
    await assert.rejects(system.until(asked), { code: 'ASK_TIMEOUT' });
    await system.stop({ deadlineMs: 0 });
  });

  it('is not one that waits for an actor, nor a test that waits for time', async () => {
    const system = await createTestSystem({ threads: 2 });
    const ref = system.spawn(counter(0), { thread: 1 });
    const waiting = system.spawn(waiter(), { thread: 2 }).ask('waitFor', ref);
    const never = ref.ask('never');
    await system.run();
    await assert.rejects(system.until(never), { code: 'ASK_TIMEOUT' });
    await assert.rejects(system.until(waiting));
    await system.stop();
  });
});
