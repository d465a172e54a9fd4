/**
 * An async generator handler is a stream: the reader's loop grants demand, the generator runs at most that far
 * ahead, and leaving the loop early runs its `finally` on the other thread.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, type Deferred, defineActor, silentLogger } from '../core/index.js';

const sensor = defineActor(import.meta.url, 'sensor', (ctx) => {
  let produced = 0;
  let isClosed = false;
  const waiting: Deferred<number>[] = [];
  return {
    async *readings(first: number) {
      try {
        for (let n = first; ; n++) {
          produced++;
          yield { n, celsius: 20 + Math.sin(n) };
        }
      } finally {
        isClosed = true;
        for (const reply of waiting.splice(0)) reply.resolve(produced);
      }
    },
    async *broken() {
      yield 1;
      throw new Error('the wire is cut');
    },
    /** Answers when the readings have been closed: how many were made. */
    closed(): number | Deferred<number> {
      if (isClosed) return produced;
      const reply = ctx.defer<number>();
      waiting.push(reply);
      return reply;
    },
  };
});

const system = await createSystem({ threads: 1, logger: silentLogger });
const porch = system.spawn(sensor());

const seen: number[] = [];
for await (const { n } of porch.stream('readings', 1)) {
  seen.push(n);
  if (n === 200) break;
}
assert.deepEqual(
  seen,
  Array.from({ length: 200 }, (_, index) => index + 1),
);

// The source was never far ahead of the reader.
const produced = await porch.ask('closed');
assert.ok(produced >= 200 && produced <= 200 + 64, `${produced} readings made for 200 read`);

// What the generator throws ends the loop, with its cause.
const items: number[] = [];
const reading = (async () => {
  for await (const item of porch.stream('broken')) items.push(item);
})();
await assert.rejects(reading, { code: 'HANDLER_FAILED' });
assert.deepEqual(items, [1]);

// Asking a stream, or streaming an answer, is an error and not a hang.
await assert.rejects(porch.ask('broken'), { code: 'STREAM_EXPECTED' });
console.log(`read ${seen.length}, made ${produced}`);
await system.stop();
