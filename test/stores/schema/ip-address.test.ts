/**
 * Addresses against tables of what DP³ takes, and against a naive model: random groups written in every legal way.
 */
import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseIpv4, parseIpv6 } from '../../../stores/schema/ip-address.js';

const group = fc.oneof(
  { arbitrary: fc.constant(0), weight: 2 },
  fc.integer({ min: 0, max: 0xffff }),
);
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

describe('an IPv4 address', () => {
  const taken: [unknown, string][] = [
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['192.0.2.10', '192.0.2.10'],
    [0, '0.0.0.0'],
    [3_232_235_777, '192.168.1.1'],
    [2 ** 32 - 1, '255.255.255.255'],
    [true, '0.0.0.1'],
    [false, '0.0.0.0'],
    [new Uint8Array([10, 1, 2, 3]), '10.1.2.3'],
  ];
  for (const [input, text] of taken) {
    it(`is read from ${JSON.stringify(input)}`, () => assert.equal(parseIpv4(input), text));
  }

  const refused = [
    '127.1',
    '1.2.3.4/24',
    '::1',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.00',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4\n',
    '1.2.3.٤',
    '3232235777',
    '',
    -1,
    1.5,
    2 ** 32,
    Number.NaN,
    5n,
    null,
    undefined,
    {},
    [1, 2, 3, 4],
    new Uint8Array([1, 2, 3]),
  ];
  for (const input of refused) {
    it(`is not read from ${typeof input} ${String(input)}`, () =>
      assert.equal(parseIpv4(input), undefined));
  }

  it('is the same whether it came as text or as a number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (bits) => {
        const text = [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
        assert.equal(parseIpv4(bits), text);
        assert.equal(parseIpv4(text), text);
      }),
    );
  });

  it('is what node takes for one, on texts that look like it', () => {
    const look = fc.string({ unit: fc.constantFrom(...'0123456789.'), maxLength: 16 });
    fc.assert(
      fc.property(look, (text) => assert.equal(parseIpv4(text) === text, isIPv4(text))),
      { numRuns: 2_000 },
    );
  });
});

describe('an IPv6 address', () => {
  const taken: [unknown, string][] = [
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['1:2:3:4:5:6:7.8.9.10', '1:2:3:4:5:6:708:90a'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['FE80::1%Eth0', 'fe80::1%Eth0'],
    [1, '::1'],
    [0, '::'],
    [true, '::1'],
    [(1n << 128n) - 1n, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    [0x20010db8000000000000000000000001n, '2001:db8::1'],
    [new Uint8Array(16), '::'],
  ];
  for (const [input, text] of taken) {
    it(`is read from ${String(input)}`, () => assert.equal(parseIpv6(input), text));
  }

  const refused = [
    '1.2.3.4',
    '[::1]',
    '2001:db8::/32',
    ':::',
    '1::2::3',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    ' ::1',
    '::1 ',
    '::1.2.3',
    '::1.2.3.04',
    '1.2.3.4::',
    '::1.2.3.4:5',
    'fe80::1%',
    'fe80::1%a%b',
    'fe80::1%\ud800',
    '',
    -1,
    1.5,
    2 ** 60,
    1n << 128n,
    -1n,
    null,
    {},
    new Uint8Array(4),
  ];
  for (const input of refused) {
    it(`is not read from ${typeof input} ${JSON.stringify(String(input))}`, () =>
      assert.equal(parseIpv6(input), undefined));
  }

  it('has one canonical text for all its spellings', () => {
    fc.assert(
      fc.property(groups, fc.nat(8), fc.nat(8), fc.boolean(), (parts, from, to, isUpper) => {
        const canonical = naiveText(parts);
        assert.equal(parseIpv6(spelling(parts, from, to, isUpper)), canonical);
        assert.equal(parseIpv6(canonical), canonical);
        const bits = parts.reduce((sum, one) => sum * 65_536n + BigInt(one), 0n);
        assert.equal(parseIpv6(bits), canonical);
        assert.ok(isIPv6(canonical));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what node takes for one, on texts that look like it', () => {
    const look = fc.array(fc.constantFrom('0', '1', 'ffff', ':', '::', '1.2.3.4', 'abcde', '.'), {
      maxLength: 17,
    });
    fc.assert(
      fc.property(look, (parts) => {
        const text = parts.join('');
        assert.equal(parseIpv6(text) !== undefined, isIPv6(text), text);
      }),
      { numRuns: 3_000 },
    );
  });
});

/** All groups written out, one run of zeros of it left out if there is one between `from` and `to`. */
function spelling(parts: readonly number[], from: number, to: number, isUpper: boolean): string {
  const texts = parts.map((one, index) => one.toString(16).padStart(index % 5, '0'));
  const run = parts.slice(from, to);
  const text =
    run.length > 0 && run.every((one) => one === 0)
      ? `${texts.slice(0, from).join(':')}::${texts.slice(to).join(':')}`
      : texts.join(':');
  return isUpper ? text.toUpperCase() : text;
}

/** The longest run of zeros, found by looking at every run there is. */
function naiveText(parts: readonly number[]): string {
  const texts = parts.map((one) => one.toString(16));
  for (let length = 8; length >= 2; length--) {
    for (let from = 0; from + length <= 8; from++) {
      if (!parts.slice(from, from + length).every((one) => one === 0)) continue;
      return `${texts.slice(0, from).join(':')}::${texts.slice(from + length).join(':')}`;
    }
  }
  return texts.join(':');
}
