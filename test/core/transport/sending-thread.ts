/**
 * A thread that opens a channel and sends numbered frames as fast as it can, announcing each in shared memory once
 * `send` has returned, until it is killed or ends itself. Started by sender-death.test.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Random, seededRandom } from '../../../core/random.js';
import { portTransport } from '../../../core/transport/port-transport.js';
import { ringTransport } from '../../../core/transport/ring-transport.js';
import type { FrameSink } from '../../../core/transport/transport.js';

export interface SendingThreadData {
  readonly transport: 'port' | 'ring';
  /** Words: 0 announced by the sender, 1 received by the receiver. */
  readonly counts: SharedArrayBuffer;
  readonly seed: number;
  /** How it ends itself, and after how many frames; `killed` is for the receiver to do. */
  readonly ending: 'killed' | 'exit' | 'throw' | 'close';
  readonly frames: number;
}

/** Frames on their way; beyond, the sender lets the receiver catch up. */
const AHEAD_MAX = 3_000;

export function lengthOf(random: Random): number {
  const kind = random.int(200);
  if (kind === 0) return 70_000 + random.int(100_000);
  return kind < 10 ? random.int(20_000) : 4 + random.int(300);
}

function sendFrame(sink: FrameSink, random: Random, number: number): void {
  const bytes = new Uint8Array(Math.max(4, lengthOf(random))).fill(number & 0xff);
  new DataView(bytes.buffer).setInt32(0, number);
  if (random.int(50) !== 0) sink.send(bytes);
  else {
    const memory = new ArrayBuffer(number % 100);
    sink.send(bytes, [memory, number], [memory]);
  }
}

function main({ transport, counts, seed, ending, frames }: SendingThreadData): void {
  const words = new Int32Array(counts);
  const random = seededRandom(seed);
  const { sink, end, endTransfer } = (transport === 'port' ? portTransport : ringTransport).open();
  parentPort?.postMessage(end, endTransfer);
  let number = 0;
  const burst = (): void => {
    for (let i = random.int(400); i >= 0 && number - Atomics.load(words, 1) < AHEAD_MAX; i--) {
      sendFrame(sink, random, ++number);
      Atomics.store(words, 0, number);
      if (ending === 'killed' || number < frames) continue;
      if (ending === 'exit') process.exit();
      if (ending === 'throw') throw new Error('the sending thread crashes');
      sink.close();
      return;
    }
    setImmediate(burst);
  };
  burst();
}

if (workerData !== null) main(workerData as SendingThreadData);
