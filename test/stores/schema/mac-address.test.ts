/** MAC addresses: what is taken, and that each has one text. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseMac } from '../../../stores/schema/mac-address.js';

describe('a MAC address', () => {
  const taken: [unknown, string][] = [
    ['aa:bb:cc:dd:ee:ff', 'aa:bb:cc:dd:ee:ff'],
    ['AA:BB:CC:DD:EE:FF', 'aa:bb:cc:dd:ee:ff'],
    ['Aa-bB-0c-d0-11-22', 'aa:bb:0c:d0:11:22'],
    [new Uint8Array([1, 2, 3, 0xff, 0, 16]), '01:02:03:ff:00:10'],
  ];
  for (const [input, text] of taken) {
    it(`is read from ${String(input)}`, () => assert.equal(parseMac(input), text));
  }

  const refused = [
    'aabbccddeeff',
    'aabb.ccdd.eeff',
    'aa:bb:cc:dd:ee',
    'aa:bb:cc:dd:ee:ff:00',
    'aa:bb-cc:dd:ee:ff',
    ' 1: 2: 3: 4: 5: 6',
    '+1:+2:+3:+4:+5:+6',
    'aa:bb:cc:dd:ee:fg',
    'a:bb:cc:dd:ee:fff',
    'aa.bb.cc.dd.ee.ff',
    'aa:bb:cc:dd:ee:f:',
    187_723_572_702_975,
    null,
    undefined,
    {},
    new Uint8Array(5),
  ];
  for (const input of refused) {
    it(`is not read from ${typeof input} ${JSON.stringify(String(input))}`, () =>
      assert.equal(parseMac(input), undefined));
  }

  it('is the same in either case and with either separator', () => {
    const bytes = fc.uint8Array({ minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(':', '-'), fc.boolean(), (raw, separator, isUpper) => {
        const pairs = Array.from(raw, (one) => one.toString(16).padStart(2, '0'));
        const text = pairs.join(separator);
        assert.equal(parseMac(isUpper ? text.toUpperCase() : text), pairs.join(':'));
        assert.equal(parseMac(raw), pairs.join(':'));
      }),
    );
  });
});
