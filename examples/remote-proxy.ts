/**
 * An actor as an object of async methods. `remote()` gives the whole protocol as a proxy, typed like the handlers;
 * options of an ask are bound before. Good for handing an actor to code that knows nothing of actors.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, defineActor, type ProtocolOf, type Remote, refuse } from '../core/index.js';

const inventory = defineActor(import.meta.url, 'inventory', (ctx) => {
  const stock = new Map<string, number>();
  return {
    add(item: string, count = 1) {
      stock.set(item, (stock.get(item) ?? 0) + count);
      return stock.get(item);
    },
    take(item: string) {
      const count = stock.get(item) ?? 0;
      if (count === 0) throw refuse('SOLD_OUT', item);
      stock.set(item, count - 1);
    },
    async total() {
      return [...stock.values()].reduce((sum, count) => sum + count, 0);
    },
    restock: () => ctx.defer<void>(),
  };
});

/** Any object of that shape will do: a test may give a plain one. */
async function sell(
  store: Pick<Remote<ProtocolOf<typeof inventory>>, 'take' | 'total'>,
  item: string,
): Promise<number> {
  await store.take(item);
  return store.total();
}

const system = await createSystem({ threads: 1 });
const shelf = system.spawn(inventory());
const store = shelf.remote();

assert.equal(await store.add('book'), 1);
assert.equal(await store.add('book', 2), 3);
assert.equal(await sell(store, 'book'), 2);
await assert.rejects(sell(store, 'lamp'), { code: 'SOLD_OUT' });
await assert.rejects(shelf.with({ deadlineMs: 20 }).remote().restock(), { code: 'ASK_TIMEOUT' });
assert.equal(await store, store); // not a promise: awaiting the proxy is harmless
console.log(`${await store.total()} left`);
await system.stop();
