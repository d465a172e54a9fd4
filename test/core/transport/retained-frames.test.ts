/** What a sender keeps until the receiver has begun it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../core/limits.js';
import {
  begunMark,
  ChannelMemory,
  FIRST_SEQUENCE,
} from '../../../core/transport/channel-memory.js';
import { RetainedFrames } from '../../../core/transport/retained-frames.js';

function scene() {
  const memory = new ChannelMemory(ChannelMemory.allocate());
  const retained = new RetainedFrames(memory);
  let next = FIRST_SEQUENCE;
  const add = (messages: number, bytes: number | undefined = 10, epoch = 1): number => {
    const first = next;
    next += messages;
    retained.add({
      bytes: bytes === undefined ? undefined : new Uint8Array(bytes),
      epoch,
      first,
      messages,
    });
    return first;
  };
  const begin = (first: number, count = 1): void => {
    for (let n = 0; n < count; n++) memory.markBegun(begunMark(1, first + n));
  };
  const kept = (): number[] => retained.frames().map(({ first }) => first - FIRST_SEQUENCE);
  return { retained, add, begin, kept };
}

test('a frame is kept until all its messages have begun', () => {
  const { retained, add, begin, kept } = scene();
  const first = add(3);
  add(2);
  begin(first, 2);
  retained.release();
  assert.deepEqual(kept(), [0, 3]);
  begin(first + 2);
  retained.release();
  assert.deepEqual(kept(), [3]);
});

test('frames go in order: one that has begun behind one that has not stays', () => {
  const { retained, add, begin, kept } = scene();
  const first = add(1);
  const second = add(1);
  begin(second);
  retained.release();
  assert.deepEqual(kept(), [0, 1]);
  begin(first);
  retained.release();
  assert.deepEqual(kept(), []);
});

test('adding lets go of what has begun meanwhile', () => {
  const { add, begin, kept } = scene();
  for (let n = 0; n < 1_000; n++) begin(add(4), 4);
  add(4);
  assert.deepEqual(kept(), [4_000]);
});

test('beyond the window of marks the oldest falls out', () => {
  const { retained, add } = scene();
  const frames = LIMITS.retainedMessages / 256;
  for (let n = 0; n < frames + 10; n++) add(256);
  const kept = retained.frames();
  assert.equal(kept.length, frames);
  assert.equal(kept[0]?.first, FIRST_SEQUENCE + 10 * 256);
});

test('beyond the bytes the oldest falls out; a frame that could not be kept weighs nothing', () => {
  const { retained, add } = scene();
  add(1, undefined);
  for (let n = 0; n < 8; n++) add(1, LIMITS.retainedBytes / 4);
  assert.equal(retained.frames().length, 4);
  add(1, LIMITS.retainedBytes * 2);
  assert.equal(retained.frames().length, 0);
});

test('the oldest dictionary still needed is that of the oldest frame', () => {
  const { retained, add, begin } = scene();
  assert.equal(retained.oldestEpoch, undefined);
  const first = add(1, 10, 4);
  add(1, 10, 5);
  assert.equal(retained.oldestEpoch, 4);
  begin(first);
  retained.release();
  assert.equal(retained.oldestEpoch, 5);
});
