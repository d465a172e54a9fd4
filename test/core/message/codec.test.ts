/** What a channel's packer promises: shapes once, epochs, refusals that cost nobody else anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { CodedError, hasCode, Refusal } from '../../../core/errors.js';
import { LIMITS } from '../../../core/limits.js';
import {
  codecContext,
  decodeAlone,
  decodeUntrusted,
  encodeAlone,
  FrameDecoder,
  FrameEncoder,
  registerClass,
} from '../../../core/message/codec.js';

const notEncodable = (error: unknown): boolean => hasCode(error, 'MESSAGE_NOT_ENCODABLE');

function overChannel(...batches: readonly unknown[][]): unknown[][] {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  return batches.map((batch) => {
    const frame = encoder.encode(batch);
    return decoder.decode(frame.bytes, frame.attachments);
  });
}

test('a batch arrives as it was packed', () => {
  const batch = [
    0,
    7,
    'add',
    { id: 1, tags: ['a', { deep: [true, null, undefined] }] },
    -1,
    2 ** 40,
  ];
  assert.deepEqual(overChannel(batch, batch, []), [batch, batch, []]);
});

test('the shape of an object crosses a channel once', () => {
  const encoder = new FrameEncoder();
  const sizes = [1, 2, 3].map(
    (n) => encoder.encode([{ temperature: n, humidity: n, station: n }]).bytes.length,
  );
  assert.deepEqual(sizes.slice(1), [6, 6]);
  assert.ok((sizes[0] as number) > 30);
});

test('a frame has memory of exactly its size, and its first byte says whether a dictionary starts', () => {
  const encoder = new FrameEncoder();
  const frames = [encoder.encode([{ a: 1 }]), encoder.encode([{ a: 1 }])];
  assert.deepEqual(
    frames.map(({ bytes }) => bytes[0]),
    [1, 0],
  );
  for (const { bytes } of frames) assert.equal(bytes.buffer.byteLength, bytes.length);
});

test('thousands of shapes pass over several epochs, and every frame of a kept epoch can be read again in any order', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const frames: { batch: unknown[]; bytes: Uint8Array; epoch: number }[] = [];
  for (let i = 0; i < 3_000; i++) {
    const batch: unknown[] = [i];
    for (let shape = i; shape < i + 3; shape++)
      batch.push({ [`key${shape}`]: [{ [`inner${shape % 50}`]: i }], i });
    const { bytes, epoch } = encoder.encode(batch);
    assert.deepEqual(decoder.decode(bytes), batch);
    frames.push({ batch, bytes, epoch });
  }
  const epochs = new Set(frames.map(({ epoch }) => epoch));
  assert.ok(epochs.size >= 3, `${epochs.size} epochs`);
  for (const epoch of epochs) {
    const again = encoder.decoderFor(epoch);
    for (const { batch, bytes } of frames.filter((frame) => frame.epoch === epoch).reverse())
      assert.deepEqual(again.decode(bytes), batch);
  }
});

test('one frame may hold more shapes than there are numbers for them', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const shapes = (from: number, count: number): unknown[] =>
    Array.from({ length: count }, (_, i) => ({ [`k${from + i}`]: i, same: true }));
  const huge = [...shapes(0, 20_000), ...shapes(0, 20_000)];
  const sent = [shapes(0, 5), huge, shapes(3, 5), huge, huge, shapes(0, 2)].map((batch) => ({
    batch,
    frame: encoder.encode(batch),
  }));
  for (const { batch, frame } of sent) assert.deepEqual(decoder.decode(frame.bytes), batch);
  for (const { batch, frame } of sent.reverse())
    assert.deepEqual(encoder.decoderFor(frame.epoch).decode(frame.bytes), batch);
});

test('an epoch that nobody asks for any more is forgotten', () => {
  const encoder = new FrameEncoder();
  const first = encoder.encode([{ a: 1 }]);
  assert.throws(() => encoder.encode([() => 1]), notEncodable);
  const second = encoder.encode([{ a: 1 }]);
  assert.ok(second.epoch > first.epoch);
  encoder.forgetEpochsBefore(second.epoch);
  assert.throws(() => encoder.decoderFor(first.epoch), { code: 'ASSERTION_FAILED' });
  assert.deepEqual(encoder.decoderFor(second.epoch).decode(second.bytes), [{ a: 1 }]);
});

test('after a batch is refused half-way the receiver still understands what follows', () => {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const send = (batch: unknown[]): unknown[] => decoder.decode(encoder.encode(batch).bytes);
  assert.deepEqual(send([{ a: 1 }]), [{ a: 1 }]);
  assert.throws(() => encoder.encode([{ learned: 1 }, { b: [{ fresh: () => 1 }] }]), notEncodable);
  assert.deepEqual(send([{ b: 2 }, { learned: 3 }]), [{ b: 2 }, { learned: 3 }]);
  assert.deepEqual(send([{ fresh: 1 }, { a: 2 }]), [{ fresh: 1 }, { a: 2 }]);
});

class Account {
  constructor(readonly owner: string) {}
}
class Points extends Array<number> {}
class Names extends Map<string, string> {}
class Ids extends Set<number> {}
class Pixels extends Uint8Array {}

const REFUSED: readonly [string, unknown][] = [
  ['a function', () => 1],
  ['a class', Account],
  ['a symbol', Symbol('s')],
  ['an instance of an unregistered class', new Account('ada')],
  ['an instance of a class that extends Array', Points.from([1, 2])],
  ['an instance of a class that extends Map', new Names([['a', 'b']])],
  ['an instance of a class that extends Set', new Ids([1])],
  ['an instance of a class that extends a typed array', new Pixels(4)],
  ['an object with a prototype of its own', Object.create({ inherited: 1 })],
  ['a promise', Promise.resolve(1)],
  ['a WeakMap', new WeakMap()],
  ['a boxed number', Object(1)],
  [
    'an object whose hasOwnProperty is a function of its own',
    { hasOwnProperty: () => false, a: 1 },
  ],
  ['an object with the key __proto__', JSON.parse('{"__proto__": {"isAdmin": true}}')],
  ['an object with the key __keys__', { a: 1, __keys__: 2 }],
  [
    'a property that throws when read',
    {
      get broken(): never {
        throw new Error('no');
      },
    },
  ],
];

for (const [name, value] of REFUSED)
  test(`${name} is refused, wherever it stands`, () => {
    for (const nested of [
      value,
      [value],
      { a: { b: [value] } },
      new Map([['k', value]]),
      new Set([value]),
    ]) {
      const encoder = new FrameEncoder();
      // Shapes that only differ in a reserved key must not be confused with it either.
      encoder.encode([{}, { a: 1 }]);
      assert.throws(() => encoder.encode([{ a: 1 }, nested, { a: 1 }]), notEncodable);
      assert.throws(() => encodeAlone(nested), notEncodable);
      assert.equal(encoder.faultsOf([[nested]])[0]?.code, 'MESSAGE_NOT_ENCODABLE');
    }
    assert.deepEqual(decodeAlone(encodeAlone([{ a: 1 }, {}])), [{ a: 1 }, {}]);
  });

test('a cycle is refused, through objects, arrays and Maps', () => {
  const object: Record<string, unknown> = { name: 'ring' };
  object.self = { again: object };
  const array: unknown[] = [];
  array.push([array]);
  const map = new Map<string, unknown>();
  map.set('map', map);
  for (const cyclic of [object, array, map]) {
    assert.throws(() => new FrameEncoder().encode([cyclic]), notEncodable);
    assert.throws(() => encodeAlone(cyclic), notEncodable);
  }
});

test('the refusal of a value packed alone says what and where', () => {
  assert.throws(() => encodeAlone({ user: { onClick: function onClick() {} } }), {
    code: 'MESSAGE_NOT_ENCODABLE',
    message: 'expected values that can cross threads, got function onClick at value.user.onClick',
    details: { what: 'function onClick', path: 'value.user.onClick' },
  });
});

test('of a refused batch the faulty parts are named, and the others encode', () => {
  const encoder = new FrameEncoder();
  const parts = [[1, { a: 1 }], [2, () => 1], [3, { a: 2 }], [4, new Account('ada')], [5]];
  assert.throws(() => encoder.encode(parts.flat()), notEncodable);
  const faults = encoder.faultsOf(parts);
  assert.deepEqual(
    faults.map((fault) => fault?.code),
    [undefined, 'MESSAGE_NOT_ENCODABLE', undefined, 'MESSAGE_NOT_ENCODABLE', undefined],
  );
  const rest = parts.filter((_, i) => faults[i] === undefined).flat();
  assert.deepEqual(new FrameDecoder().decode(encoder.encode(rest).bytes), [
    1,
    { a: 1 },
    3,
    { a: 2 },
    5,
  ]);
});

test('objects may have keys that objects have anyway', () => {
  const value = {
    constructor: 'x',
    hasOwnProperty: 1,
    toString: null,
    then: 2,
    length: 3,
    toJSON: 'no',
    prototype: [],
    valueOf: false,
    highByte: 4,
    '': 5,
    'a b"c': 6,
    '\u{1f600}': 7,
  };
  for (let i = 0; i < 5; i++)
    assert.deepEqual(overChannel([value], [[value]]), [[value], [[value]]]);
  assert.deepEqual(decodeAlone(encodeAlone(value)), value);
});

test('the order of keys is kept, and each order is a shape of its own', () => {
  const orders = [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
    { 10: 'x', 2: 'y', a: 0 },
  ];
  for (const [arrived] of overChannel(...[...orders, ...orders, ...orders].map((order) => [order])))
    assert.ok(orders.some((order) => JSON.stringify(order) === JSON.stringify(arrived)));
  assert.deepEqual(
    overChannel(...orders.map((order) => [order])).map(([arrived]) => JSON.stringify(arrived)),
    orders.map((order) => JSON.stringify(order)),
  );
});

test('objects without prototype and of other realms are plain objects', async () => {
  const { runInNewContext } = await import('node:vm');
  const foreign = runInNewContext('({ list: [1, [2]], inner: { a: 1 } })') as unknown;
  const bare = Object.assign(Object.create(null), { a: 1 }) as unknown;
  assert.deepEqual(overChannel([foreign, bare]), [[{ list: [1, [2]], inner: { a: 1 } }, { a: 1 }]]);
});

test('errors arrive with class, code, details, name and cause', () => {
  const cause = Object.assign(new TypeError('inner'), { code: 'ENOENT' });
  const coded = new CodedError('MAILBOX_FULL', 'no room', { details: { capacity: 3 }, cause });
  const refusal = new Refusal('NOT_FOUND', 'no account 7');
  for (const [a, b] of [
    overChannel([coded, refusal])[0] as [CodedError, Refusal],
    decodeAlone(encodeAlone([coded, refusal])) as [CodedError, Refusal],
  ]) {
    assert.ok(a instanceof CodedError && !(a instanceof Refusal));
    assert.deepEqual([a.code, a.message, a.details], ['MAILBOX_FULL', 'no room', { capacity: 3 }]);
    const inner = a.cause as Error & { code?: string };
    assert.ok(inner instanceof Error);
    assert.deepEqual([inner.name, inner.message, inner.code], ['TypeError', 'inner', 'ENOENT']);
    assert.ok(b instanceof Refusal);
    assert.equal(b.code, 'NOT_FOUND');
  }
});

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}
class NamedPoint extends Point {}

test('instances of a registered class arrive as instances, and the owner is known meanwhile', () => {
  const owners: unknown[] = [];
  registerClass(90, Point, {
    write: ({ x, y }, owner) => {
      owners.push(owner, codecContext.current);
      return [x, y];
    },
    read: (data, owner) => {
      owners.push(owner);
      const [x, y] = data as [number, number];
      return new Point(x, y);
    },
  });
  const encoder = new FrameEncoder('sender');
  const decoder = new FrameDecoder('receiver');
  const batch = [new Point(1, 2), { at: [new NamedPoint(3, 4)] }];
  const arrived = decoder.decode(encoder.encode(batch).bytes) as [Point, { at: Point[] }];
  assert.deepEqual(arrived, [new Point(1, 2), { at: [new Point(3, 4)] }]);
  assert.ok(arrived[0] instanceof Point && arrived[1].at[0] instanceof Point);
  assert.deepEqual(owners, [...Array(4).fill('sender'), 'receiver', 'receiver']);
  const alone = encodeAlone(new Point(5, 6), { owner: 'a' });
  assert.deepEqual(decodeAlone(alone, { owner: 'b' }), new Point(5, 6));
  assert.equal(codecContext.current, undefined);
});

test('a type is one class only', () => {
  class First {}
  class Second {}
  const form = { write: () => 0, read: () => new First() };
  registerClass(91, First, form);
  registerClass(91, First, form);
  for (const type of [91, 0, 101, 1.5])
    assert.throws(() => registerClass(type, Second, form), { code: 'ASSERTION_FAILED' });
});

test('a class may pack further values while it is packed itself', () => {
  class Parcel {
    constructor(readonly content: unknown) {}
  }
  registerClass(92, Parcel, {
    write: ({ content }) => encodeAlone(content),
    read: (data) => new Parcel(decodeAlone(data as Uint8Array)),
  });
  const batch = [{ a: 1 }, new Parcel([{ a: 1 }, new Parcel({ b: 2 })]), { a: 2 }, { b: 3 }];
  assert.deepEqual(overChannel(batch, batch), [batch, batch]);
});

test('other users of msgpackr in the thread are left alone', () => {
  const theirs = new Packr({ moreTypes: true });
  const before = theirs.pack({ account: new Account('ada'), f: new Error('x') });
  const copy = Buffer.from(before);
  encodeAlone(Array.from({ length: 1_000 }, (_, i) => ({ i })));
  new FrameEncoder().encode([Buffer.alloc(5_000_000)]);
  assert.deepEqual(before, copy);
  const { account, f } = theirs.unpack(before) as { account: object; f: Error };
  assert.deepEqual([{ ...account }, f.message], [{ owner: 'ada' }, 'x']);
});

test('what is packed alone can be read any number of times, in any order', () => {
  const values = Array.from({ length: 300 }, (_, i) => ({
    [`k${i}`]: { i, list: [{ [`m${i % 7}`]: i }] },
  }));
  const packed = values.map((value) => encodeAlone(value));
  for (let round = 0; round < 2; round++)
    for (let i = values.length - 1; i >= 0; i--)
      assert.deepEqual(decodeAlone(packed[i] as Uint8Array), values[i]);
  assert.deepEqual(decodeAlone(encodeAlone(values)), values);
});

test('bytes that are no frame of the channel are a failed assertion', () => {
  const encoder = new FrameEncoder();
  const { bytes } = encoder.encode([{ a: 1 }, 'text']);
  for (const bad of [bytes.slice(0, -1), bytes.slice(0, 1), new Uint8Array([1, 0xc1, 0xc1])])
    assert.throws(() => new FrameDecoder().decode(bad), { code: 'ASSERTION_FAILED' });
  assert.throws(() => decodeAlone(new Uint8Array([0xc1, 0])), { code: 'ASSERTION_FAILED' });
});

test('what fits the stack of the sender fits the stack of the receiver', () => {
  const deep = (levels: number): unknown => {
    let value: unknown = 0;
    for (let i = 0; i < levels; i++) value = i % 2 === 0 ? { value } : [value];
    return value;
  };
  let levels = 400;
  for (; ; levels += 50) {
    const batch = [deep(levels)];
    let bytes: Uint8Array;
    try {
      bytes = new FrameEncoder().encode(batch).bytes;
    } catch (error) {
      assert.ok(notEncodable(error));
      break;
    }
    assert.equal(new FrameDecoder().decode(bytes).length, 1);
  }
  assert.ok(levels > 500, `${levels} levels`);
});

test('untrusted bytes may hold plain data', () => {
  const value = {
    list: [1, 'two', null, true, 2 ** 40, new Date(5)],
    bytes: new Uint8Array([1, 2]),
    64: 65,
  };
  const plain = new Packr({ useRecords: false, moreTypes: true });
  assert.deepEqual(decodeUntrusted(plain.pack(value)), value);
  assert.equal(decodeUntrusted(plain.pack(77)), 77);
});

test('untrusted bytes are refused when they are too many, malformed, or more than plain data', () => {
  const plain = new Packr({ useRecords: false, moreTypes: true });
  const bad: [string, Uint8Array][] = [
    ['record definitions', new Packr().pack({ user: 'bob', isAdmin: false })],
    ['two-byte record definitions', Uint8Array.of(0xd5, 0x72, 0x65, 1, 0x91, 0xa1, 0x61, 1)],
    ['nested record definitions', Uint8Array.of(0x91, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1)],
    ['errors', plain.pack([new Error('x')])],
    ['regular expressions', plain.pack({ a: [/(a+)+$/] })],
    ['instances of the runtime', encodeAlone(new CodedError('MAILBOX_FULL', 'x'))],
    ['truncated data', plain.pack(['text', 1]).subarray(0, 4)],
    ['trailing data', Uint8Array.of(1, 2)],
    ['no data', new Uint8Array(0)],
    ['a promise of too much', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ['deep nesting', new Uint8Array(200_000).fill(0x91)],
    ['references', Uint8Array.of(0xd6, 0x70, 0, 0, 0, 1)],
    ['an unknown extension', Uint8Array.of(0xd4, 0x11, 0)],
  ];
  for (const [name, bytes] of bad)
    assert.throws(() => decodeUntrusted(bytes), { code: 'ENDPOINT_REFUSED' }, name);
  assert.throws(() => decodeUntrusted(plain.pack('x'.repeat(100)), { bytesMax: 100 }), {
    code: 'ENDPOINT_REFUSED',
    message: 'expected at most 100 bytes, got 102',
  });
  assert.throws(() => decodeUntrusted(new Uint8Array(LIMITS.endpointBytes + 1)), {
    code: 'ENDPOINT_REFUSED',
  });
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  decoder.decode(encoder.encode([{ user: 'a', isAdmin: true }]).bytes);
  assert.throws(() => decodeUntrusted(new Packr().pack({ isAdmin: 1, user: 2 })));
  assert.deepEqual(decoder.decode(encoder.encode([{ user: 'b', isAdmin: false }]).bytes), [
    { user: 'b', isAdmin: false },
  ]);
});
