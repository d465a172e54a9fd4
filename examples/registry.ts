/**
 * Finding actors by name. A name given at spawn is unique among its siblings; `ctx.register` makes one unique in the
 * whole system, from any thread. Both are free again when the actor has stopped.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, defineActor, refuse } from '../core/index.js';

const cache = defineActor(import.meta.url, 'cache', async (ctx) => {
  await ctx.register('cache'); // an async behaviour: messages wait until it has started
  const values = new Map<string, number>();
  return {
    put(key: string, value: number) {
      values.set(key, value);
    },
    get: (key: string) => values.get(key),
  };
});

const reader = defineActor(import.meta.url, 'reader', (ctx) => ({
  async read(key: string) {
    const found = await ctx.lookup<typeof cache>('cache');
    if (found === undefined) throw refuse('NO_CACHE');
    return found.ask('get', key);
  },
}));

const system = await createSystem({ threads: 2 });

// A reader on another thread finds the cache, and so does the program.
const nobody = system.spawn(reader(), { name: 'reader', thread: 2 });
await assert.rejects(nobody.ask('read', 'x'), { code: 'NO_CACHE' });
const store = system.spawn(cache(), { thread: 1 });
await system.started(store);
await store.send('put', 'x', 7);
assert.equal(await nobody.ask('read', 'x'), 7);
assert.ok(system.lookup('cache')?.equals(store));
assert.ok(system.lookup('reader')?.equals(nobody));

// A name is taken once.
assert.throws(() => system.spawn(reader(), { name: 'reader' }), { code: 'ACTOR_NAME_TAKEN' });

// It is free when whoever watches hears of the end.
await system.stopActor(store);
assert.equal(system.lookup('cache'), undefined);
const next = system.spawn(cache(), { thread: 2 });
await system.started(next);
assert.ok(system.lookup('cache')?.equals(next));
assert.equal(await nobody.ask('read', 'x'), undefined); // a new cache, and empty
console.log('found, taken, freed, found again');
await system.stop();
