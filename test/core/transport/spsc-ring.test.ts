import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocateRing, RingReader, RingWriter } from '../../../core/transport/spsc-ring.js';

test('records come out as they went in, with their sequence numbers', () => {
  const memory = allocateRing(256);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  assert.equal(reader.hasNext(), false);
  for (const [sequence, length] of [
    [5, 0],
    [-1, 3],
    [7, 8],
  ] as const) {
    const bytes = new Uint8Array(length).fill(sequence);
    assert.ok(writer.tryWrite(bytes, sequence));
    assert.ok(reader.hasNext());
    assert.equal(reader.sequence, sequence);
    const read = reader.take();
    assert.deepEqual(read, bytes);
    assert.ok(read.buffer instanceof ArrayBuffer);
  }
  assert.equal(reader.hasNext(), false);
});

test('a full ring refuses and keeps what it holds; reading makes room again', () => {
  const memory = allocateRing(64);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  for (let lap = 0; lap < 20; lap++) {
    for (let i = 0; i < 4; i++)
      assert.ok(writer.tryWrite(new Uint8Array(8).fill(i), i), `${lap}.${i}`);
    assert.equal(writer.tryWrite(new Uint8Array(0), 9), false);
    for (let i = 0; i < 4; i++) {
      assert.ok(reader.hasNext());
      assert.deepEqual(reader.take(), new Uint8Array(8).fill(i));
    }
  }
});

test('a record of up to half the ring fits an empty ring wherever it begins; a larger one never', () => {
  for (let offset = 0; offset < 16; offset++) {
    const memory = allocateRing(128);
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    for (let i = 0; i < offset; i++) {
      assert.ok(writer.tryWrite(new Uint8Array(0), 0));
      assert.ok(reader.hasNext());
      reader.take();
    }
    assert.ok(writer.tryWrite(new Uint8Array(56).fill(offset), 1));
    assert.ok(reader.hasNext());
    assert.deepEqual(reader.take(), new Uint8Array(56).fill(offset));
    assert.equal(writer.tryWrite(new Uint8Array(57), 2), false);
  }
});

test('a reader does not fall asleep over a record, and is woken once for each sleep', () => {
  const memory = allocateRing(64);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  assert.equal(writer.mustWake(), false);
  assert.equal(reader.trySleep(), true);
  writer.tryWrite(new Uint8Array(1), 0);
  assert.deepEqual([writer.mustWake(), writer.mustWake()], [true, false]);
  assert.equal(reader.trySleep(), false);
  assert.equal(writer.mustWake(), false);
  reader.take();
  assert.equal(reader.trySleep(), true);
  reader.wake();
  assert.equal(writer.mustWake(), false);
});

test('another writer may go on where one left, and another reader too', () => {
  const memory = allocateRing(64);
  new RingWriter(memory).tryWrite(Uint8Array.of(1), 1);
  new RingWriter(memory).tryWrite(Uint8Array.of(2), 2);
  for (const number of [1, 2]) {
    const reader = new RingReader(memory);
    assert.ok(reader.hasNext());
    assert.deepEqual(reader.take(), Uint8Array.of(number));
  }
});

test('the counts of bytes may overflow', () => {
  const memory = allocateRing(1024);
  new Int32Array(memory)[0] = 0x7fffff00;
  new Int32Array(memory)[16] = 0x7fffff00;
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  for (let i = 0; i < 500; i++) {
    while (writer.tryWrite(Uint8Array.of(i, i >> 8), i));
    while (reader.hasNext())
      assert.deepEqual([reader.sequence, [...reader.take()]], [i, [i & 0xff, i >> 8]]);
  }
});

test('a ring has a power of two as its size', () => {
  for (const size of [0, 32, 100])
    assert.throws(() => allocateRing(size), { code: 'ASSERTION_FAILED' });
});
