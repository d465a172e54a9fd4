/**
 * A channel whose sending thread ends at any instant, while it sends: what arrives is the frames 1 to k, k at least
 * what `send` had returned for, and then one close. On real threads, many times over.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { seededRandom } from '../../../core/random.js';
import { portTransport } from '../../../core/transport/port-transport.js';
import { ringTransport } from '../../../core/transport/ring-transport.js';
import type { SendingThreadData } from './sending-thread.js';

type Ending = SendingThreadData['ending'];

const TRANSPORTS = { port: portTransport, ring: ringTransport };
const ENDINGS: readonly [ending: Ending, times: number, words: string][] = [
  ['killed', 30, 'is terminated'],
  ['exit', 8, 'exits'],
  ['throw', 8, 'crashes'],
  ['close', 3, 'closes the channel'],
];

/** Fails unless frame number `expected` is as sending-thread.ts makes it. */
function checkFrame(
  bytes: Uint8Array,
  attachments: readonly unknown[] | undefined,
  expected: number,
): void {
  assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0), expected);
  assert.ok(bytes.subarray(4).every((byte) => byte === (expected & 0xff)));
  if (attachments === undefined) return;
  const [memory, number] = attachments as [ArrayBuffer, number];
  assert.deepEqual([memory.byteLength, number], [expected % 100, expected]);
}

async function runOnce(name: 'port' | 'ring', ending: Ending, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const counts = new SharedArrayBuffer(8);
  const words = new Int32Array(counts);
  const frames = 1 + random.int(random.pick([3, 300, 6_000]));
  const data: SendingThreadData = { transport: name, counts, seed, ending, frames };
  const worker = new Worker(new URL('./sending-thread.js', import.meta.url), { workerData: data });
  worker.on('error', () => {});
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  // Not events.once(): that rejects when the crash is heard before the message.
  const end = await new Promise<unknown>((resolve) => worker.once('message', resolve));
  const source = TRANSPORTS[name].accept(end);
  let received = 0;
  let failure: unknown;
  const closed = new Promise<void>((resolve) => {
    source.start((bytes, attachments) => {
      try {
        checkFrame(bytes, attachments, ++received);
      } catch (error) {
        failure ??= error;
      }
      Atomics.store(words, 1, received);
      if (ending === 'killed' && received === frames) void worker.terminate();
    }, resolve);
  });
  source.ref();
  // Half of the receivers also look for themselves, as a busy host does.
  const polling = seed % 2 === 0 ? undefined : setInterval(() => source.poll(), 1);
  await closed;
  clearInterval(polling);
  if (ending === 'close') await worker.terminate();
  await exited;
  assert.equal(failure, undefined);
  const announced = Atomics.load(words, 0);
  assert.ok(announced <= received && received <= announced + 1, `${received} of ${announced}`);
  assert.equal(source.poll(), 0);
  return received;
}

for (const name of ['port', 'ring'] as const)
  for (const [ending, times, words] of ENDINGS)
    test(`when the sending thread ${words}, a ${name} delivers all that was sent, then closes`, async () => {
      for (let seed = 1; seed <= times; seed++) {
        try {
          await runOnce(name, ending, seed);
        } catch (error) {
          throw new Error(`failed with seed ${seed}`, { cause: error });
        }
      }
    });
