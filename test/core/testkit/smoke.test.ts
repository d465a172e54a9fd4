import assert from 'node:assert/strict';
import { it } from 'node:test';
import { defineActor } from '../../../core/index.js';
import { createTestSystem } from '../../../core/testkit/index.js';

const counter = defineActor(import.meta.url, 'smoke-counter', (_ctx, start: number) => {
  let total = start;
  return {
    add(n: number) {
      total += n;
    },
    total: () => total,
  };
});

it('smokes', async () => {
  const system = await createTestSystem({ threads: 2, seed: 5 });
  console.log(system.trace.steps);
  const a = system.spawn(counter(10), { name: 'a' });
  for (let i = 0; i < 100; i++) a.tell('add', 1);
  assert.equal(await a.ask('total'), 110);
  console.log(system.trace.steps, system.trace.hash);
  system.killThread(1);
  await system.run();
  system.killThread(2);
  assert.equal(await a.ask('total'), 10);
  console.log(system.stats(), system.trace.last.slice(-30));
  await system.stop().catch((e) => console.log(e.message, system.trace.last.slice(-60)));
  const started = performance.now();
  let steps = 0;
  for (let seed = 0; seed < 100; seed++) {
    const system = await createTestSystem({ threads: 2, seed });
    const a = system.spawn(counter(10), { name: 'a' });
    for (let i = 0; i < 100; i++) a.tell('add', 1);
    await a.ask('total');
    await system.stop();
    steps += system.trace.steps;
  }
  console.log('100 systems', performance.now() - started, steps);
});
