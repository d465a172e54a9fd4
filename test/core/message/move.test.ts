/** Binaries: copied, moved or shared; each arrives as the type it was given as. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { CodedError, hasCode } from '../../../core/errors.js';
import { LIMITS } from '../../../core/limits.js';
import {
  decodeAlone,
  type EncodedFrame,
  encodeAlone,
  FrameDecoder,
  FrameEncoder,
  MovedAway,
  move,
  unwrapMoved,
} from '../../../core/message/codec.js';

type Binary = ArrayBuffer | ArrayBufferView;

/** Over a real port, so that what is transferred is transferred. */
function posted(frame: EncodedFrame): unknown[] {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage([frame.bytes, frame.attachments], frame.transfer ?? []);
  const { message } = receiveMessageOnPort(port2) as {
    message: [Uint8Array, unknown[] | undefined];
  };
  port1.close();
  return new FrameDecoder().decode(...message);
}

function bytesOf(value: Binary): number[] {
  return ArrayBuffer.isView(value)
    ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
    : [...new Uint8Array(value)];
}

const KINDS: readonly (() => Binary)[] = [
  () => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer,
  () => new DataView(Uint8Array.of(1, 2, 3).buffer),
  () => Buffer.from(Uint8Array.of(1, 2, 3).buffer),
  () => Uint8Array.of(1, 2, 3),
  () => Uint8ClampedArray.of(1, 2, 3),
  () => Int8Array.of(-1, 2, 3),
  () => Int16Array.of(1, -2, 3),
  () => Uint16Array.of(1, 2, 3),
  () => Int32Array.of(1, -2, 3),
  () => Uint32Array.of(1, 2, 3),
  () => Float32Array.of(1.5, -2, 3),
  () => Float64Array.of(1.5, -2, NaN),
  () => BigInt64Array.of(1n, -2n),
  () => BigUint64Array.of(1n, 2n),
  () => new Uint8Array(0),
  () => Buffer.alloc(0),
];

for (const make of KINDS) {
  const { name } = make().constructor;
  test(`a ${name} is copied: the receiver's is of its own, the sender keeps its`, () => {
    const value = make();
    const expected = bytesOf(value);
    const frame = new FrameEncoder().encode([{ value }]);
    assert.equal(frame.transfer, undefined);
    const scratch = frame.bytes.slice();
    const [{ value: arrived }] = new FrameDecoder().decode(scratch) as [{ value: Binary }];
    scratch.fill(0xff);
    assert.equal(arrived.constructor, value.constructor);
    assert.deepEqual(bytesOf(arrived), expected);
    assert.deepEqual(bytesOf(value), expected);
    assert.deepEqual(bytesOf(decodeAlone(encodeAlone(value)) as Binary), expected);
  });

  test(`a moved ${name} arrives as it was, and its memory leaves the sender`, () => {
    const value = make();
    const expected = bytesOf(value);
    const buffer = ArrayBuffer.isView(value) ? (value.buffer as ArrayBuffer) : value;
    const frame = new FrameEncoder().encode([1, { list: [move(value)] }]);
    assert.equal(frame.transfer?.length, 1);
    const arrived = (posted(frame)[1] as { list: Binary[] }).list[0] as Binary;
    assert.equal(arrived.constructor, value.constructor);
    assert.deepEqual(bytesOf(arrived), expected);
    assert.throws(() => new Uint8Array(buffer), TypeError);
  });

  test(`a moved ${name} delivered within the thread leaves the sender too`, () => {
    const value = make();
    const expected = bytesOf(value);
    const buffer = ArrayBuffer.isView(value) ? (value.buffer as ArrayBuffer) : value;
    const arrived = unwrapMoved(move(value)) as Binary;
    assert.equal(arrived.constructor, value.constructor);
    assert.deepEqual(bytesOf(arrived), expected);
    assert.throws(() => new Uint8Array(buffer), TypeError);
  });
}

test('a view of a part of its buffer is copied out: nothing is detached', () => {
  const buffer = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer;
  const part = new Uint16Array(buffer, 2, 2);
  const pooled = Buffer.from('pooled');
  const frame = new FrameEncoder().encode([move(part), move(pooled)]);
  const [a, b] = posted(frame) as [Uint16Array, Buffer];
  assert.deepEqual(a, Uint16Array.of(0x0403, 0x0605));
  assert.equal(a.buffer.byteLength, 4);
  assert.equal(b.toString(), 'pooled');
  assert.deepEqual(part, Uint16Array.of(0x0403, 0x0605));
  assert.equal(pooled.toString(), 'pooled');
  assert.deepEqual(unwrapMoved(move(part)), part);
});

test('a moved binary deep in a message within the thread is replaced in place', () => {
  const loop: { self?: unknown; data: Uint8Array[] } = { data: [move(Uint8Array.of(1, 2))] };
  loop.self = loop;
  assert.equal(unwrapMoved(loop), loop);
  assert.deepEqual(loop.data, [Uint8Array.of(1, 2)]);
});

test('a binary moves once, whichever way it went', () => {
  const isMoved = (error: unknown): boolean => hasCode(error, 'BINARY_MOVED');
  const ways: ((value: unknown) => unknown)[] = [
    (value) => unwrapMoved(value),
    (value) => unwrapMoved([value]),
    (value) => new FrameEncoder().encode([value]),
  ];
  for (const first of ways)
    for (const second of ways)
      for (const make of [
        () => new Uint8Array(8),
        () => Buffer.from('pooled'),
        () => new ArrayBuffer(0),
      ]) {
        const binary: Binary = make();
        const wrapped = move(binary);
        first(wrapped);
        assert.throws(() => second(wrapped), isMoved);
      }
  const whole = new Uint8Array(8);
  const [one, two] = [move(whole), move(whole.buffer)];
  unwrapMoved(one);
  assert.throws(() => unwrapMoved(two), isMoved);
  assert.throws(() => move(whole), isMoved);
  const twice = new Uint8Array(8);
  assert.throws(() => new FrameEncoder().encode([move(twice), move(twice)]), isMoved);
});

test('when a batch is refused, what was to be moved can still be moved with the rest of it', () => {
  const encoder = new FrameEncoder();
  const { port1: port } = new MessageChannel();
  const { port1: gone } = new MessageChannel();
  structuredClone(gone, { transfer: [gone] });
  const first = Uint8Array.of(1, 2);
  const parts = [
    [move(first)],
    [() => 1],
    [gone],
    [port],
    [port],
    [move(first)],
    [move(Uint8Array.of(3))],
  ];
  assert.throws(() => encoder.encode(parts.flat()), { code: 'MESSAGE_NOT_ENCODABLE' });
  assert.equal(first.length, 2);
  // This time packing succeeds, and only detaching fails.
  assert.throws(() => encoder.encode([parts[0], parts[2]].flat()), {
    code: 'MESSAGE_NOT_ENCODABLE',
  });
  const faults = encoder.faultsOf(parts).map((fault) => fault?.code);
  assert.deepEqual(faults, [
    undefined,
    'MESSAGE_NOT_ENCODABLE',
    'MESSAGE_NOT_ENCODABLE',
    undefined,
    'BINARY_MOVED',
    'BINARY_MOVED',
    undefined,
  ]);
  const frame = encoder.encode(parts.filter((_, i) => faults[i] === undefined).flat());
  const [a, arrivedPort, b] = posted(frame) as [Uint8Array, MessagePort, Uint8Array];
  assert.deepEqual([a, b], [Uint8Array.of(1, 2), Uint8Array.of(3)]);
  arrivedPort.close();
});

test('shared memory arrives shared, whole or in views, and once', () => {
  const shared = new SharedArrayBuffer(16);
  const view = new Int32Array(shared, 4, 2);
  const frame = new FrameEncoder().encode([
    shared,
    view,
    { again: [Buffer.from(shared, 1, 3)] },
    move(view),
  ]);
  assert.deepEqual([frame.attachments?.length, frame.transfer?.length], [1, 0]);
  const [whole, ints, { again }, moved] = posted(frame) as [
    SharedArrayBuffer,
    Int32Array,
    { again: [Buffer] },
    Int32Array,
  ];
  view[1] = 77;
  assert.equal(new Int32Array(whole)[2], 77);
  assert.deepEqual([ints[1], ints.byteOffset, ints.length, moved[1]], [77, 4, 2, 77]);
  assert.ok(Buffer.isBuffer(again[0]) && again[0].length === 3);
});

test('a MessagePort changes threads with what waits in it', () => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage('waiting');
  const [{ port }] = posted(new FrameEncoder().encode([{ port: port2 }])) as [
    { port: MessagePort },
  ];
  assert.deepEqual(receiveMessageOnPort(port), { message: 'waiting' });
  assert.throws(() => new FrameEncoder().encode([port2]), { code: 'BINARY_MOVED' });
  port1.close();
});

test('what is packed alone takes nothing that only one can have, and shared memory if asked', () => {
  const { port1 } = new MessageChannel();
  const shared = new SharedArrayBuffer(4);
  for (const value of [move(new Uint8Array(4)), port1, shared])
    assert.throws(() => encodeAlone([value]), { code: 'MESSAGE_NOT_ENCODABLE' });
  const attachments: unknown[] = [];
  const bytes = encodeAlone({ shared, view: new Uint8Array(shared, 1) }, { shared: attachments });
  const arrived = decodeAlone(bytes, { shared: attachments }) as {
    shared: SharedArrayBuffer;
    view: Uint8Array;
  };
  assert.equal(arrived.shared, shared);
  assert.equal(arrived.view.buffer, shared);
  port1.close();
});

test('a frame read again after it was posted shows what has moved away, and that cannot be sent on', () => {
  const encoder = new FrameEncoder();
  const { port1, port2 } = new MessageChannel();
  const shared = new SharedArrayBuffer(4);
  const frame = encoder.encode([{ data: move(new Uint16Array(4)) }, port1, shared, 'text']);
  const before = encoder.decoderFor(frame.epoch).decode(frame.bytes, frame.attachments);
  assert.deepEqual((before[0] as { data: unknown }).data, new Uint16Array(4));
  posted(frame);
  const [{ data }, port, same, text] = encoder
    .decoderFor(frame.epoch)
    .decode(frame.bytes, frame.attachments) as [{ data: MovedAway }, MovedAway, unknown, unknown];
  assert.deepEqual(
    [data, port],
    [new MovedAway('Uint16Array', 8), new MovedAway('MessagePort', 0)],
  );
  assert.deepEqual([same, text], [shared, 'text']);
  const bare = encoder.decoderFor(frame.epoch).decode(frame.bytes);
  assert.deepEqual(bare[2], new MovedAway('SharedArrayBuffer', 0));
  assert.throws(() => encoder.encode([data]), {
    code: 'MESSAGE_NOT_ENCODABLE',
    message: 'expected values that can cross threads, got a Uint16Array that has been moved away',
  });
  port2.close();
});

test('only binaries can be moved, and not out of a frozen object', () => {
  for (const value of ['text', null, { byteLength: 4 }])
    assert.throws(() => move(value as unknown as ArrayBuffer), CodedError);
  assert.throws(() => unwrapMoved(Object.freeze({ data: move(new Uint8Array(1)) })), {
    code: 'MESSAGE_NOT_ENCODABLE',
  });
});

describe('a large binary that is not moved', () => {
  const size = LIMITS.attachedBytes;

  it('travels beside the frame in a copy: the sender keeps its own', () => {
    const given = new Uint8Array(size).fill(7);
    const { bytes, attachments, transfer } = new FrameEncoder().encode([{ given }]);
    assert.ok(bytes.length < 100);
    assert.equal(transfer?.length, 1);
    given.fill(8);
    const [got] = new FrameDecoder().decode(bytes, attachments) as [{ given: Uint8Array }];
    assert.equal(given.length, size);
    assert.deepEqual(got.given, new Uint8Array(size).fill(7));
  });

  it('may stand in a frame more than once, and in the next', () => {
    const given = new Float64Array(size / 8).fill(0.5);
    const encoder = new FrameEncoder();
    const decoder = new FrameDecoder();
    for (let frame = 0; frame < 2; frame++) {
      const { bytes, attachments } = encoder.encode([given, given]);
      assert.deepEqual(decoder.decode(bytes, attachments), [given, given]);
    }
  });

  it('takes only the part of its buffer that it is a view of', () => {
    const whole = new ArrayBuffer(size * 4);
    const part = new DataView(whole, size, size);
    part.setInt8(0, 42);
    const { bytes, attachments } = new FrameEncoder().encode([part]);
    const [got] = new FrameDecoder().decode(bytes, attachments) as [DataView];
    assert.equal(got.buffer.byteLength, size);
    assert.equal(got.getInt8(0), 42);
    assert.equal(whole.byteLength, size * 4);
  });
});
