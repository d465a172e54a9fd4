/** MongoDB's extended JSON as plain JSON. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plainJson } from '../../../actors/control/cli/extended-json.js';
import type { LineFault } from '../../../actors/control/cli/imported-line.js';

function read(value: unknown): { plain: unknown; faults: LineFault[] } {
  const faults: LineFault[] = [];
  return { plain: plainJson(value, 'v', faults), faults };
}

function binary(...bytes: number[]): string {
  return Buffer.from(bytes).toString('base64');
}

const V6 = [0x20, 0x01, 0x0d, 0xb8, ...Array.from({ length: 11 }, () => 0), 1];

const UNDERSTOOD: readonly (readonly [form: string, value: unknown, plain: unknown])[] = [
  ['an ISO date', { $date: '2024-01-01T00:00:00.5Z' }, '2024-01-01T00:00:00.500Z'],
  ['an ISO date of another zone', { $date: '2024-01-01T01:00:00+0100' }, '2024-01-01T00:00:00Z'],
  ['a date in long ms', { $date: { $numberLong: '1704067200500' } }, '2024-01-01T00:00:00.500Z'],
  ['a date of few ms', { $date: { $numberLong: '5' } }, '1970-01-01T00:00:00.005Z'],
  ['a date in ms', { $date: -1 }, '1969-12-31T23:59:59.999Z'],
  ['an int', { $numberInt: '-5' }, -5],
  ['a long', { $numberLong: '9007199254740991' }, 9_007_199_254_740_991],
  ['a long beyond a double', { $numberLong: '-9223372036854775808' }, -9_223_372_036_854_775_808n],
  ['a double', { $numberDouble: '-1.5e-3' }, -0.0015],
  ['a whole double', { $numberDouble: '1.0' }, 1],
  ['a double that is none', { $numberDouble: 'NaN' }, 'NaN'],
  ['4 bytes', { $binary: { base64: binary(192, 0, 2, 10), subType: '80' } }, '192.0.2.10'],
  [
    '6 bytes',
    { $binary: { base64: binary(0, 1, 2, 0xa, 0xff, 5), subType: '81' } },
    '00:01:02:0a:ff:05',
  ],
  [
    '16 bytes',
    { $binary: { base64: binary(...V6), subType: '80' } },
    '2001:0db8:0000:0000:0000:0000:0000:0001',
  ],
  ['bytes of the first version', { $binary: binary(10, 0, 0, 1), $type: '80' }, '10.0.0.1'],
  [
    'what lies deeper',
    [{ a: [{ $numberInt: '1' }], b: { c: { $date: 0 } } }],
    [{ a: [1], b: { c: '1970-01-01T00:00:00Z' } }],
  ],
];

for (const [form, value, plain] of UNDERSTOOD) {
  test(`${form} is understood`, () => {
    assert.deepEqual(read(value), { plain, faults: [] });
  });
}

const REFUSED: readonly (readonly [form: string, value: unknown])[] = [
  ['another kind', { $oid: '507f1f77bcf86cd799439011' }],
  ['a kind named __proto__', JSON.parse('{"$__proto__": 1}')],
  ['a second kind beside the first', { $numberInt: '1', $numberLong: '1' }],
  ['a date that is none', { $date: 'yesterday' }],
  ['a Unix time as text', { $date: '1704067200' }],
  ['a date beyond the calendar', { $date: { $numberLong: '9223372036854775807' } }],
  ['a year above 9999', { $date: { $numberLong: '253402300800000' } }],
  ['a whole number with a fraction', { $numberInt: '1.5' }],
  ['an int that is no text', { $numberInt: 1 }],
  ['an empty double', { $numberDouble: '' }],
  ['5 bytes', { $binary: { base64: binary(1, 2, 3, 4, 5), subType: '00' } }],
  ['bytes that are no base64', { $binary: { base64: '!!!!', subType: '00' } }],
  ['null', { $binary: null }],
];

for (const [form, value] of REFUSED) {
  test(`${form} is a fault, with its place`, () => {
    const { plain, faults } = read({ a: [0, value] });
    assert.deepEqual(plain, { a: [0, undefined] });
    assert.deepEqual(
      faults.map(({ loc }) => loc),
      ['v.a.1'],
    );
    assert.match(faults[0]?.reason ?? '', /expected of extended JSON \$date, .*got \{/);
  });
}

test('JSON without extended JSON stays as it is, members named __proto__ included', () => {
  const ordinary = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"$'));
  fc.assert(
    fc.property(ordinary, (value) => {
      const { plain, faults } = read(value);
      assert.equal(JSON.stringify(plain), JSON.stringify(value));
      assert.deepEqual(faults, []);
    }),
  );
  const hostile: unknown = JSON.parse('{"__proto__": {"a": {"$numberInt": "1"}}}');
  assert.equal(JSON.stringify(read(hostile).plain), '{"__proto__":{"a":1}}');
});

test('a fault shows the beginning of what it got', () => {
  const [fault] = read({ $oid: 'x'.repeat(1_000_000) }).faults;
  assert.ok((fault?.reason.length ?? 0) < 250);
});
