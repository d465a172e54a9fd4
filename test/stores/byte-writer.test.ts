import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../../stores/byte-reader.js';
import { ByteWriter, writeBytes } from '../../stores/byte-writer.js';
import { STORE_LIMITS } from '../../stores/limits.js';

const TEXTS = [
  '',
  'a',
  'hub0',
  'abcdef',
  'x'.repeat(31),
  'x'.repeat(40),
  'x'.repeat(41),
  'ž',
  '€uro',
];
/** Where the buffer ends at first. */
const SIZE = new ByteWriter().capacity;

for (const text of TEXTS) {
  test(`a text of ${text.length} characters comes back wherever the buffer ends`, () => {
    for (let before = SIZE - text.length * 3 - 16; before <= SIZE; before++) {
      // One of its own, which has not grown yet.
      const writer = new ByteWriter();
      writer.bytes(new Uint8Array(before));
      writer.text(text);
      writer.varint(Number.MAX_SAFE_INTEGER);
      const bytes = writer.take();
      const reader = new ByteReader(bytes, before);
      assert.equal(reader.text(), text, `behind ${before} bytes`);
      assert.equal(reader.varint(), Number.MAX_SAFE_INTEGER);
      reader.finish();
    }
  });
}

test('a row of exactly the largest size is written, and no larger one', () => {
  const chunk = new Uint8Array(STORE_LIMITS.storedBytesMax - 1);
  const bytes = writeBytes((writer) => {
    writer.byte(1);
    writer.bytes(chunk);
  });
  assert.equal(bytes.length, STORE_LIMITS.storedBytesMax);
  const tooLarge = () =>
    writeBytes((writer) => {
      writer.bytes(chunk);
      writer.byte(1);
      writer.byte(2);
    });
  assert.throws(tooLarge, { code: 'VALUE_NOT_STORABLE' });
});
