/** Who watches whom on one thread: one notice for each watch, whatever order news come in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeathWatch, type Watcher } from '../../../core/actor/death-watch.js';
import { Ref } from '../../../core/actor/ref.js';

function scene() {
  const watches = new DeathWatch();
  const heard: string[] = [];
  const ref = (slot: number, generation = 1, thread = 2) =>
    new Ref(undefined as never, slot, generation, thread, undefined, `/${slot}.${generation}`);
  const watcher = (): Watcher => ({ notice: (fn) => void fn() });
  const note =
    (label: string) =>
    ({ ref: of, reason }: { ref: { path: string }; reason: string }) => {
      heard.push(`${label} ${of.path} ${reason}`);
    };
  return { watches, heard, ref, watcher, note };
}

test('each watcher hears once, and only the first of them has to ask the actors thread', () => {
  const { watches, heard, ref, watcher, note } = scene();
  assert.equal(watches.add(watcher(), ref(1), note('a')), true);
  assert.equal(watches.add(watcher(), ref(1), note('b')), false);
  watches.ended(1, 1, 'stopped');
  watches.ended(1, 1, 'stopped');
  assert.deepEqual(heard, ['a /1.1 stopped', 'b /1.1 stopped']);
  assert.equal(watches.add(watcher(), ref(1), note('c')), true);
});

test('a watch that is set again replaces the callback and is still one', () => {
  const { watches, heard, ref, watcher, note } = scene();
  const one = watcher();
  watches.add(one, ref(1), note('first'));
  watches.add(one, ref(1), note('second'));
  watches.ended(1, 1, 'failed');
  assert.deepEqual(heard, ['second /1.1 failed']);
});

test('the last to unwatch has to say so to the actors thread', () => {
  const { watches, heard, ref, watcher, note } = scene();
  const [one, two] = [watcher(), watcher()];
  watches.add(one, ref(1), note('a'));
  watches.add(two, ref(1), note('b'));
  assert.equal(watches.remove(one, ref(1)), false);
  assert.equal(watches.remove(one, ref(1)), false);
  assert.equal(watches.remove(two, ref(1)), true);
  assert.equal(watches.remove(two, ref(1)), false);
  watches.ended(1, 1, 'stopped');
  assert.deepEqual(heard, []);
});

test('the end of an earlier tenant of a slot may come after a watch of the next, and reaches its own watchers', () => {
  const { watches, heard, ref, watcher, note } = scene();
  const one = watcher();
  watches.add(one, ref(1, 1), note('old'));
  assert.equal(watches.add(one, ref(1, 2), note('new')), true);
  watches.ended(1, 1, 'stopped');
  assert.deepEqual(heard, ['old /1.1 stopped']);
  watches.ended(1, 2, 'killed');
  assert.deepEqual(heard, ['old /1.1 stopped', 'new /1.2 killed']);
});

test('a watcher that ends leaves its watches; those it was alone in are to be told', () => {
  const { watches, heard, ref, watcher, note } = scene();
  const [one, two] = [watcher(), watcher()];
  for (const slot of [1, 2, 3]) watches.add(one, ref(slot), note('one'));
  watches.add(two, ref(2), note('two'));
  assert.deepEqual(
    watches.removeAll(one).map(({ slot }) => slot),
    [1, 3],
  );
  assert.deepEqual(watches.removeAll(one), []);
  for (const slot of [1, 2, 3]) watches.ended(slot, 1, 'stopped');
  assert.deepEqual(heard, ['two /2.1 stopped']);
});

test('the watched of one thread are known, for when it dies', () => {
  const { watches, ref, watcher, note } = scene();
  for (const [slot, thread] of [
    [1, 2],
    [2, 3],
    [3, 2],
  ] as const)
    watches.add(watcher(), ref(slot, 1, thread), note('x'));
  assert.deepEqual(
    watches.on(2).map(({ slot }) => slot),
    [1, 3],
  );
  assert.deepEqual(watches.on(9), []);
});

test('an unwatch withdraws a notice that is queued and not yet delivered', () => {
  const { watches, heard, ref, note } = scene();
  const queued: (() => unknown)[] = [];
  const one: Watcher = { notice: (fn) => queued.push(fn) };
  watches.add(one, ref(1), note('first'));
  watches.add(one, ref(2), note('second'));
  watches.ended(1, 1, 'stopped');
  watches.ended(2, 1, 'stopped');
  watches.remove(one, ref(1));
  for (const deliver of queued.splice(0)) deliver();
  assert.deepEqual(heard, ['second /2.1 stopped']);
  watches.add(one, ref(1), note('again'));
  watches.ended(1, 1, 'gone');
  for (const deliver of queued.splice(0)) deliver();
  assert.deepEqual(heard, ['second /2.1 stopped', 'again /1.1 gone']);
});
