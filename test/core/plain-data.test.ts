import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { findPlainFault } from '../../core/plain-data.js';

const bounds = { bytesMax: 1_000, depthMax: 10 };
const faultOf = (value: unknown, of = bounds) => findPlainFault(value, of)?.type;

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
};

describe('plain data', () => {
  it('is what JSON knows, and undefined, bigint, Date, Map, Set, buffers and their views', () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    const views = [new Uint8Array(2), new DataView(new ArrayBuffer(2)), Buffer.alloc(2)];
    const values = [
      null,
      true,
      1,
      'x',
      [1, [2]],
      { a: { b: 1 } },
      undefined,
      1n,
      -5n,
      new Date(0),
      bare,
    ];
    const all = [
      ...values,
      new Map([[{ a: 1 }, [1]]]),
      new Set([[1]]),
      new ArrayBuffer(2),
      ...views,
    ];
    for (const value of [...all, all])
      assert.equal(faultOf(value, { bytesMax: 100_000, depthMax: 10 }), undefined);
  });

  it('is nothing else, at any depth', () => {
    class Account {}
    const { port1, port2 } = new MessageChannel();
    const shared = new SharedArrayBuffer(1);
    const foreign = [
      () => {},
      Symbol('s'),
      new Account(),
      /x/,
      new Error('x'),
      new WeakMap(),
      Promise.resolve(),
      port1,
    ];
    for (const value of [
      ...foreign,
      shared,
      new Uint8Array(shared),
      new Proxy({}, { getPrototypeOf: () => Account.prototype }),
    ]) {
      for (const holder of [
        value,
        [value],
        { value },
        new Map([[1, value]]),
        new Map([[value, 1]]),
        new Set([value]),
      ])
        assert.equal(faultOf(holder), 'foreign');
    }
    port1.close();
    port2.close();
  });

  it('has no key that sets a prototype', () => {
    for (const text of ['{"__proto__":1}', '[{"a":{"__proto__":{}}}]'])
      assert.deepEqual(findPlainFault(JSON.parse(text), bounds), {
        type: 'foreign',
        what: 'the key __proto__',
      });
    assert.equal(faultOf(Object.defineProperty([1], '__proto__', { value: 1 })), 'foreign');
  });

  it('weighs 8 bytes a value, the characters of strings and keys, the bytes of buffers', () => {
    const weights: [unknown, number][] = [
      [null, 8],
      ['abc', 11],
      [[], 8],
      [[1, 2], 40],
      [{ ab: 1 }, 18],
      [new Map([[1, 'a']]), 33],
      [new Set([1]), 24],
      [new Date(), 8],
      [new ArrayBuffer(100), 108],
      [new Uint8Array(new ArrayBuffer(100), 0, 1), 108],
      [5n, 8],
      [1n << 799n, 108],
    ];
    for (const [value, bytes] of weights) {
      assert.equal(faultOf(value, { bytesMax: bytes, depthMax: 5 }), undefined, String(bytes));
      assert.equal(faultOf(value, { bytesMax: bytes - 1, depthMax: 5 }), 'large', String(bytes));
    }
  });

  it('weighs what is held twice twice, and ends at the bound whatever unfolds', () => {
    let doubled: unknown = 1;
    for (let level = 0; level < 9; level++) doubled = [doubled, doubled];
    assert.equal(faultOf(doubled), 'large');
    const endless: unknown[] = [];
    endless.length = 4_000_000_000;
    assert.equal(faultOf(endless), 'large');
    assert.equal(faultOf(1n << 1_000_000n), 'large');
  });

  it('nests as deep as the bound, and a cycle is deeper than any', () => {
    assert.equal(faultOf(nested(10)), undefined);
    assert.equal(faultOf(nested(11)), 'deep');
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    assert.equal(faultOf(cyclic), 'deep');
    const unbounded = { bytesMax: Number.POSITIVE_INFINITY, depthMax: 100_000 };
    assert.equal(faultOf(nested(100_000), unbounded), undefined);
    assert.equal(faultOf(1n << 100_000n, unbounded), undefined);
  });
});
