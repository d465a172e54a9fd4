/**
 * Chunks of changes come back as they were, whatever is in them, and bytes that are none are refused.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../core/index.js';
import {
  decodeChangeChunk,
  encodeChangeChunk,
  encodeChangesFrom,
  type StoredChange,
} from '../../stores/change-codec.js';
import type { Lane } from '../../stores/lane.js';
import { STORE_LIMITS } from '../../stores/limits.js';

const plain = { noNullPrototype: true } as const;
const changes: fc.Arbitrary<StoredChange> = fc.record(
  {
    type: fc.constantFrom('created', 'changed', 'deleted'),
    etype: fc.nat(3),
    eid: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger().map((id) => id + 0),
    ),
    attrs: fc.uniqueArray(fc.nat(5), { maxLength: 5 }),
    lane: fc.constantFrom<Lane>(0, 1),
    number: fc.oneof(fc.nat(9), fc.maxSafeInteger().map(Math.abs)),
  },
  plain,
);
const chunks = fc.record(
  {
    at: fc.oneof(fc.nat(2 ** 31), fc.double({ noNaN: true, noDefaultInfinity: true })),
    changes: fc.array(fc.option(changes, { nil: undefined, freq: 8 }), { maxLength: 40 }),
  },
  plain,
);

test('a chunk comes back as it was, erased changes in their places', () => {
  fc.assert(
    fc.property(chunks, (chunk) => {
      const { at, changes: back } = decodeChangeChunk(encodeChangeChunk(chunk));
      assert.equal(at + 0, chunk.at + 0);
      assert.deepEqual(back, chunk.changes);
    }),
  );
});

test('tasks one after the other on entities of a type take little more than their ids', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => ({
    type: 'changed' as const,
    etype: 3,
    eid: `host-${String(i).padStart(5, '0')}`,
    attrs: [1, 4, 7],
    lane: 1 as const,
    number: 5_000_000 + i,
  }));
  const bytes = encodeChangeChunk({ at: Date.now(), changes: many });
  assert.ok(bytes.length < many.length * 12.1, `${bytes.length} bytes`);
});

test('what a large commit changed is cut into chunks of a bounded size, with nothing lost between them', () => {
  const many: StoredChange[] = Array.from({ length: 20_000 }, (_, number) => ({
    type: 'created',
    etype: number % 2,
    eid: `${number}`.repeat(1 + (number % 9)),
    attrs: [number % 3],
    lane: 0,
    number,
  }));
  const back: unknown[] = [];
  let pieces = 0;
  for (let from = 0; from < many.length; pieces++) {
    const { bytes, count } = encodeChangesFrom(many, from, 7);
    assert.ok(bytes.length < STORE_LIMITS.changeChunkBytes + 100 && count > 0);
    back.push(...decodeChangeChunk(bytes).changes);
    from += count;
  }
  assert.ok(pieces > 2);
  assert.deepEqual(back, many);
});

test('any other bytes are refused, and never more than that', () => {
  const whole = fc.tuple(chunks, fc.nat(), fc.nat(255)).map(([chunk, at, byte]) => {
    const bytes = encodeChangeChunk(chunk);
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), whole), (bytes) => {
      try {
        decodeChangeChunk(bytes);
      } catch (error) {
        assert.ok(hasCode(error, 'STORED_BYTES_INVALID'), String(error));
      }
    }),
  );
  const cut = encodeChangeChunk({
    at: 1,
    changes: [{ type: 'deleted', etype: 1, eid: 'abc', attrs: [2], lane: 1, number: 9 }],
  });
  for (let end = 0; end < cut.length; end++) {
    const rest = cut.subarray(0, end);
    // The head alone, a time and no change, is a chunk too.
    if (end === 2) assert.deepEqual(decodeChangeChunk(rest).changes, []);
    else assert.throws(() => decodeChangeChunk(rest), { code: 'STORED_BYTES_INVALID' });
  }
});
