/** A file of data-points cut into bodies, whatever its form and however its chunks fall. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Body,
  type BodyBounds,
  bodiesOf,
  bytesOf,
  type NotJson,
} from '../../../actors/control/cli/data-point-file.js';

const WIDE: BodyBounds = { itemsMax: 1_000, bytesMax: 1_000_000 };

async function* chunked(text: string, bytesEach: number): AsyncGenerator<Uint8Array, void> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += bytesEach)
    yield bytes.subarray(from, from + bytesEach);
}

async function cut(
  text: string,
  bounds = WIDE,
  bytesEach = 7,
): Promise<{ bodies: unknown[][]; lines: number[]; faults: NotJson[] }> {
  const bodies: Body[] = [];
  const faults: NotJson[] = [];
  for await (const part of bodiesOf(chunked(text, bytesEach), bounds)) {
    if ('reason' in part) faults.push(part);
    else bodies.push(part);
  }
  return {
    bodies: bodies.map((body) => JSON.parse(Buffer.from(bytesOf(body)).toString()) as unknown[]),
    lines: bodies.flatMap((body) => body.map(({ line }) => line)),
    faults,
  };
}

const written = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 20 });
const layout = fc.record({
  bytesEach: fc.integer({ min: 1, max: 40 }),
  itemsMax: fc.integer({ min: 1, max: 5 }),
});

test('an array, printed in any way, gives its items in order, whatever the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(written, layout, fc.nat(3), async (items, { bytesEach, itemsMax }, indent) => {
      const { bodies } = await cut(
        JSON.stringify(items, undefined, indent),
        { ...WIDE, itemsMax },
        bytesEach,
      );
      assert.deepEqual(bodies.flat(), plain(items));
      assert.ok(bodies.every((body) => body.length <= itemsMax));
    }),
  );
});

test('values one a line give the same, empty lines counted and passed over', async () => {
  await fc.assert(
    fc.asyncProperty(written, layout, async (items, { bytesEach, itemsMax }) => {
      const objects = items.map((item) => ({ item }));
      const text = objects.map((item) => `${JSON.stringify(item)}\r\n\n`).join('');
      const { bodies, lines } = await cut(text, { ...WIDE, itemsMax }, bytesEach);
      assert.deepEqual(bodies.flat(), plain(objects));
      assert.deepEqual(
        lines,
        objects.map((_, index) => index * 2 + 1),
      );
    }),
  );
});

test('an item that is no JSON is named with its line, and its neighbours go on', async () => {
  const { bodies, faults } = await cut('{"a":1}\n{"a":\n{"a":3}');
  assert.deepEqual(bodies, [[{ a: 1 }, { a: 3 }]]);
  assert.deepEqual(
    faults.map(({ line }) => line),
    [2],
  );
  const array = await cut('[{"a":1},\n nonsense,\n {"a":3}]');
  assert.deepEqual(array.bodies.flat(), [{ a: 1 }, { a: 3 }]);
  assert.deepEqual(
    array.faults.map(({ line }) => line),
    [2],
  );
});

test('an item of an array is named by the line where it begins', async () => {
  const text = '\n[\n  {"a":\n    1},\n\n  [2,\n 3]\n , "x", 4\n,\n5\n]\n';
  for (const bytesEach of [1, 3, 7, 100]) {
    const { bodies, lines } = await cut(text, WIDE, bytesEach);
    assert.deepEqual(bodies, [[{ a: 1 }, [2, 3], 'x', 4, 5]]);
    assert.deepEqual(lines, [3, 6, 8, 8, 10], `${bytesEach}`);
  }
});

test('a body holds no more bytes than it may, unless one item alone is larger', async () => {
  const long = 'x'.repeat(100);
  const { bodies } = await cut(JSON.stringify(['a', long, 'b', 'c']), {
    itemsMax: 10,
    bytesMax: 20,
  });
  assert.deepEqual(bodies, [['a'], [long], ['b', 'c']]);
});

test('an array that is cut off, or goes on after its end, is refused', async () => {
  const refused = { code: 'DATA_FILE_INVALID' };
  await assert.rejects(cut('[{"a":1},{"a"'), refused);
  await assert.rejects(cut('[1,2'), refused);
  await assert.rejects(cut('[1] [2]'), refused);
});

test('an empty file, spaces, an empty array and a byte order mark are no faults', async () => {
  for (const text of ['', ' \n\n', '[]', ' [ \n ] ', '\uFEFF[]'])
    assert.deepEqual(await cut(text, WIDE, 64), { bodies: [], lines: [], faults: [] });
  assert.deepEqual((await cut('\uFEFF[1]', WIDE, 64)).bodies, [[1]]);
});

/** As JSON tells it: -0 is 0. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
