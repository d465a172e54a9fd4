/**
 * Strategy: random writes, reads and sleeps on small rings, against an array. Invariants: the same records come out
 * in the same order; a write is refused exactly when there is no room for it in one piece; a reader that sleeps while
 * records wait has been woken.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../core/random.js';
import { allocateRing, RingReader, RingWriter } from '../../core/transport/spsc-ring.js';

const SEEDS = 400;
const STEPS = 600;

function run(seed: number): void {
  const random = seededRandom(seed);
  const below = (bound: number): number => random.int(Math.ceil(bound));
  const capacity = 64 << below(6);
  const memory = allocateRing(capacity);
  // Near the overflow of the counts in a third of the runs.
  const control = new Int32Array(memory);
  if (seed % 3 === 0)
    control[0] = control[16] = -8 * (1 + below(2 * capacity)) + (seed % 2 === 0 ? 0 : 2 ** 31);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  const model: { bytes: Uint8Array; sequence: number; end: number }[] = [];
  // Counted from a multiple of the capacity, without overflow.
  let tail = 2 ** 40 + ((control[0] as number) & (capacity - 1));
  let head = tail;
  let isAsleep = false;
  const edges = [0, 1, 7, 8, 9, capacity / 2 - 8, capacity / 2 - 9, capacity / 2 - 7, capacity / 4];

  for (let step = 0; step < STEPS; step++) {
    const action = random.next();
    if (action < 0.5) {
      const length = below(4) === 0 ? (edges[below(edges.length)] as number) : below(capacity / 3);
      const bytes = Uint8Array.from({ length }, () => below(256));
      const size = 8 + Math.ceil(length / 8) * 8;
      const isWritten = writer.tryWrite(bytes, step);
      if (model.length === 0) assert.equal(isWritten, size <= capacity / 2);
      const untilEnd = capacity - (tail % capacity);
      const needed = size <= untilEnd ? size : untilEnd + size;
      assert.equal(isWritten, size <= capacity / 2 && tail + needed - head <= capacity);
      if (isWritten) {
        tail += needed;
        model.push({ bytes, sequence: step, end: tail });
        const mustWake = writer.mustWake();
        assert.equal(mustWake, isAsleep);
        if (mustWake) isAsleep = false;
      }
    } else if (action < 0.95) {
      const expected = model.shift();
      assert.equal(reader.hasNext(), expected !== undefined);
      if (expected === undefined) continue;
      assert.equal(reader.sequence, expected.sequence);
      assert.deepEqual(reader.take(), expected.bytes);
      head = expected.end;
    } else {
      const slept = reader.trySleep();
      assert.equal(slept, model.length === 0);
      isAsleep = slept;
    }
  }
}

test('a ring is a queue, whatever the sizes and wherever it wraps', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      run(seed);
    } catch (error) {
      throw new Error(`failed with seed ${seed}`, { cause: error });
    }
  }
});
