/**
 * Keys: their order is the order of what they stand for, no two are the same, and a prefix is exactly its rows.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as part from '../../stores/key-bytes.js';
import * as keys from '../../stores/keys.js';
import { STORE_LIMITS } from '../../stores/limits.js';

/** Any UTF-16 there is, lone surrogates and NUL included; short ones often. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
  fc
    .array(fc.constantFrom('\0', '\u0001', '\xff', '\ud800', '\udc00', '\u{10ffff}', 'a'))
    .map((all) => all.join('')),
);
const anyId = fc.oneof(anyText, fc.maxSafeInteger());
const anyTime = fc.double({ noNaN: true });
const small = fc.nat(0xffff);
const anyEntity = fc.record({ etype: small, partition: small, eid: anyId });

const written = (write: () => void): Uint8Array => {
  part.beginKey();
  write();
  return part.endKey();
};

test('text of any characters is told apart, ordered by code points, and read back', () => {
  const points = (text: string) => [...text].map((one) => one.codePointAt(0)!);
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const [first, second] = [a, b].map((text) => written(() => part.writeText(text)));
      assert.equal(Math.sign(Buffer.compare(first!, second!)), compareLists(points(a), points(b)));
      assert.equal(part.readId(first!, 0).id, a);
    }),
  );
});

test('integer ids keep their order and are read back', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      const [first, second] = [a, b].map((id) => written(() => part.writeId(id)));
      assert.equal(Math.sign(Buffer.compare(first!, second!)), Math.sign(a - b));
      assert.equal(part.readId(first!, 0).id, a);
    }),
  );
});

test('times keep their order, infinite and negative ones too, and are read back', () => {
  fc.assert(
    fc.property(anyTime, anyTime, (a, b) => {
      const [first, second] = [a, b].map((time) => written(() => part.writeTime(time)));
      const order = a < b ? -1 : a > b ? 1 : 0;
      assert.equal(Math.sign(Buffer.compare(first!, second!)), order);
      assert.equal(part.readTime(first!, 0), a === 0 ? 0 : a);
    }),
  );
});

test('no entity key begins another, so that the rows of an entity are one exact range', () => {
  fc.assert(
    fc.property(anyEntity, anyEntity, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      const { from, below } = keys.rangeOf(keys.entityKey(a));
      const own = keys.chunkKey(a, 3, 4, 5);
      const other = keys.chunkKey(b, 3, 4, 5);
      assert.ok(Buffer.compare(from, own) <= 0 && Buffer.compare(own, below) < 0);
      assert.ok(Buffer.compare(other, from) < 0 || Buffer.compare(other, below) >= 0);
    }),
  );
});

test('chunks are ordered by attribute, then time, then number, and say what they are', () => {
  const chunk = fc.tuple(small, anyTime, fc.nat());
  fc.assert(
    fc.property(anyEntity, chunk, chunk, (entity, a, b) => {
      const [first, second] = [a, b].map(([attr, t1, no]) => keys.chunkKey(entity, attr, t1, no));
      const plain = (list: typeof a) => list.map((number) => (number === 0 ? 0 : number));
      assert.equal(Math.sign(Buffer.compare(first!, second!)), compareLists(plain(a), plain(b)));
      const { end, ...address } = keys.readEntityKey(first!);
      assert.deepEqual(address, { ...entity });
      const [attr, t1, no] = plain(a);
      assert.deepEqual(keys.readChunkKey(first!, end), { attr, t1, no });
    }),
  );
});

test('links lie under their target and say where they come from', () => {
  const source = fc.record({ etype: small, attr: small, eid: anyId });
  fc.assert(
    fc.property(anyEntity, source, (target, from) => {
      const key = keys.linkKey(target, from);
      const { end, ...address } = keys.readEntityKey(key);
      assert.deepEqual(address, { ...target });
      assert.deepEqual(keys.readLinkSource(key, end), { ...from });
      const range = keys.rangeOf(keys.linksFromPrefix(target, from.etype, from.attr));
      assert.ok(Buffer.compare(range.from, key) <= 0 && Buffer.compare(key, range.below) < 0);
    }),
  );
});

test('log, outbox and dead letter keys are ordered by their numbers beyond 32 bits', () => {
  const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(number, number, (a, b) => {
      const order = Math.sign(a - b);
      const pairs = [a, b].map((one) => [
        keys.entryKey(7, 1, one),
        keys.outboxKey(7, 9, one),
        keys.deadLetterKey(7, one),
      ]);
      for (const i of [0, 1, 2])
        assert.equal(Math.sign(Buffer.compare(pairs[0]![i]!, pairs[1]![i]!)), order);
      assert.equal(keys.numberOfEntryKey(pairs[0]![0]!), a);
      assert.deepEqual(keys.readOutboxKey(pairs[0]![1]!), { target: 9, number: a });
      assert.equal(keys.numberOfDeadLetterKey(pairs[0]![2]!), a);
    }),
  );
});

test('two of the longest ids fit a link, and a longer one is refused by name', () => {
  const longest = '\u{10ffff}'.repeat(STORE_LIMITS.idBytesMax / 4);
  const entity = { etype: 1, partition: 2, eid: longest };
  const key = keys.linkKey(entity, { etype: 1, attr: 2, eid: longest });
  assert.ok(key.length <= STORE_LIMITS.keyBytesMax);
  assert.throws(() => keys.entityKey({ ...entity, eid: `${longest}a` }), {
    code: 'VALUE_NOT_STORABLE',
    message: /at most 768 bytes, got 769/,
  });
});

test('the range of a prefix ends right after it, bytes of FF too', () => {
  const { below } = keys.rangeOf(new Uint8Array([1, 2, 0xff, 0xff]));
  assert.deepEqual(below, new Uint8Array([1, 3]));
});

test('names of marks and notes are read back from their keys', () => {
  assert.equal(keys.nameOfKey(keys.markKey(5, 'outbox/12')), 'outbox/12');
});

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++)
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return Math.sign(a.length - b.length);
}
