/**
 * An actor in one file with the program that uses it: state in a closure, handlers as its protocol, typed tell and
 * ask. A pool thread loads this same file; there createSystem() never settles, so only the definition is used.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, defineActor } from '../core/index.js';

const counter = defineActor(import.meta.url, 'counter', (_ctx, start: number) => {
  let total = start;
  return {
    add(n: number) {
      total += n;
    },
    total: () => total,
  };
});

const system = await createSystem({ threads: 2 });
const visits = system.spawn(counter(10), { name: 'visits' });

assert.equal(visits.tell('add', 5), 'accepted'); // in the mailbox, or 'full', or 'stopped': never waits
await visits.send('add', 5); // waits for room in the mailbox
assert.equal(await visits.ask('total'), 20); // waits for the answer, a number

console.log(`${visits.path} on thread ${visits.address.thread}: ${await visits.ask('total')}`);
await system.stop();
