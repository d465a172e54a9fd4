/**
 * Replicas: several actors of one definition over the threads, used like one ref. A message goes to one of them by the
 * set's routing, to the owner of a key, or to all; a dead replica is replaced; a resize hands keys over in order.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { type ActorRef, createSystem, defineActor } from '../core/index.js';

type Ledger = ActorRef<{ booked(account: string, number: number): void }>;

const teller = defineActor(import.meta.url, 'teller', (ctx, ledger: Ledger) => {
  let served = 0;
  return {
    book(account: string, number: number) {
      served++;
      ledger.tell('booked', account, number);
    },
    served: () => served,
    where: () => ctx.thread,
    reset() {
      served = 0;
    },
  };
});

const book = defineActor(import.meta.url, 'book', () => {
  const accounts = new Map<string, number[]>();
  return {
    booked(account: string, number: number) {
      accounts.set(account, [...(accounts.get(account) ?? []), number]);
    },
    numbers: (account: string) => accounts.get(account) ?? [],
  };
});

const system = await createSystem({ threads: 2 });
const ledger = system.spawn(book(), { thread: 'main' });
const four = system.spawn(teller(ledger), { name: 'teller', replicas: 4, routing: 'round-robin' });
assert.deepEqual((await four.askAll('where')).sort(), [1, 1, 2, 2]);

// One of them, in turn.
for (let n = 0; n < 8; n++) await four.send('book', 'anybody', n);
assert.deepEqual(await four.askAll('served'), [2, 2, 2, 2]);

// All of them: packed once, and asked together.
assert.equal(four.broadcast('reset'), 4);
assert.deepEqual(await four.askQuorum(3, 'served'), [0, 0, 0]);

// The owner of a key is always the same one, and what is sent to it stays in order, through a resize too.
const accounts = Array.from({ length: 50 }, (_, index) => `account-${index}`);
const bookAll = (number: number): void => {
  for (const account of accounts)
    assert.equal(four.to(account).tell('book', account, number), 'accepted');
};
bookAll(1);
bookAll(2);
const resized = four.resize(6);
bookAll(3);
await resized;
bookAll(4);
assert.equal(
  (await four.askAll('served')).reduce((sum, n) => sum + n),
  200,
);
for (const account of accounts)
  assert.deepEqual(await ledger.ask('numbers', account), [1, 2, 3, 4]);

// One ends: the rest keep serving, and a fresh one takes its place.
const [first] = four.refs;
assert.ok(first !== undefined);
await system.stopActor(first);
assert.equal((await four.askAll('where')).length, 6);
assert.equal(four.at(0)?.equals(first), false);
console.log(`${four.size} tellers on threads ${(await four.askAll('where')).join(', ')}`);
await system.stop();
