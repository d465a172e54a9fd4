/** Names that are unique in the whole system. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ref } from '../../../core/actor/ref.js';
import { Registry } from '../../../core/system/registry.js';

/** A registry, and which actors of it live. Refs need no host until they send. */
function scene() {
  const ended = new Set<string>();
  const registry = new Registry((slot, generation) => !ended.has(`${slot}.${generation}`));
  const ref = (slot: number, generation = 1) =>
    new Ref(undefined as never, slot, generation, 1, undefined, `/${slot}.${generation}`);
  return { registry, ended, ref };
}

test('a name finds its actor, and an unknown name nobody', () => {
  const { registry, ref } = scene();
  const one = ref(1);
  registry.register('postman', one);
  assert.equal(registry.lookup('postman'), one);
  assert.equal(registry.lookup('toString'), undefined);
});

test('a name is taken by one actor, which may register it again and have others beside', () => {
  const { registry, ref } = scene();
  registry.register('a', ref(1));
  registry.register('a', ref(1));
  registry.register('b', ref(1));
  assert.throws(() => registry.register('a', ref(2)), { code: 'ACTOR_NAME_TAKEN' });
  assert.throws(() => registry.register('a', ref(1, 2)), { code: 'ACTOR_NAME_TAKEN' });
});

test('an actor that has ended frees all its names, and only its own', () => {
  const { registry, ref } = scene();
  for (const name of ['a', 'b']) registry.register(name, ref(1));
  registry.register('c', ref(2));
  registry.released(1, 1);
  registry.released(1, 1);
  registry.released(9, 9);
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => registry.lookup(name) !== undefined),
    [false, false, true],
  );
});

test('the end of an earlier tenant of a slot frees no name of the next one', () => {
  const { registry, ref } = scene();
  registry.register('a', ref(1, 2));
  registry.released(1, 1);
  assert.ok(registry.lookup('a')?.equals(ref(1, 2)));
});

test('a name is free as soon as its actor has stopped, before anybody has said so', () => {
  const { registry, ended, ref } = scene();
  registry.register('a', ref(1));
  registry.register('b', ref(1));
  ended.add('1.1');
  assert.equal(registry.lookup('a'), undefined);
  registry.register('b', ref(2));
  assert.ok(registry.lookup('b')?.equals(ref(2)));
  registry.released(1, 1);
  assert.ok(registry.lookup('b')?.equals(ref(2)));
});
