import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../core/errors.js';
import { ByteReader } from '../../stores/byte-reader.js';
import { writeBytes } from '../../stores/byte-writer.js';
import { STORE_LIMITS } from '../../stores/limits.js';
import { readValue, writeValue } from '../../stores/value-codec.js';

const encode = (value: unknown) => writeBytes((writer) => writeValue(writer, value));

function decode(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes);
  const value = readValue(reader);
  reader.finish();
  return value;
}

const values = fc.anything({
  withBigInt: true,
  withNullPrototype: false,
  withUnicodeString: true,
  maxDepth: 4,
});

test('every value of plain data comes back exactly', () => {
  fc.assert(fc.property(values, (value) => assert.deepEqual(decode(encode(value)), value)));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) =>
      assert.equal(decode(encode(text)), text),
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger())), (list) =>
      assert.deepEqual(decode(encode(list)), list),
    ),
  );
  fc.assert(fc.property(fc.bigInt(), (value) => assert.equal(decode(encode(value)), value)));
});

test('values that other codecs lose are kept', () => {
  const kept = [
    -0,
    [-0, 1, 2],
    Number.MAX_SAFE_INTEGER,
    [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0],
    2 ** 51,
    [2 ** 51, -(2 ** 51), 1],
    Number.MAX_VALUE,
    2n ** 63n - 1n,
    -(2n ** 200n),
    '\ud800 alone',
    `${'x'.repeat(100)}\udfff`,
    '🦆'.repeat(50),
    JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'),
    { a: undefined },
  ];
  for (const value of kept) assert.deepEqual(decode(encode(value)), value);
  assert.equal(Object.getPrototypeOf(decode(encode(kept[12]))), Object.prototype);
});

test('what is no plain data, or nests too deep, is refused by name', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  for (const value of [() => 1, Symbol('x'), new Map(), new Date(), [new (class A {})()], cycle])
    assert.throws(
      () => encode(value),
      (error) => hasCode(error, 'VALUE_NOT_STORABLE'),
    );
  let deep: unknown = 1;
  for (let depth = 0; depth < STORE_LIMITS.storedDepthMax; depth++) deep = [deep];
  assert.deepEqual(decode(encode(deep)), deep);
  assert.throws(() => encode([deep]), /deeper/);
  // The writer is fit for use after a refusal.
  assert.equal(decode(encode('after')), 'after');
});

test('bytes that nobody wrote give a value or a coded error, and nothing else', () => {
  const isCoded = (bytes: Uint8Array) => {
    try {
      decode(bytes);
    } catch (error) {
      assert.ok(hasCode(error, 'STORED_BYTES_INVALID'), String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), isCoded), { numRuns: 2_000 });
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(255), (value, at, byte) => {
      const bytes = encode(value);
      bytes[at % bytes.length] = byte;
      isCoded(bytes);
      isCoded(bytes.subarray(0, at % bytes.length));
    }),
    { numRuns: 500 },
  );
  // A count of a billion things in a few bytes asks for no memory.
  isCoded(Uint8Array.of(9, 0xff, 0xff, 0xff, 0xff, 0x03));
  isCoded(new Uint8Array(1_000).fill(9));
});
