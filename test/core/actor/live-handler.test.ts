/** Handlers as they are found and called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { ActorDefinition } from '../../../core/actor/definition.js';
import {
  handlerFault,
  isAsync,
  liveHandler,
  onlyWhile,
  SchemaRefusal,
} from '../../../core/actor/live-handler.js';
import { LIMITS } from '../../../core/limits.js';

const definition = (accepts: object): ActorDefinition =>
  ({
    url: '',
    name: 'x',
    behaviour: () => ({}),
    options: { accepts },
  }) as unknown as ActorDefinition;

test('a handler is found in the protocol, or in what is laid over it', () => {
  const handlers = { a: () => 'a', b: () => 'b' };
  const overlay = { b: () => 'over b', c: () => 'over c' };
  const called = (name: string): unknown => liveHandler(undefined, overlay, handlers, name)?.();
  assert.deepEqual(['a', 'b', 'c', 'd'].map(called), ['a', 'over b', 'over c', undefined]);
  assert.equal(liveHandler(undefined, undefined, undefined, 'a'), undefined);
});

test('no name finds what every object has', () => {
  for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
    assert.equal(liveHandler(undefined, {}, {}, name), undefined);
    assert.equal(liveHandler(definition({}), undefined, { a: () => 1 }, name), undefined);
  }
});

test('schemas give the handler what they made of the arguments, or refuse them with every fault', () => {
  const of = definition({ add: [z.coerce.number(), z.string()] });
  const add = liveHandler(
    of,
    undefined,
    { add: (n: number, label: string) => [n + 1, label] },
    'add',
  );
  assert.deepEqual(add?.('41', 'x'), [42, 'x']);
  assert.throws(
    () => add?.('no number', 7),
    (error: SchemaRefusal) => error instanceof SchemaRefusal && error.issues.length === 2,
  );
  const named = new SchemaRefusal(['args[0]: bad']).named('/shop', 'add');
  assert.equal(named.code, 'MESSAGE_REFUSED');
  assert.match(named.message, /"add" of \/shop.*args\[0\]: bad/);
});

test('a schema that is async makes the handler wait for it; an async handler stays one', async () => {
  const later = definition({ add: [z.number().refine(async (n) => n > 0)] });
  const add = liveHandler(later, undefined, { add: (n: number) => n + 1 }, 'add');
  assert.equal(await add?.(1), 2);
  await assert.rejects(Promise.resolve(add?.(-1)), SchemaRefusal);
  const slow = liveHandler(
    definition({ go: [z.number()] }),
    undefined,
    { go: async (n: number) => n },
    'go',
  );
  assert.equal(isAsync(slow), true);
  assert.equal(await slow?.(3), 3);
  await assert.rejects(Promise.resolve(slow?.('x')), SchemaRefusal);
});

test('a handler map is refused for what is no function, and for names that every object carries', () => {
  const code = (handlers: unknown): string | undefined => handlerFault(handlers)?.('/a').code;
  assert.equal(code({ a: () => 1 }), undefined);
  assert.equal(code({}), undefined);
  const refused = [
    undefined,
    7,
    null,
    { a: 1 },
    { then: () => 1 },
    { toJSON: () => 1 },
    { ['x'.repeat(LIMITS.nameCharsMax + 1)]: () => 1 },
  ];
  for (const handlers of refused) assert.equal(code(handlers), 'HANDLER_NAME_REFUSED');
});

test('async is known by what a function is, not by what it returns', () => {
  assert.deepEqual(
    [async () => {}, async function* () {}, () => Promise.resolve(), function* () {}, 7].map(
      isAsync,
    ),
    [true, true, false, false, false],
  );
});

test('a callback that holds only for a while does nothing afterwards, and stays async', async () => {
  let holds = true;
  const [now, later] = [
    onlyWhile(
      () => holds,
      () => 1,
    ),
    onlyWhile(
      () => holds,
      async () => 2,
    ),
  ];
  assert.deepEqual([now(), await later(), isAsync(now), isAsync(later)], [1, 2, false, true]);
  holds = false;
  assert.deepEqual([now(), await later()], [undefined, undefined]);
});
