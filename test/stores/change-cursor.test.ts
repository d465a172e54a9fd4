/**
 * The word a reader of changes keeps: it comes back as it was, and whatever is not one is known.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { folderDigest, printChangeCursor, readChangeCursor } from '../../stores/change-cursor.js';
import { STORE_LIMITS } from '../../stores/limits.js';

const places = fc.array(fc.maxSafeInteger().map(Math.abs), { minLength: 1, maxLength: 80 });

test('a cursor says of which folder it is and where each partition was', () => {
  fc.assert(
    fc.property(fc.uuid(), places, (id, next) => {
      const cursor = printChangeCursor(id, next);
      assert.match(cursor, /^[\w-]+$/);
      assert.deepEqual(readChangeCursor(cursor), { folder: folderDigest(id), next });
    }),
  );
});

test('a cursor of the most partitions there may be has room', () => {
  const next = new Array<number>(STORE_LIMITS.partitionsMax).fill(Number.MAX_SAFE_INTEGER);
  const cursor = printChangeCursor(randomUUID(), next);
  assert.ok(cursor.length <= STORE_LIMITS.changeCursorCharsMax, `${cursor.length} characters`);
  assert.deepEqual(readChangeCursor(cursor)?.next, next);
});

test('one that was cut, edited or made up is none', () => {
  const cursor = printChangeCursor(randomUUID(), [1, 700, 3, 2 ** 40]);
  for (let end = 0; end < cursor.length; end++)
    assert.equal(readChangeCursor(cursor.slice(0, end)), undefined, `cut to ${end}`);
  for (let at = 0; at < cursor.length; at++) {
    const other = cursor[at] === 'A' ? 'B' : 'A';
    const edited = cursor.slice(0, at) + other + cursor.slice(at + 1);
    assert.equal(readChangeCursor(edited), undefined, `edited at ${at}`);
  }
  for (const text of [`${cursor}=`, ` ${cursor}`, `${cursor}\n`, cursor + cursor, '', '!', 'start'])
    assert.equal(readChangeCursor(text), undefined, JSON.stringify(text));
  for (const value of [undefined, null, 7, {}, [cursor], 'A'.repeat(1_000_000)])
    assert.equal(readChangeCursor(value), undefined);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      assert.equal(readChangeCursor(text), undefined);
    }),
  );
});
