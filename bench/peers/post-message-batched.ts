/**
 * Bare postMessage with 64 messages in one array a post, as a peer: what a careful author gets by
 * batching by hand. Not for buffers: the clone of an array copies a buffer that is in it 64 times
 * only once.
 * Runs on: main.
 */
import { SIZES } from '../benchmarks.js';
import { kept } from '../kept.js';
import { PAYLOADS, type PayloadName } from '../payloads.js';
import type { Measure } from '../row.js';
import { BareReceivers } from './bare-threads.js';
import type { PeerMeasures } from './peers.js';

const BATCH = 64;

const receiver = kept(
  () => BareReceivers.start(1, 1),
  (receivers) => receivers.stop(),
);
const eightReceivers = kept(
  () => BareReceivers.start(SIZES.fanOut, SIZES.fanOutThreads),
  (receivers) => receivers.stop(),
);

export const measures: PeerMeasures = {
  'tell/number': tell('number'),
  'tell/four-fields': tell('four-fields'),
  'tell/text-1kb': tell('text-1kb'),
  'tell/fan-out-8': async () => {
    return (await eightReceivers()).flood('four-fields', SIZES.fanOutTells, BATCH);
  },
};

function tell(payload: PayloadName): Measure {
  return async () => (await receiver()).flood(payload, PAYLOADS[payload].tells, BATCH);
}
