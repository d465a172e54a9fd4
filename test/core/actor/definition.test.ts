/** What an author writes, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DefinitionOptions,
  defineActor,
  findDefinition,
  whenDefined,
} from '../../../core/actor/definition.js';
import { LIMITS } from '../../../core/limits.js';

const empty = () => ({});

test('a definition called with start arguments is a recipe', () => {
  const made = defineActor(
    import.meta.url,
    'definition-made',
    (_ctx, start: number, label = 'x') => ({ all: () => [start, label] }),
  );
  const recipe = made(5);
  assert.deepEqual(recipe.args, [5]);
  assert.equal(recipe.definition, findDefinition('definition-made'));
  assert.equal(recipe.definition.url, import.meta.url);
});

test('a path, as CommonJS has it, becomes a URL', () => {
  const made = defineActor('/srv/an app/actors.cjs', 'definition-commonjs', empty);
  assert.equal(made().definition.url, 'file:///srv/an%20app/actors.cjs');
});

test('a name, or an alias, is defined once', () => {
  defineActor(import.meta.url, 'definition-once', empty, { aliases: ['definition-before'] });
  for (const name of ['definition-once', 'definition-before']) {
    assert.throws(() => defineActor(import.meta.url, name, empty), {
      code: 'ACTOR_DEFINITION_TAKEN',
    });
  }
  const other = { aliases: ['definition-once'] };
  assert.throws(() => defineActor(import.meta.url, 'definition-other', empty, other), {
    code: 'ACTOR_DEFINITION_TAKEN',
  });
  assert.equal(
    findDefinition('definition-other'),
    undefined,
    'nothing of a refused definition is kept',
  );
  assert.equal(findDefinition('definition-before'), findDefinition('definition-once'));
});

test('a name is 1 to so many characters without a slash', () => {
  for (const name of ['', 'a/b', 'x'.repeat(LIMITS.nameCharsMax + 1), 7 as unknown as string]) {
    assert.throws(() => defineActor(import.meta.url, name, empty), { code: 'ACTOR_NAME_INVALID' });
  }
});

test('options are checked, and every fault is named at once', () => {
  const options = {
    concurrency: 0,
    stashMax: -1,
    accepts: { add: [7] },
  } as unknown as DefinitionOptions<never>;
  assert.throws(
    () => defineActor(import.meta.url, 'definition-faulty', empty, options),
    (error: Error & { code?: string; details?: { faults: string[] } }) => {
      assert.equal(error.code, 'CONFIG_INVALID');
      assert.equal(error.details?.faults.length, 3);
      return /concurrency.*stashMax.*accepts\.add\[0\]/s.test(error.message);
    },
  );
  defineActor(import.meta.url, 'definition-wide', empty, { concurrency: Infinity, stashMax: 0 });
});

test('who waits for a name hears once, as soon as it is defined, or at once', () => {
  const heard: string[] = [];
  whenDefined('definition-later', ({ name }) => heard.push(name));
  const forget = whenDefined('definition-later', () => heard.push('forgotten'));
  forget();
  assert.equal(heard.length, 0);
  defineActor(import.meta.url, 'definition-later', empty);
  whenDefined('definition-later', ({ name }) => heard.push(`${name} again`));
  assert.deepEqual(heard, ['definition-later', 'definition-later again']);
});
