import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../core/errors.js';
import { decodeChunk, encodeChunk } from '../../stores/item-codec.js';
import type { AttributeMap, EntityRecord } from '../../stores/record.js';
import { copyRecord, decodeRecord, encodeRecord } from '../../stores/record-codec.js';

const objectOf = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { noNullPrototype: true });
const time = fc.integer({ min: -1e15, max: 1e15 });
const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.bigInt(), fc.string({ unit: 'binary' }));
const text = fc.option(fc.constantFrom('', 'a', 'probe-1', 'geo.locate', 'ü'), { nil: undefined });
const confidence = fc.oneof(
  fc.constantFrom(0, 0.07, 0.29, 0.57, 0.93, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const item = objectOf({
  t1: time,
  t2: time,
  v: value,
  c: confidence.map((c) => c + 0),
  seq: fc.nat(),
  weight: fc.integer({ min: 1, max: 1_000 }),
  src: text,
  hook: text,
});
const plain = objectOf({ v: value, at: time, seq: fc.nat(), src: text, hook: text });
const spilled = objectOf({
  next: fc.nat(),
  chunks: fc.nat(),
  items: fc.nat(),
  t1Min: time,
  t1Max: time,
  t2Max: time,
  spanMaxMs: fc.nat(),
});
const columns = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<Map<number, T>> =>
  fc.array(fc.tuple(fc.nat(70_000), one), { maxLength: 4 }).map((list) => new Map(list));
const record: fc.Arbitrary<EntityRecord> = objectOf({
  createdAt: time,
  revision: fc.nat(),
  incarnation: fc.nat(),
  ttl: fc.option(fc.dictionary(fc.string(), time, { noNullPrototype: true }), { nil: undefined }),
  plain: columns(plain),
  items: columns(fc.array(item, { maxLength: 5 })),
  spilled: columns(spilled),
  tasks: fc.array(
    fc.maxSafeInteger().map((seq) => Math.floor(Math.abs(seq) / 4)),
    { maxLength: 5 },
  ),
});

test('every record comes back as it was, and again when encoded unread', () => {
  fc.assert(
    fc.property(record, (one) => {
      const bytes = encodeRecord(one);
      assert.deepEqual(wholeOf(decodeRecord(bytes)), wholeOf(one));
      assert.deepEqual(encodeRecord(decodeRecord(bytes)), bytes);
    }),
  );
});

test('a set on a decoded record changes that attribute, and no other record', () => {
  fc.assert(
    fc.property(record, item, plain, (one, newItem, newPlain) => {
      const decoded = decodeRecord(encodeRecord(one));
      const copy = copyRecord(decoded);
      for (const attr of one.items.keys()) copy.items.set(attr, [newItem]);
      for (const attr of one.plain.keys()) copy.plain.delete(attr);
      copy.plain.set(80_000, newPlain);
      assert.deepEqual(wholeOf(decoded), wholeOf(one));
      const again = decodeRecord(encodeRecord(copy));
      assert.deepEqual(wholeOf(again), wholeOf(copy));
      assert.deepEqual([...again.plain.keys()], [80_000]);
      for (const attr of one.items.keys()) assert.deepEqual(again.items.get(attr), [newItem]);
    }),
  );
});

test('columns of more than 32 kB keep their length', () => {
  for (const length of [32_700, 32_760, 32_767, 32_768, 40_000, 200_000]) {
    const one = decodeRecord(
      encodeRecord({
        ...EMPTY,
        plain: new Map([
          [1, bigPlain(length)],
          [2, bigPlain(3)],
        ]),
      }),
    );
    assert.equal(one.plain.get(1)?.v, 'x'.repeat(length));
    assert.equal(one.plain.get(2)?.v, 'xxx');
  }
});

test('a chunk comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 20 }), (items) => {
      const bytes = encodeChunk(items);
      assert.deepEqual(decodeChunk(bytes), items);
    }),
  );
});

test('bytes that are no record or chunk are a coded error, at once or when the attribute is read', () => {
  const isCoded = (read: () => unknown) => {
    try {
      read();
    } catch (error) {
      assert.ok(hasCode(error, 'STORED_BYTES_INVALID'), String(error));
    }
  };
  fc.assert(
    fc.property(record, fc.nat(), fc.nat(255), (one, at, byte) => {
      const bytes = encodeRecord(one);
      const cut = bytes.slice(0, at % bytes.length);
      assert.throws(() => decodeRecord(cut));
      isCoded(() => wholeOf(decodeRecord(cut)));
      bytes[at % bytes.length] = byte;
      isCoded(() => wholeOf(decodeRecord(bytes)));
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => isCoded(() => decodeChunk(bytes))));
  assert.throws(() => decodeRecord(encodeChunk([])), /record of format/);
  assert.throws(() => decodeChunk(encodeRecord(EMPTY)), /chunk of format/);
});

const EMPTY: EntityRecord = {
  createdAt: 0,
  revision: 0,
  incarnation: 1,
  ttl: undefined,
  plain: new Map(),
  items: new Map(),
  spilled: new Map(),
  tasks: [],
};

function bigPlain(length: number) {
  return { v: 'x'.repeat(length), at: 0, seq: 0, src: undefined, hook: undefined };
}

function wholeOf(one: EntityRecord): unknown {
  return {
    ...one,
    plain: listOf(one.plain),
    items: listOf(one.items),
    spilled: listOf(one.spilled),
  };
}

function listOf<T>(map: AttributeMap<T>): [number, T | undefined][] {
  return [...map.keys()].map((attr) => [attr, map.get(attr)]);
}
