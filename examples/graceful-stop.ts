/**
 * Stopping in order. `stop()` closes the intake for everything from outside, lets what is inside finish (messages that
 * actors still send each other included), then ends actors children first, running their hooks. It reports what was
 * left when the deadline came first. One actor is drained, stopped or killed the same way.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ActorRef, createSystem, defineActor } from '../core/index.js';

const diary = defineActor(import.meta.url, 'diary', () => {
  const lines: string[] = [];
  return {
    write(line: string) {
      lines.push(line);
    },
    lines: () => lines,
  };
});

const pump = defineActor(
  import.meta.url,
  'pump',
  (ctx, log: ActorRef<{ write(line: string): void }>) => {
    let pumped = 0;
    ctx.onStop(async (reason) => {
      await sleep(1); // awaited: close files here
      log.tell('write', `${reason} after ${pumped}`);
    });
    return {
      async pump() {
        await sleep(1);
        pumped++;
      },
    };
  },
);

// One actor: finish what is queued, only the message in hand, or nothing.
const system = await createSystem({ threads: 1 });
const log = system.spawn(diary(), { thread: 'main' });
for (const mode of ['drain', 'stop', 'kill'] as const) {
  const one = system.spawn(pump(log));
  await system.started(one);
  for (let n = 0; n < 10; n++) one.tell('pump');
  await system.stopActor(one, mode);
}
const [drained, stopped] = await log.ask('lines');
assert.equal(drained, 'stop after 10');
assert.match(stopped ?? '', /^stop after [0-9]$/);

// All of it: nothing new comes in, everything taken is handled.
const last = system.spawn(pump(log));
for (let n = 0; n < 20; n++) last.tell('pump');
const ending = system.stop({ deadlineMs: 5_000 });
assert.equal(system.stop(), ending); // the same promise, however often
assert.equal(last.tell('pump'), 'stopped');
await assert.rejects(last.ask('pump'), { code: 'SYSTEM_STOPPED' });
assert.deepEqual(await ending, { drained: true, left: 0 });

// A deadline too short: what was left is counted.
const hurried = await createSystem({ threads: 1 });
const busy = hurried.spawn(pump(hurried.spawn(diary())));
for (let n = 0; n < 500; n++) busy.tell('pump');
const report = await hurried.stop({ deadlineMs: 50 });
assert.equal(report.drained, false);
assert.ok(report.left > 0);
console.log(`drained, stopped and killed; then ${report.left} of 500 left at the deadline`);
