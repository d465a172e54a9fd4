import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../core/errors.js';
import { decodeEntry, encodeEntry, hookOf, type LogEntry } from '../../stores/entry-codec.js';
import type { Piecework } from '../../stores/piecework.js';

const objectOf = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { noNullPrototype: true });
const time = fc.oneof(fc.integer({ min: -1e15, max: 1e15 }), fc.constant(0));
const eid = fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger());
const json = fc.jsonValue({ maxDepth: 3 });
const tokens = fc.dictionary(fc.string(), time, { noNullPrototype: true });
const number = fc.nat(5_000);

const point = fc.record(
  {
    attr: number,
    v: fc.oneof(json, fc.bigInt(), fc.constant(undefined)),
    t1: time,
    t2: time,
    c: fc.double({ min: 0, max: 1, noNaN: true }),
    src: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['attr', 'v', 't1', 't2', 'c'], noNullPrototype: true },
);
const until = fc.oneof(time, fc.constant(Infinity));
const link = fc.oneof(
  objectOf({ op: fc.constant('add' as const), etype: number, eid, attr: number, until }),
  objectOf({
    op: fc.constantFrom('remove' as const, 'unlink' as const),
    etype: number,
    eid,
    attr: number,
  }),
);
const after = <T>(last: fc.Arbitrary<T>) => fc.option(last, { nil: undefined });
const piecework = fc.oneof(
  objectOf({
    work: fc.constant('unlink' as const),
    incarnation: number,
    after: after(objectOf({ etype: number, attr: number, eid })),
  }),
  objectOf({ work: fc.constant('begin-sweep' as const) }),
  objectOf({ work: fc.constant('sweep' as const), after: after(eid) }),
);
const task = fc.record(
  {
    etype: number,
    eid,
    points: fc.array(point, { maxLength: 5 }),
    ttl: tokens,
    isDelete: fc.constant(true as const),
    isErase: fc.constant(true as const),
    links: fc.array(link, { maxLength: 3 }),
    refresh: fc.constant(true as const),
    piecework,
  },
  { requiredKeys: ['etype', 'eid', 'points'], noNullPrototype: true },
);
const origin = fc.oneof(
  fc.constantFrom({ by: 'api' as const }, { by: 'links' as const }),
  objectOf({
    by: fc.constant('hook' as const),
    module: fc.string(),
    hook: fc.string(),
    generation: number,
  }),
);
const entry = objectOf({
  receivedAt: time,
  schema: number,
  origin,
  cause: fc.option(objectOf({ partition: number, seq: number }), { nil: undefined }),
  depth: number,
  budget: number,
  tasks: fc.array(task, { maxLength: 4 }),
});

test('every entry comes back as it was', () => {
  fc.assert(fc.property(entry, (one) => assert.deepEqual(decodeEntry(encodeEntry(one)), one)));
});

test('many sources in one entry are told apart', () => {
  const points = Array.from({ length: 300 }, (_, place) => ({
    attr: 1,
    v: place,
    t1: place,
    t2: place,
    c: 1,
    src: `source ${place % 150}`,
  }));
  const one = { ...EMPTY, tasks: [{ etype: 0, eid: 'a', points }] };
  assert.deepEqual(decodeEntry(encodeEntry(one)), one);
});

test('bytes that are no entry are a coded error', () => {
  const isCoded = (bytes: Uint8Array) => {
    try {
      decodeEntry(bytes);
    } catch (error) {
      assert.ok(hasCode(error, 'STORED_BYTES_INVALID'), String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array(), isCoded));
  fc.assert(
    fc.property(entry, fc.nat(), fc.nat(255), (one, at, byte) => {
      const bytes = encodeEntry(one);
      isCoded(bytes.subarray(0, at % bytes.length));
      bytes[at % bytes.length] = byte;
      isCoded(bytes);
    }),
  );
  const bytes = encodeEntry(EMPTY);
  for (const wrong of [
    Uint8Array.of(),
    Uint8Array.of(...bytes, 0),
    Uint8Array.of(0x21, ...bytes.slice(1)),
  ])
    assert.throws(
      () => decodeEntry(wrong),
      (error) => hasCode(error, 'STORED_BYTES_INVALID'),
    );
});

test('piecework has bytes of its own behind those of the task, and no others are taken for it', () => {
  const bytesOf = (piecework: Piecework | undefined) =>
    encodeEntry({ ...EMPTY, tasks: [{ etype: 1, eid: '', points: [], piecework }] });
  const head = bytesOf(undefined).length;
  const tail = (piecework: Piecework) => [...bytesOf(piecework).subarray(head)];
  const a = [6, 4, 97];
  const source = { etype: 2, attr: 3, eid: 'a' };
  assert.deepEqual(tail({ work: 'unlink', incarnation: 5, after: undefined }), [0, 5, 0]);
  assert.deepEqual(tail({ work: 'unlink', incarnation: 5, after: source }), [0, 5, 1, 2, 3, ...a]);
  assert.deepEqual(tail({ work: 'begin-sweep' }), [1]);
  assert.deepEqual(tail({ work: 'sweep', after: undefined }), [2, 0]);
  assert.deepEqual(tail({ work: 'sweep', after: 'a' }), [2, 1, ...a]);
  const known = bytesOf({ work: 'begin-sweep' }).subarray(0, head);
  for (const wrong of [[], [3], [0, 5], [0, 5, 2], [1, 0], [2], [2, 1], [2, 1, 3], [2, 2, ...a]])
    assert.throws(
      () => decodeEntry(Uint8Array.of(...known, ...wrong)),
      (error) => hasCode(error, 'STORED_BYTES_INVALID'),
      String(wrong),
    );
});

test('only what a hook derived carries its name', () => {
  assert.equal(hookOf({ by: 'api' }), undefined);
  assert.equal(hookOf({ by: 'hook', module: 'geo', hook: 'locate', generation: 3 }), 'geo.locate');
});

const EMPTY: LogEntry = {
  receivedAt: 1.7e12,
  schema: 1,
  origin: { by: 'api' },
  cause: undefined,
  depth: 0,
  budget: 10_000,
  tasks: [],
};
