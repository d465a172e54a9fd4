/**
 * Actors spawned on a thread that does not serve yet, or does not serve at the moment: they wait for it, and have not
 * failed.
 * Runs on: main, and threads.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystem, defineActor, silentLogger } from '../../../core/index.js';

const guest = defineActor(import.meta.url, 'guest', (ctx) => ({
  state: () => ({ thread: ctx.thread, restarts: ctx.restarts }),
}));

test('an actor on a thread of its own begins once, whatever its supervisor does about failures', async () => {
  const failures: string[] = [];
  const system = await createSystem({ threads: 1, spareThreads: 0, askMs: 60_000 });
  try {
    system.events.on('actorFailed', ({ error }) => failures.push(error.message));
    const alone = system.spawn(guest(), { thread: 'dedicated', supervision: { decide: 'stop' } });
    const started = system.started(alone); // asked before there is a thread
    assert.deepEqual(await alone.ask('state'), { thread: 2, restarts: 0 });
    await started;
    assert.deepEqual(failures, []);
    assert.equal(system.stats().restarts, 0);
  } finally {
    await system.stop();
  }
});

test('an actor spawned on a thread that is being replaced begins on the replacement, once', async () => {
  const system = await createSystem({ threads: 1, logger: silentLogger, askMs: 60_000 });
  try {
    const died = system.events.once('threadDied');
    assert.equal(system.killThread(1), true);
    await died;
    const late = system.spawn(guest(), { thread: 1 });
    assert.deepEqual(await late.ask('state'), { thread: 1, restarts: 0 });
  } finally {
    await system.stop();
  }
});
