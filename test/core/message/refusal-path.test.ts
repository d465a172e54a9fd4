/** The path to what cannot cross, as error texts show it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnencodable, move } from '../../../core/message/codec.js';

class Account {}

const cyclic: Record<string, unknown> = {};
cyclic.self = [cyclic];

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};

const FOUND: readonly [unknown, string, string][] = [
  [[{ user: { onClick: function onClick() {} } }], 'args[0].user.onClick', 'function onClick'],
  [() => 1, 'args', 'function (anonymous)'],
  [[1, Symbol('s')], 'args[1]', 'Symbol(s)'],
  [{ 'a b': new Account() }, 'args["a b"]', 'an instance of Account'],
  [new Map([['k', new Account()]]), 'args.get("k")', 'an instance of Account'],
  [new Map([[new Account(), 1]]), 'args.keys(Account)', 'an instance of Account'],
  [new Set([1, new Account()]), 'args.values(1)', 'an instance of Account'],
  [cyclic, 'args.self[0]', 'a cycle back to what holds it'],
  [{ __keys__: 1 }, 'args.__keys__', 'the reserved key __keys__'],
  [JSON.parse('{"a":{"__proto__":1}}'), 'args.a.__proto__', 'the reserved key __proto__'],
  [
    {
      get broken(): never {
        throw new Error('no');
      },
    },
    'args.broken',
    'a property that throws when read: Error',
  ],
  [Promise.resolve(), 'args', 'an instance of Promise'],
];

for (const [value, path, what] of FOUND)
  test(`${what} is found at ${path}`, () => {
    assert.deepEqual(findUnencodable(value), { path, what });
  });

test('nesting beyond the limit is found without running out of stack', () => {
  const at = findUnencodable(deep(100_000));
  assert.equal(at?.what, 'data nested more than 500 deep');
  assert.equal(findUnencodable(deep(400)), undefined);
});

test('what can cross has no path, also when it stands in several places', () => {
  const twice = { a: 1 };
  const fine = [
    twice,
    [twice],
    new Error('x'),
    new Date(),
    /x/,
    Buffer.from('x'),
    new SharedArrayBuffer(1),
  ];
  assert.equal(
    findUnencodable([...fine, move(new Uint8Array(1)), Object.create(null), null, undefined, 1n]),
    undefined,
  );
});

test('the root of the path can be named', () => {
  assert.deepEqual(findUnencodable({ f() {} }, 'reply'), { path: 'reply.f', what: 'function f' });
});
