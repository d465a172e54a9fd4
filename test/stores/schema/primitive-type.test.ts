/**
 * The primitive types by tables: what each stores for an input, or the kinds of what is wrong with it. The rows are
 * DP³'s, those where it loses data after saying yes excepted: they are refused, or kept.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printJson } from '../../../stores/schema/json-body.js';
import { primitiveNames } from '../../../stores/schema/primitive-type.js';
import { type refusal, stored, typeOf } from '../../support/parsing.js';

const INT64_MAX = 2n ** 63n - 1n;
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

/** Type -> [input, stored]. */
const TAKEN: Readonly<Record<string, readonly [unknown, unknown][]>> = {
  tag: [
    [true, true],
    [false, false],
    [1, true],
    [0, false],
    ['yes', true],
  ],
  binary: [
    [true, true],
    [1, true],
    [0, false],
    ...['true', 'TRUE', 't', 'yes', 'Y', 'on', '1'].map((text): [unknown, unknown] => [text, true]),
    ...['false', 'F', 'no', 'n', 'OFF', '0'].map((text): [unknown, unknown] => [text, false]),
  ],
  string: [
    ['', ''],
    ['a', 'a'],
    ['\u0000', '\u0000'],
    ['žluť 🐎', 'žluť 🐎'],
  ],
  int: [
    [5, 5],
    [-0, 0],
    [123.0, 123],
    ['123', 123],
    ['  12 ', 12],
    ['1_000', 1_000],
    ['+5', 5],
    ['-5', -5],
    ['1.0', 1],
    ['-0', 0],
    [`${'0'.repeat(100)}7`, 7],
    [true, 1],
    [false, 0],
    [5n, 5],
    [2 ** 53 - 1, 2 ** 53 - 1],
    ['-9007199254740991', -(2 ** 53 - 1)],
  ],
  int64: [
    [5, 5n],
    ['12', 12n],
    [true, 1n],
    [1e18, 10n ** 18n],
    [INT64_MAX, INT64_MAX],
    [-INT64_MAX - 1n, -INT64_MAX - 1n],
    ['9223372036854775807', INT64_MAX],
  ],
  float: [
    [1.5, 1.5],
    [-0, 0],
    [7n, 7],
    [2n ** 64n, 2 ** 64],
    ['1e5', 100_000],
    ['1_0.5', 10.5],
    [' .5 ', 0.5],
    ['5.', 5],
    ['-1E-3', -0.001],
    [true, 1],
    [false, 0],
  ],
  ipv4: [
    ['192.0.2.10', '192.0.2.10'],
    [1, '0.0.0.1'],
    [true, '0.0.0.1'],
  ],
  ipv6: [
    ['2001:DB8::1', '2001:db8::1'],
    [1n << 64n, '0:0:0:1::'],
  ],
  mac: [['AA-BB-CC-DD-EE-FF', 'aa:bb:cc:dd:ee:ff']],
  time: [
    ['2024-01-01T00:00:00+01:00', Date.UTC(2023, 11, 31, 23)],
    ['2024-01-01T00:00:00', Date.UTC(2024, 0, 1)],
    [1_700_000_000, 1_700_000_000_000],
    ['20200101', 20_200_101_000],
  ],
  special: [
    [null, null],
    ['{"a":1}', '{"a":1}'],
    [5, 5],
    [{ a: [null] }, { a: [null] }],
  ],
  json: [
    [{ a: 1 }, { a: 1 }],
    [[], []],
    ['{"a":1}', { a: 1 }],
    ['1', 1],
    ['"x"', 'x'],
    ['null', null],
    ['true', true],
    ['9223372036854775807', INT64_MAX],
    [
      { toString: 1, constructor: null },
      { toString: 1, constructor: null },
    ],
    [deep(32), deep(32)],
  ],
};

/** Type -> [input, kind of the fault]. */
const REFUSED: Readonly<Record<string, readonly [unknown, string][]>> = {
  binary: [
    [2, 'bool_parsing'],
    [0.5, 'bool_type'],
    [null, 'bool_type'],
    [' true', 'bool_parsing'],
    ['maybe', 'bool_parsing'],
    ['x'.repeat(1e6), 'bool_parsing'],
    [[], 'bool_type'],
  ],
  string: [
    [5, 'string_type'],
    [true, 'string_type'],
    [null, 'string_type'],
    [['a'], 'string_type'],
    ['\ud800', 'string_unicode'],
  ],
  int: [
    [1.5, 'int_from_float'],
    ['1.5', 'int_parsing'],
    ['0x10', 'int_parsing'],
    ['', 'int_parsing'],
    ['1__0', 'int_parsing'],
    ['_1', 'int_parsing'],
    ['1e3', 'int_parsing'],
    ['one', 'int_parsing'],
    ['٣', 'int_parsing'],
    [null, 'int_type'],
    [{}, 'int_type'],
    [2 ** 53, 'less_than_equal'],
    [-(2 ** 53), 'greater_than_equal'],
    ['9007199254740992', 'less_than_equal'],
    [1e300, 'less_than_equal'],
    [2n ** 70n, 'less_than_equal'],
    [Number.NaN, 'finite_number'],
    [Number.POSITIVE_INFINITY, 'finite_number'],
    ['9'.repeat(5_000), 'int_parsing_size'],
    ['9'.repeat(10_000_000), 'int_parsing_size'],
  ],
  int64: [
    [INT64_MAX + 1n, 'less_than_equal'],
    [-INT64_MAX - 2n, 'greater_than_equal'],
    ['9223372036854775808', 'less_than_equal'],
    [0.5, 'int_from_float'],
  ],
  float: [
    [null, 'float_type'],
    ['abc', 'float_parsing'],
    ['', 'float_parsing'],
    ['.', 'float_parsing'],
    ['1e', 'float_parsing'],
    ['0x10', 'float_parsing'],
    [`${'1'.repeat(4_000)}x`, 'float_parsing'],
    [Number.NaN, 'finite_number'],
    [Number.NEGATIVE_INFINITY, 'finite_number'],
    ['NaN', 'finite_number'],
    ['-inf', 'finite_number'],
    ['Infinity', 'finite_number'],
    ['1e400', 'finite_number'],
    [10n ** 400n, 'finite_number'],
  ],
  ipv4: [
    ['127.1', 'ip_v4_address'],
    [-1, 'ip_v4_address'],
    [1.5, 'ip_v4_address'],
  ],
  ipv6: [['[::1]', 'ip_v6_address']],
  mac: [[' 1: 2: 3: 4: 5: 6', 'value_error']],
  time: [
    [true, 'datetime_type'],
    [null, 'datetime_type'],
    ['24:00:00', 'datetime_from_date_parsing'],
    ['1e9', 'datetime_from_date_parsing'],
    [1e18, 'datetime_parsing'],
    [10n ** 30n, 'datetime_parsing'],
  ],
  special: [
    [Number.NaN, 'finite_number'],
    [{ a: [Number.POSITIVE_INFINITY] }, 'finite_number'],
    [INT64_MAX + 1n, 'value_error'],
    [deep(33), 'value_error'],
    [() => 1, 'value_error'],
    [new Map(), 'value_error'],
    [{ a: undefined }, 'value_error'],
    // biome-ignore lint/suspicious/noSparseArray: a hook in JavaScript may return one
    [[, 1], 'value_error'],
    ['\udc00', 'string_unicode'],
  ],
  json: [
    [5, 'json_type'],
    [true, 'json_type'],
    [null, 'json_type'],
    ['nope', 'json_invalid'],
    ['', 'json_invalid'],
    ['NaN', 'json_invalid'],
    ['[1e400]', 'finite_number'],
    ['9223372036854775808', 'value_error'],
    ['9'.repeat(5_000), 'json_invalid'],
    ['['.repeat(1e6), 'json_invalid'],
    ['"\\ud800"', 'string_unicode'],
    [JSON.parse('{"__proto__":1}'), 'value_error'],
    [{ '\ud800': 1 }, 'value_error'],
    [deep(33), 'value_error'],
  ],
};

for (const [name, rows] of Object.entries(TAKEN)) {
  describe(`type ${name}`, () => {
    for (const [input, value] of rows) {
      it(`stores ${show(value)} for ${show(input)}`, () =>
        assert.deepEqual(stored(name, input), value));
    }
    for (const [input, kind] of REFUSED[name] ?? []) {
      it(`refuses ${show(input)} as ${kind}`, () => assert.equal(stored(name, input), `✗ ${kind}`));
    }
  });
}

describe('a primitive type', () => {
  it('has each a table here', () => {
    assert.deepEqual(Object.keys(TAKEN).sort(), [...primitiveNames()].sort());
  });

  it('never throws, and answers a value or faults, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...primitiveNames()),
        fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }),
        (name, input) => void stored(name, input),
      ),
      { numRuns: 2_000 },
    );
  });

  it('prints what it reads back as the same value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...primitiveNames()), fc.jsonValue(), (name, input) => {
        const type = typeOf(name);
        const value = type.parse(input, [], []);
        // A text that json stores came from JSON text, and would be read as such again.
        if (value === undefined || (name === 'json' && typeof value !== 'object')) return;
        const printed = type.toJson(value);
        if (type.isPrintedAsStored) assert.equal(printed, value);
        assert.deepEqual(stored(name, printed), value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives equal values one key and different values different ones', () => {
    const same = (a: unknown, b: unknown): boolean =>
      JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
        const { keyOf } = typeOf('special');
        assert.equal(keyOf(a) === keyOf(b), same(a, b));
        assert.equal(keyOf(a), keyOf(structuredClone(a)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of JSON has keys for texts that no other value has', () => {
    const { keyOf } = typeOf('special');
    const values = [
      1,
      '1',
      true,
      'true',
      null,
      'null',
      '{"a":1}',
      { a: 1 },
      [1],
      '[1]',
      '"1',
      2n ** 60n,
    ];
    assert.equal(new Set(values.map(keyOf)).size, values.length);
    assert.equal(keyOf(5n), keyOf(5));
    assert.equal(keyOf(-0), 0);
    assert.equal(keyOf({ a: 5n }), keyOf({ a: 5 }));
    assert.equal(keyOf({ a: 1, b: 2 }), keyOf({ b: 2, a: 1 }));
  });

  it('of integers of 64 bits prints digits, as a number where that is exact', () => {
    const type = typeOf('int64');
    assert.equal(type.toJson(5n), 5);
    assert.equal(printJson(type.toJson(INT64_MAX)), '9223372036854775807');
    assert.equal(type.keyOf(5n), 5);
    assert.equal(type.keyOf(INT64_MAX), '9223372036854775807');
  });

  it('of time prints UTC', () => {
    assert.equal(typeOf('time').toJson(1_700_000_000_123), '2023-11-14T22:13:20.123Z');
  });
});

describe('a fault', () => {
  it('is told with text, kind, place and input', () => {
    const faults: Parameters<typeof refusal>[0][number][] = [];
    typeOf('int').parse('abc', ['body', 3, 'v'], faults);
    assert.deepEqual(faults, [
      {
        type: 'int_parsing',
        loc: ['body', 3, 'v'],
        msg: 'Input should be a valid integer, unable to parse string as an integer',
        input: 'abc',
      },
    ]);
  });
});

function show(value: unknown): string {
  const text =
    typeof value === 'function' || typeof value === 'number' || typeof value === 'bigint'
      ? `${typeof value} ${String(value)}`
      : printJson(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The value with the keys of its objects in order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, one]) => ({ key, one: sorted(one) })).concat({ key: '{}', one: 0 });
}
