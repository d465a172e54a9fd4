/**
 * Input from outside is checked at the receiver: `accepts` takes any Standard Schema (zod here), one per argument. What
 * a schema refuses is a typed answer to the asker and a dead letter, not a failure of the actor; what it transforms
 * arrives transformed.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { createSystem, defineActor, hasCode } from '../core/index.js';

const Order = z.object({
  item: z.string().min(1),
  count: z.int().positive().default(1),
  due: z.iso.date().transform((day) => new Date(`${day}T00:00:00Z`)),
});

const orders = defineActor(
  import.meta.url,
  'orders',
  (ctx) => {
    const placed: z.output<typeof Order>[] = [];
    return {
      place(order: z.output<typeof Order>) {
        placed.push(order);
        return { number: placed.length, year: order.due.getUTCFullYear(), count: order.count };
      },
      state: () => ({ placed: placed.length, restarts: ctx.restarts }),
    };
  },
  { accepts: { place: [Order] } },
);

const system = await createSystem({ threads: 1 });
const book = system.spawn(orders());

/** What came over the wire has no type: the schema gives it one. */
const fromOutside = (text: string): never => JSON.parse(text) as never;

const placed = await book.ask('place', fromOutside('{"item":"lamp","due":"2031-05-01"}'));
assert.deepEqual(placed, { number: 1, year: 2031, count: 1 });

await assert.rejects(book.ask('place', fromOutside('{"item":"","count":0.5}')), (error) => {
  assert.ok(hasCode(error, 'MESSAGE_REFUSED'));
  for (const path of ['args[0].item', 'args[0].count', 'args[0].due'])
    assert.ok(error.message.includes(path));
  return true;
});
assert.deepEqual(await book.ask('state'), { placed: 1, restarts: 0 });
assert.equal(system.stats().deadLetters, 1);
console.log(`order ${placed.number} placed, one refused`);
await system.stop();
