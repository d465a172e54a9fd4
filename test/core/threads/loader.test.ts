/** Finding definitions that another thread has named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ActorDefinition, defineActor } from '../../../core/actor/definition.js';
import { CodedError } from '../../../core/errors.js';
import { LIMITS } from '../../../core/limits.js';
import { ManualClock } from '../../../core/testkit/manual-clock.js';
import { Loader } from '../../../core/threads/loader.js';
import { nextTurn } from '../../support/eventually.js';

type Found = ActorDefinition | CodedError;

/** A loader whose imports are settled by hand. */
function scene() {
  const clock = new ManualClock();
  const imports: { url: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  const loader = new Loader(clock, (url) => {
    return new Promise<void>((resolve, reject) => {
      imports.push({ url, resolve, reject });
    });
  });
  const find = (name: string, url = 'file:///module.js'): Found[] => {
    const found: Found[] = [];
    loader.find(name, url, (one) => found.push(one));
    return found;
  };
  return { clock, imports, find };
}

const define = (name: string, aliases: string[] = []) =>
  defineActor(import.meta.url, name, () => ({}), { aliases });
const codes = (found: readonly Found[]): string[] =>
  found.map((one) => (one instanceof CodedError ? one.code : one.name));

test('a definition that is there is found at once, by an alias too, and nothing is imported', () => {
  const { imports, find } = scene();
  define('loader-known', ['loader-known-before']);
  assert.deepEqual(codes(find('loader-known')), ['loader-known']);
  assert.deepEqual(codes(find('loader-known-before')), ['loader-known']);
  assert.equal(imports.length, 0);
});

test('it is found as soon as it registers, though the import never ends', () => {
  const { imports, find, clock } = scene();
  const found = find('loader-early');
  assert.deepEqual(codes(found), []);
  define('loader-early');
  assert.deepEqual(codes(found), ['loader-early']);
  assert.equal(imports.length, 1);
  assert.equal(clock.size, 0, 'no timer is left');
});

test('a module that does not define it is named, and only after a CommonJS module would have', async () => {
  const { imports, find, clock } = scene();
  const found = find('loader-absent');
  imports[0]?.resolve();
  await nextTurn();
  clock.advance(LIMITS.definitionMs - 1);
  assert.deepEqual(codes(found), []);
  clock.advance(1);
  assert.deepEqual(codes(found), ['ACTOR_DEFINITION_MISSING']);
  define('loader-absent');
  assert.equal(found.length, 1, 'it calls back once');
});

test('a module that cannot be imported is named with its cause, and tried anew next time', async () => {
  const { imports, find } = scene();
  const found = find('loader-broken');
  const cause = new SyntaxError('unexpected end');
  imports[0]?.reject(cause);
  await nextTurn();
  assert.deepEqual(codes(found), ['ACTOR_MODULE_FAILED']);
  assert.equal((found[0] as CodedError).cause, cause);
  find('loader-broken');
  assert.equal(imports.length, 2);
});

test('two that wait for one module share its import', () => {
  const { imports, find } = scene();
  const [one, two, other] = [
    find('loader-one'),
    find('loader-two'),
    find('loader-three', 'file:///other.js'),
  ];
  assert.deepEqual(
    imports.map(({ url }) => url),
    ['file:///module.js', 'file:///other.js'],
  );
  define('loader-two');
  assert.deepEqual([codes(one), codes(two), codes(other)], [[], ['loader-two'], []]);
});

test('an import that takes for ever is given up', () => {
  const { find, clock } = scene();
  const found = find('loader-slow');
  clock.advance(LIMITS.threadStartMs);
  assert.deepEqual(codes(found), ['ACTOR_DEFINITION_MISSING']);
});
