/** Bodies: what the engine's parser says, except that integers keep all their digits and size is bounded first. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CodedError } from '../../../core/index.js';
import { parseJsonBody, printJson } from '../../../stores/schema/json-body.js';

const LIMITS = { bytesMax: 1_000_000, depthMax: 8, nodesMax: 1_000 };
const parse = (text: string | Uint8Array): unknown => parseJsonBody(text, LIMITS);

describe('a body', () => {
  const exact: [string, unknown][] = [
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['9007199254740991', 9_007_199_254_740_991],
    ['1234567890123456', 1_234_567_890_123_456],
    ['[12345678901234567890]', [12_345_678_901_234_567_890n]],
    ['{"a":{"b":[1,-12345678901234567890 ]}}', { a: { b: [1, -12_345_678_901_234_567_890n] } }],
    ['0.12345678901234567890', 0.123_456_789_012_345_68],
    ['12345678901234567890.5', 12_345_678_901_234_567_000],
    ['12345678901234567890e1', 123_456_789_012_345_680_000],
    ['1e-00000000000000000001', 0.1],
    ['["12345678901234567890"]', ['12345678901234567890']],
    [
      '["\\u00001234567890123456789",12345678901234567890]',
      ['\u00001234567890123456789', 12_345_678_901_234_567_890n],
    ],
    [
      '{"a":1,"a":12345678901234567890,"b":"\\u0000"}',
      { a: 12_345_678_901_234_567_890n, b: '\u0000' },
    ],
    ['[1e400]', [Number.POSITIVE_INFINITY]],
    [' [ ] ', []],
    ['\ufeff[1]', [1]],
    ['\ufeff["é"]', ['é']],
    ['"\\\\"', '\\'],
    ['["\\"]","["]', ['"]', '[']],
  ];
  for (const [text, value] of exact) {
    it(`${JSON.stringify(text)} is read exactly`, () => {
      assert.deepEqual(parse(text), value);
      assert.deepEqual(parse(new TextEncoder().encode(text)), value);
    });
  }

  it('may have members of any name, which are only members', () => {
    const text = '{"__proto__":12345678901234567890,"constructor":{"prototype":1}}';
    const value = parse(text) as object;
    assert.deepEqual(Object.entries(value)[0], ['__proto__', 12_345_678_901_234_567_890n]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(({} as { prototype?: unknown }).prototype, undefined);
  });

  const broken = [
    '',
    ' ',
    '{',
    '[1,]',
    '[1 2]',
    "{'a':1}",
    'NaN',
    '[Infinity]',
    '-',
    '01',
    '012345678901234567890',
    '1-12345678901234567890',
    '--12345678901234567890',
    '12345678901234567890 1',
    '{12345678901234567890:1}',
    '{12345678901234567890 : 1}',
    '["a"12345678901234567890]',
    '[12345678901234567890"a"]',
    'x12345678901234567890',
    '["\\u0000",012345678901234567890]',
    '["\\u0000",12345678901234567890',
    '"a\nb"',
    '"\\x"',
    '"open',
    '[]]',
  ];
  for (const text of broken) {
    it(`${JSON.stringify(text)} is no JSON`, () => assert.equal(reasonOf(text), 'syntax'));
  }

  const bounded: [string, string | Uint8Array, string][] = [
    ['larger than allowed', `"${'x'.repeat(1_000_000)}"`, 'bytes'],
    ['of wide characters, larger than allowed in bytes', `"${'ž'.repeat(600_000)}"`, 'bytes'],
    ['nested too deep', '['.repeat(9) + ']'.repeat(9), 'depth'],
    ['nested a hundred thousand deep', '['.repeat(100_000), 'depth'],
    ['nested deep with objects', '{"a":'.repeat(9), 'depth'],
    ['of too many objects', `[${'{},'.repeat(1_000)}{}]`, 'nodes'],
    ['of too many members', `{${'"a":1,'.repeat(1_000)}"a":1}`, 'nodes'],
    ['with an integer of very many digits', '9'.repeat(4_301), 'digits'],
    ['of bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'encoding'],
    ['in UTF-16', new Uint8Array(Buffer.from('[1]', 'utf16le')), 'syntax'],
  ];
  for (const [what, body, reason] of bounded) {
    it(`${what} is refused before it is parsed`, () => assert.equal(reasonOf(body), reason));
  }

  it('with too many members in one object is refused, wherever that stands', () => {
    const within = (text: string): unknown => parseJsonBody(text, { ...LIMITS, membersMax: 2 });
    assert.deepEqual(within('{"a":{"b":1,"c":[{"d":1},{"e":1,"f":2}]},"g":3}'), {
      a: { b: 1, c: [{ d: 1 }, { e: 1, f: 2 }] },
      g: 3,
    });
    for (const text of [
      '{"a":1,"b":2,"c":3}',
      '[{"a":{},"b":[{"x":1}],"c":3}]',
      ']]{"a":1,"b":1,"c":',
    ]) {
      assert.throws(() => within(text), { code: 'BODY_INVALID', details: { reason: 'members' } });
    }
  });

  it('of one object with a million members is refused before it is parsed', () => {
    const members = Array.from({ length: 1_000_000 }, (_, index) => `"${index.toString(36)}":1`);
    const text = `[{${members.join(',')}}]`;
    assert.throws(() => parseJsonBody(text, { bytesMax: Infinity }), {
      details: { reason: 'members' },
    });
  });

  it('just within its limits is read', () => {
    assert.deepEqual(parse('['.repeat(8) + ']'.repeat(8)), [[[[[[[[]]]]]]]]);
    assert.equal((parse(`[${'{},'.repeat(998)}{}]`) as unknown[]).length, 999);
    assert.equal(parse('9'.repeat(4_300)), BigInt('9'.repeat(4_300)));
  });

  it('may be a part of a larger buffer', () => {
    const buffer = new TextEncoder().encode('xx[12345678901234567890]xx');
    assert.deepEqual(parse(buffer.subarray(2, 24)), [12_345_678_901_234_567_890n]);
  });

  it('is read as the engine reads it, or refused where the engine refuses it', () => {
    const bits = fc.constantFrom(
      ...['[', ']', '{', '}', ',', ':', '"', '\\', ' ', '1', '-', '.', 'e', '0', 'true', 'null'],
      ...['"a":', '"\\u0000"', '1234567890123456789', '[1,', '{"a":'],
    );
    const texts = fc.oneof(
      fc.json(),
      fc.array(bits, { maxLength: 14 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          assert.notEqual(reasonOf(text), undefined);
          return;
        }
        if (reasonOf(text) === undefined) assert.deepEqual(rounded(parse(text)), expected);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('printed JSON', () => {
  it('has the digits of integers of any size', () => {
    const value = { a: [2n ** 63n - 1n, 5], b: 'x', c: undefined, d: null };
    assert.equal(printJson(value), '{"a":[9223372036854775807,5],"b":"x","d":null}');
    assert.equal(printJson(undefined), 'null');
  });

  it('is read back as the value it was printed from', () => {
    const whole = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
    const unsafe = whole.filter((one) => !Number.isSafeInteger(Number(one)));
    const values = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        unsafe,
        fc.string({ unit: 'binary' }),
        fc.constantFrom(null, true, 1.5, '\u0000'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => assert.deepEqual(parse(printJson(value)), value)),
      { numRuns: 1_000 },
    );
  });
});

/** Why a body is refused, or undefined if it is not. */
function reasonOf(body: string | Uint8Array): unknown {
  try {
    parse(body);
  } catch (error) {
    assert.ok(error instanceof CodedError && error.code === 'BODY_INVALID', String(error));
    return error.details.reason;
  }
  return undefined;
}

/** The value with its bigints as the doubles that JSON.parse makes of their digits. */
function rounded(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(rounded);
  for (const key of Object.keys(value)) {
    const one = rounded((value as Record<string, unknown>)[key]);
    Object.defineProperty(value, key, { value: one });
  }
  return value;
}
