/** Any plain data arrives as it was given; what does not is listed at the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeAlone,
  encodeAlone,
  FrameDecoder,
  FrameEncoder,
} from '../../../core/message/codec.js';

const RUNS = { numRuns: 300, seed: 20_261_123 };
const RESERVED = new Set(['__proto__', '__keys__']);

const text = fc.string({ unit: 'binary', maxLength: 80 });
const key = fc
  .oneof(
    fc.constantFrom('a', 'b', 'id', 'constructor', 'hasOwnProperty', '0', '12', '-1', ''),
    text,
  )
  .filter((k) => !RESERVED.has(k));
const primitive = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    0,
    -1,
    31,
    32,
    63,
    64,
    127,
    128,
    255,
    256,
    -32,
    -33,
    0xffff,
    0x10000,
    2 ** 31,
    2 ** 32,
    -(2 ** 31),
  ),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  text,
  fc.boolean(),
  fc.constantFrom(null, undefined, Number.NaN, Infinity, -Infinity, ''),
);
const date = fc.date({ noInvalidDate: true });
const binary = fc.oneof(
  fc.uint8Array(),
  fc.float64Array(),
  fc.int16Array(),
  fc.bigInt64Array(),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    primitive,
    date,
    binary,
    fc.constantFrom(/a+/giu, /\//, /^(?<x>.)$/s),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(key, tie('value'), { maxKeys: 6 }),
    fc.record(
      { id: fc.integer(), name: tie('value'), next: tie('value') },
      { requiredKeys: ['id'] },
    ),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 })
      .map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
}));

/** Zero for -0, deeply: the one number that does not arrive as it was. */
function withoutNegativeZero(given: unknown): unknown {
  if (Object.is(given, -0)) return 0;
  if (typeof given !== 'object' || given === null || ArrayBuffer.isView(given)) return given;
  if (Array.isArray(given)) return given.map(withoutNegativeZero);
  if (given instanceof Map)
    return new Map([...given].map(([k, v]) => [withoutNegativeZero(k), withoutNegativeZero(v)]));
  if (given instanceof Set) return new Set([...given].map(withoutNegativeZero));
  if (![Object.prototype, null].includes(Object.getPrototypeOf(given))) return given;
  return Object.fromEntries(Object.entries(given).map(([k, v]) => [k, withoutNegativeZero(v)]));
}

test('any sequence of batches arrives in order as it was, and can be read again in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(value, { maxLength: 8 }), { maxLength: 8 }), (batches) => {
      const encoder = new FrameEncoder();
      const decoder = new FrameDecoder();
      const frames = batches.map((batch) => encoder.encode(batch));
      const expected = batches.map(withoutNegativeZero);
      assert.deepEqual(
        frames.map(({ bytes }) => decoder.decode(bytes)),
        expected,
      );
      for (const [i, { epoch, bytes }] of [...frames.entries()].reverse())
        assert.deepEqual(encoder.decoderFor(epoch).decode(bytes), expected[i]);
    }),
    RUNS,
  );
});

test('any value packed alone arrives as it was, whatever was packed before', () => {
  fc.assert(
    fc.property(value, (given) => {
      assert.deepEqual(decodeAlone(encodeAlone(given)), withoutNegativeZero(given));
    }),
    RUNS,
  );
});

const roundTrip = (given: unknown): unknown => {
  const { bytes, attachments } = new FrameEncoder().encode([given]);
  return new FrameDecoder().decode(bytes, attachments)[0];
};

test('large values arrive as they were', () => {
  const keys = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key ${i}`, i]));
  const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i]));
  const bytes = new Uint8Array(8 * 1024 * 1024).map((_, i) => i * 31);
  const ascii = 'x'.repeat(1024 * 1024);
  const wide = '\u{1f600}é\u4e2d'.repeat(100_000);
  const list = Array.from({ length: 70_000 }, (_, i) => ({ i }));
  const map = new Map(list.map((item, i) => [i, item]));
  for (const given of [keys, many, bytes, ascii, wide, list, map, 2n ** 70_000n, -(3n ** 50_000n)])
    assert.deepEqual(roundTrip(given), given);
});

test('every length around the boundaries of the format arrives as it was', () => {
  for (const length of [0, 1, 15, 16, 31, 32, 63, 64, 65, 255, 256, 65_535, 65_536]) {
    assert.deepEqual(roundTrip('x'.repeat(length)), 'x'.repeat(length));
    assert.deepEqual(roundTrip('é'.repeat(length)), 'é'.repeat(length));
    assert.deepEqual(roundTrip(Array(length).fill(1)), Array(length).fill(1));
    assert.deepEqual(roundTrip(new Uint8Array(length)), new Uint8Array(length));
    assert.deepEqual(roundTrip(Buffer.alloc(length)), Buffer.alloc(length));
    assert.deepEqual(roundTrip(2n ** BigInt(length)), 2n ** BigInt(length));
  }
});

test('dates of any year arrive to the millisecond', () => {
  for (const ms of [
    0,
    1,
    -1,
    999,
    1_000,
    -1_500,
    2 ** 32 * 1_000,
    2 ** 34 * 1_000 + 7,
    8.64e15,
    -8.64e15,
  ])
    assert.deepEqual(roundTrip(new Date(ms)), new Date(ms));
  assert.ok(Number.isNaN((roundTrip(new Date(Number.NaN)) as Date).getTime()));
});

test('documented: -0 arrives as 0, holes as undefined, lone surrogates as replacement characters', () => {
  assert.ok(Object.is(roundTrip(-0), 0));
  assert.deepEqual(roundTrip(Object.assign(Array(3), { 0: 1, 2: 3 })), [1, undefined, 3]);
  for (const text of ['a\ud800z', `${'a'.repeat(80)}\udc00z`])
    assert.match(roundTrip(text) as string, /^a+\ufffd+z$/);
});

test('documented: identity, symbol keys and what is not enumerable do not arrive', () => {
  const twice = { a: 1 };
  const [one, two] = roundTrip([twice, twice]) as [object, object];
  assert.deepEqual(one, two);
  assert.notEqual(one, two);
  const odd = Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3 });
  assert.deepEqual(Reflect.ownKeys(roundTrip(odd) as object), ['a']);
  assert.deepEqual(roundTrip(Object.assign([1], { extra: 2 })), [1]);
  const expression = /a/g;
  expression.lastIndex = 1;
  assert.equal((roundTrip(expression) as RegExp).lastIndex, 0);
});
