/**
 * A group is a set of actors, on any threads, that take the same messages. Members join and leave by themselves and
 * are gone when they stop; publishing tells each of them and asks nobody. The group's key carries the types.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { type ActorRef, createSystem, type Deferred, defineActor, group } from '../core/index.js';

const prices = group<{ price(symbol: string, cents: number): void }>('prices');

const exchange = defineActor(import.meta.url, 'exchange', (ctx) => {
  let traders = 0;
  const waiting: { readonly count: number; readonly reply: Deferred<number> }[] = [];
  const look = (): void => {
    for (const { count, reply } of waiting) if (traders === count) reply.resolve(count);
  };
  return {
    /** A trader says that it has joined: its thread told this one of that before, in the same channel. */
    opened() {
      traders++;
      look();
    },
    until(count: number) {
      const reply = ctx.defer<number>();
      waiting.push({ count, reply });
      look();
      return reply;
    },
    /** Answers how many mailboxes took it. */
    quote: (symbol: string, cents: number) => ctx.publish(prices, 'price', symbol, cents),
  };
});

const trader = defineActor(import.meta.url, 'trader', (ctx, at: ActorRef<{ opened(): void }>) => {
  const book = new Map<string, number>();
  ctx.join(prices);
  at.tell('opened');
  return {
    price(symbol: string, cents: number) {
      book.set(symbol, cents);
    },
    worth: (symbol: string) => book.get(symbol),
    pause: () => ctx.leave(prices),
  };
});

const system = await createSystem({ threads: 2 });
const market = system.spawn(exchange(), { thread: 'main' });
const traders = [1, 2, 2].map((thread) => system.spawn(trader(market), { thread }));
await market.ask('until', 3);

assert.equal(await market.ask('quote', 'ACME', 1250), 3);
assert.deepEqual(
  await Promise.all(traders.map((one) => one.ask('worth', 'ACME'))),
  [1250, 1250, 1250],
);

// One leaves, one stops: the third hears the next price.
const [first, second, third] = traders;
assert.ok(first !== undefined && second !== undefined && third !== undefined);
await first.ask('pause');
await system.stopActor(second);
assert.equal(await market.ask('quote', 'ACME', 1300), 1);
assert.equal(await third.ask('worth', 'ACME'), 1300);
assert.equal(await first.ask('worth', 'ACME'), 1250);
console.log('three heard the first price, one the second');
await system.stop();
