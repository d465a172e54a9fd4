import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Batch } from '../../../core/message/batch.js';
import { messagesIn, readBatch, splitBatch } from '../../../core/message/batch-reader.js';
import { FrameDecoder, FrameEncoder } from '../../../core/message/codec.js';
import { Argc } from '../../../core/message/envelope.js';
import { type BatchVisitor, NameTable } from '../../../core/message/frame.js';
import { Packed, packedForMany } from '../../../core/message/packed.js';

const ignore = (): void => {};
const nothing: BatchVisitor = {
  tell: ignore,
  ask: ignore,
  reply: ignore,
  fail: ignore,
  item: ignore,
  signal: ignore,
  begun: ignore,
};

/** What the targets of one MANY entry get at the other end of a channel. */
function across(name: string, argc: Argc, payload: unknown, targets: number[]): unknown[][] {
  const batch = new Batch(new NameTable());
  batch.tell(1, 1, 'first', Argc.one, { kind: 'other' });
  batch.many(targets, name, argc, payload);
  batch.tell(1, 1, 'last', Argc.none, undefined);
  assert.equal(batch.messages, targets.length / 2 + 2);
  const { bytes, attachments } = new FrameEncoder().encode(batch.entries);
  const got: unknown[][] = [];
  const entries = new FrameDecoder().decode(bytes, attachments);
  readBatch(entries, new NameTable(), { ...nothing, tell: (...told) => got.push(told) });
  assert.deepEqual([got[0]?.[2], got.at(-1)?.[2]], ['first', 'last']);
  return got.slice(1, -1);
}

describe('a message to many', () => {
  it('reaches each target of a thread with the very same value', () => {
    for (const value of [{ id: 7, tags: ['a', 'b'] }, { text: 'x'.repeat(5_000) }]) {
      const got = across('note', Argc.one, packedForMany(value, undefined), [4, 1, 5, 2, 6, 3]);
      assert.deepEqual(
        got.map(([slot, generation, name, argc]) => [slot, generation, name, argc]),
        [
          [4, 1, 'note', 1],
          [5, 2, 'note', 1],
          [6, 3, 'note', 1],
        ],
      );
      assert.deepEqual(got[0]?.[4], value);
      for (const told of got) assert.equal(told[4], got[0]?.[4]);
    }
  });

  it('may have no argument, or several', () => {
    assert.equal(across('go', Argc.none, undefined, [4, 1])[0]?.[4], undefined);
    const args = packedForMany([1, { two: 2 }], undefined);
    assert.deepEqual(across('go', Argc.many, args, [4, 1])[0]?.[4], [1, { two: 2 }]);
  });

  it('counts as one message for each target, and is cut out of a batch whole', () => {
    const batch = new Batch(new NameTable());
    batch.tell(1, 1, 'add', Argc.one, 1);
    batch.many([4, 1, 5, 2], 'add', Argc.one, 1);
    batch.begun(3);
    const parts = splitBatch(batch.entries);
    assert.equal(parts.flat().length, batch.entries.length);
    assert.deepEqual(parts.map(messagesIn), [0, 1, 2, 0]);
  });
});

describe('a value for many receivers', () => {
  it('is packed once unless it is small and plain', () => {
    const small = [5, 'text', null, undefined, true, 1n, [1, 2], { a: { b: [1] } }];
    for (const value of small) assert.equal(packedForMany(value, undefined), value);
    const others = [
      'x'.repeat(2_000),
      Array.from({ length: 100 }, () => 0),
      new Map([[1, 2]]),
      new Date(0),
      new Uint8Array(3),
      [[[[[1]]]]],
    ];
    for (const value of others) {
      const packed = packedForMany(value, undefined);
      assert.ok(packed instanceof Packed);
      assert.deepEqual(packed.open(), value);
      if (typeof value === 'object') assert.notEqual(packed.open(), packed.open());
    }
  });

  it('takes shared memory along', () => {
    const memory = new Int32Array(new SharedArrayBuffer(8));
    const got = across('share', Argc.one, packedForMany(memory, undefined), [4, 1]);
    Atomics.store(memory, 1, 9);
    assert.deepEqual(got[0]?.[4], Int32Array.of(0, 9));
  });

  it('is refused at once, with the path, when not every receiver could have it', () => {
    const { port1, port2 } = new MessageChannel();
    const broken = {
      get inner() {
        throw new Error('as asked');
      },
    };
    for (const value of [{ a: [() => {}] }, Symbol('s'), { port1 }, broken, { __keys__: 1 }])
      assert.throws(() => packedForMany(value, undefined), { code: 'MESSAGE_NOT_ENCODABLE' });
    port1.close();
    port2.close();
  });
});
