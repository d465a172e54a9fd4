import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventReader } from '../../core/event-reader.js';
import { seededRandom } from '../../core/random.js';

const setUp = (bufferMax: number) => {
  let ends = 0;
  const reader = new EventReader<number>(bufferMax, () => ends++);
  return { reader, ends: () => ends };
};

describe('an event reader', () => {
  it('gives what was pushed, in order, whether asked before or after', async () => {
    const { reader } = setUp(10);
    const early = reader.next();
    for (const n of [1, 2, 3]) reader.push(n);
    assert.deepEqual(await early, { value: 1, done: false });
    assert.deepEqual(await reader.next(), { value: 2, done: false });
    assert.deepEqual(await reader.next(), { value: 3, done: false });
  });

  it('answers several pending reads in the order they were asked', async () => {
    const { reader } = setUp(1);
    const reads = [reader.next(), reader.next(), reader.next()];
    for (const n of [1, 2, 3]) reader.push(n);
    assert.deepEqual(
      (await Promise.all(reads)).map((read) => read.value),
      [1, 2, 3],
    );
    assert.equal(reader.dropped, 0);
  });

  it('drops the oldest when full, and counts', async () => {
    const { reader } = setUp(3);
    for (let n = 1; n <= 8; n++) reader.push(n);
    assert.equal(reader.dropped, 5);
    for (const n of [6, 7, 8]) assert.equal((await reader.next()).value, n);
  });

  it('ends quietly when the loop is left, and takes nothing more', async () => {
    const { reader, ends } = setUp(10);
    for (const n of [1, 2, 3]) reader.push(n);
    for await (const n of reader) if (n === 2) break;
    reader.push(4);
    assert.deepEqual(await reader.next(), { value: undefined, done: true });
    assert.equal(ends(), 1);
  });

  it('answers pending reads when it is ended, lets the buffer go, and ends once', async () => {
    const { reader, ends } = setUp(10);
    const pending = [reader.next(), reader.next()];
    reader.end();
    reader.end();
    for (const read of pending) assert.deepEqual(await read, { value: undefined, done: true });
    const other = setUp(10);
    other.reader.push(1);
    other.reader.end();
    assert.equal((await other.reader.next()).done, true);
    assert.deepEqual([ends(), other.ends()], [1, 1]);
  });

  it('refuses a buffer without a bound, or without room', () => {
    for (const bufferMax of [0, -1, 1.5, Infinity, Number.NaN])
      assert.throws(() => setUp(bufferMax), { code: 'ASSERTION_FAILED' });
  });

  it('agrees with a plain list through random pushes and reads', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = seededRandom(seed);
      const bufferMax = 1 + random.int(5);
      const { reader } = setUp(bufferMax);
      const list: number[] = [];
      let dropped = 0;
      for (let step = 0; step < 100; step++) {
        if (random.int(2) === 0) {
          reader.push(step);
          list.push(step);
          if (list.length > bufferMax) {
            list.shift();
            dropped++;
          }
        } else if (list.length > 0)
          assert.equal((await reader.next()).value, list.shift(), `seed ${seed}`);
        assert.equal(reader.dropped, dropped, `seed ${seed}`);
      }
    }
  });
});
