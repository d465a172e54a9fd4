/**
 * Packed files are unpacked on the way and never held whole: what unpacks to far more than it was costs time, not memory.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bodiesOf, itemsOf } from '../../../actors/control/cli/data-point-file.js';
import { chunksOf } from '../../../actors/control/cli/file-chunks.js';
import { PLATFORM_LIMITS } from '../../../actors/limits.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const tree = new TemporaryTree();
after(() => tree.remove());

const MEBIBYTE = 1024 * 1024;
const BOUNDS = { itemsMax: 1_000, bytesMax: MEBIBYTE };
/** What zlib and the stream behind it may be ahead by. */
const AHEAD_BYTES = MEBIBYTE;
const ITEM_BYTES_MAX = 4 * MEBIBYTE;
const UNPACKED_BYTES = 64 * MEBIBYTE;

/** A packed file that unpacks to a thousand times as much: one piece, then as often as that takes another. */
function bomb(name: string, first: string, piece: string): string {
  const repeated = Buffer.alloc(MEBIBYTE, piece);
  const member = gzipSync(repeated);
  const members = Array.from({ length: UNPACKED_BYTES / MEBIBYTE }, () => member);
  const path = tree.path(name);
  writeFileSync(path, Buffer.concat([gzipSync(first), ...members]));
  return path;
}

/** Its chunks, and how much of them has been read. */
function counted(path: string) {
  const count = { bytes: 0, largest: 0 };
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunksOf(path, new AbortController().signal)) {
      count.bytes += chunk.length;
      count.largest = Math.max(count.largest, chunk.length);
      yield chunk;
    }
  }
  return { chunks: chunks(), count };
}

const ENDLESS: Record<string, readonly [first: string, piece: string]> = {
  'a text without an end': ['{"type":"', 'a'],
  'an array of blanks': ['[1,', ' '],
  'brackets without an end': ['', '['],
};

for (const [what, [first, piece]] of Object.entries(ENDLESS)) {
  test(`of ${what} no more is read than one item may have`, async () => {
    const { chunks, count } = counted(bomb(`${what}.gz`, first, piece));
    await assert.rejects(
      async () => {
        for await (const _item of itemsOf(chunks, ITEM_BYTES_MAX));
      },
      { code: 'DATA_FILE_INVALID', message: /expected an item of at most 4194304 bytes, got more/ },
    );
    assert.ok(count.bytes <= ITEM_BYTES_MAX + AHEAD_BYTES, `${count.bytes} bytes read`);
    assert.ok(count.largest <= MEBIBYTE);
  });
}

test('the bound of an item is that of a body, for ingest', async () => {
  const { chunks, count } = counted(bomb('body.gz', '"', 'a'));
  await assert.rejects(
    async () => {
      for await (const _body of bodiesOf(chunks, BOUNDS));
    },
    { code: 'DATA_FILE_INVALID' },
  );
  assert.ok(count.bytes <= PLATFORM_LIMITS.bodyBytesMax + AHEAD_BYTES);
});

test('a file of many small items is given in bodies within their bounds, to its end', async () => {
  // 128 bytes: a mebibyte has so many whole.
  const line = `"${'x'.repeat(125)}"\n`;
  const { chunks, count } = counted(bomb('small.gz', '', line));
  let items = 0;
  for await (const body of bodiesOf(chunks, BOUNDS)) {
    assert.ok(!('reason' in body));
    assert.ok(body.length <= BOUNDS.itemsMax);
    items += body.length;
  }
  assert.equal(items, UNPACKED_BYTES / line.length);
  assert.equal(count.bytes, UNPACKED_BYTES);
});

test('blank lines are passed over without being held', async () => {
  const { chunks, count } = counted(bomb('blank.gz', '1\n', `${' '.repeat(1_023)}\n`));
  const items: number[] = [];
  for await (const { line } of itemsOf(chunks, ITEM_BYTES_MAX)) items.push(line);
  assert.deepEqual(items, [1]);
  assert.equal(count.bytes, 2 + UNPACKED_BYTES);
});
