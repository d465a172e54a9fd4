/**
 * An actor opened to strangers: another worker, process or page calls it with plain Comlink over a port. Only the
 * handlers named can be called, and their arguments are checked by schemas before they reach the actor.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { z } from 'zod';
import { createSystem, defineActor, expose } from '../core/index.js';

const till = defineActor(import.meta.url, 'till', () => {
  let cents = 0;
  return {
    pay(amount: number) {
      cents += amount;
      return cents;
    },
    empty() {
      cents = 0;
    },
    cents: () => cents,
  };
});

/** A worker that is none of the system's threads, and knows nothing of actors. */
const STRANGER = `
const { parentPort, workerData } = require('node:worker_threads');
const { wrap } = require('comlink');
const till = wrap(workerData);
const refused = (call) => call.then(() => 'allowed', (error) => error.code);
(async () => {
  parentPort.postMessage({
    paid: await till.pay(250),
    negative: await refused(till.pay(-100)),
    text: await refused(till.pay('100')),
    hidden: await refused(till.empty()),
  });
  workerData.close();
})();
`;

const system = await createSystem({ threads: 1 });
const desk = system.spawn(till());
const { port1, port2 } = new MessageChannel();
const close = expose(desk, {
  endpoint: port1,
  handlers: ['pay'],
  accepts: { pay: [z.int().positive()] },
  deadlineMs: 10_000,
});

const stranger = new Worker(STRANGER, {
  eval: true,
  workerData: port2,
  transferList: [port2],
});
const [told] = await once(stranger, 'message');
assert.deepEqual(told, {
  paid: 250,
  negative: 'MESSAGE_REFUSED',
  text: 'MESSAGE_REFUSED',
  hidden: 'ENDPOINT_REFUSED',
});
assert.equal(await desk.ask('cents'), 250);
close();
await stranger.terminate();
console.log(told);
await system.stop();
