/**
 * A mailbox has a bound, and a sender is never blocked or silently ignored: tell says 'full' and nothing was sent;
 * send waits for room, so a fast producer runs at the pace of the consumer and memory stays flat; an ask fails at
 * once, or waits if told to.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSystem, defineActor, hasCode } from '../core/index.js';

const slow = defineActor(import.meta.url, 'slow', () => {
  let eaten = 0;
  return {
    async eat(_morsel: number) {
      await sleep(2);
      eaten++;
      return eaten;
    },
    eaten: () => eaten,
  };
});

const system = await createSystem({ threads: 1 });
const eater = system.spawn(slow(), { mailbox: { capacity: 4 } });
await system.started(eater);

// tell: an answer at once, also about a mailbox on another thread.
let told = 0;
while (eater.tell('eat', told) === 'accepted') told++;
assert.ok(told >= 4);

// send: resolves when the message has been taken. At most 4 are in the mailbox at any time.
const sent = 20;
for (let morsel = 0; morsel < sent; morsel++) {
  await eater.send('eat', morsel);
  assert.ok(system.stats().queued <= 4);
}

// ask: MAILBOX_FULL at once by default ...
const asks = Array.from({ length: 100 }, (_, morsel) => eater.ask('eat', morsel));
const outcomes = await Promise.allSettled(asks);
const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
assert.ok(refused.length > 0 && refused.every(({ reason }) => hasCode(reason, 'MAILBOX_FULL')));
const answered = asks.length - refused.length;

// ... or the wait that send does, under the same deadline as the answer.
const patient = eater.with({ whenFull: 'wait', deadlineMs: 10_000 });
await Promise.all(Array.from({ length: 20 }, (_, morsel) => patient.ask('eat', morsel)));

assert.equal(await patient.ask('eaten'), told + sent + answered + 20); // nothing lost, nothing twice
console.log(
  `told ${told}, sent ${sent}, answered ${answered}, refused ${refused.length}, waited 20`,
);
await system.stop();
