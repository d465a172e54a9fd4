/**
 * Bare postMessage, one message a post, as a peer: what Node gives without any library.
 * Runs on: main.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SIZES } from '../benchmarks.js';
import { kept } from '../kept.js';
import { PAYLOADS, type PayloadName } from '../payloads.js';
import type { Measure } from '../row.js';
import { callsPerSecond, elapsedMs, lonePercentileUs } from '../timing.js';
import { BareAdder, BareReceivers } from './bare-threads.js';
import type { PeerMeasures } from './peers.js';

const receiver = kept(
  () => BareReceivers.start(1, 1),
  (receivers) => receivers.stop(),
);
const eightReceivers = kept(
  () => BareReceivers.start(SIZES.fanOut, SIZES.fanOutThreads),
  (receivers) => receivers.stop(),
);
const adder = kept(
  () => BareAdder.start(),
  (thread) => thread.stop(),
);

export const measures: PeerMeasures = {
  'tell/number': tell('number'),
  'tell/four-fields': tell('four-fields'),
  'tell/text-1kb': tell('text-1kb'),
  'tell/buffer-64kb': tell('buffer-64kb'),
  'tell/buffer-8mb': tell('buffer-8mb'),
  'tell/fan-out-8': async () => {
    return (await eightReceivers()).flood('four-fields', SIZES.fanOutTells, 1);
  },
  'ask/in-flight-256': async () => {
    const thread = await adder();
    return callsPerSecond((a, b) => thread.add(a, b), {
      calls: SIZES.calls,
      inFlight: SIZES.callsInFlight,
    });
  },
  'ask/lone': async () => {
    const thread = await adder();
    return lonePercentileUs((a, b) => thread.add(a, b), {
      calls: SIZES.loneCalls,
      discarded: SIZES.loneCallsDiscarded,
    });
  },
  'threads/start': async () => {
    let ms = 0;
    for (let started = 0; started < SIZES.threadStarts; started++) ms += await startOnce();
    return ms / SIZES.threadStarts;
  },
};

function tell(payload: PayloadName): Measure {
  return async () => (await receiver()).flood(payload, PAYLOADS[payload].tells, 1);
}

/** From `new Worker` to its first message; ending it is not timed. */
async function startOnce(): Promise<number> {
  let worker: Worker | undefined;
  const ms = await elapsedMs(() => {
    worker = new Worker(new URL('./threads/bare-adder.js', import.meta.url));
    return once(worker, 'message');
  });
  await worker?.terminate();
  return ms;
}
