/**
 * Packing and unpacking alone: batches of four-field messages as a channel makes them, beside what
 * Node offers for the same.
 * Runs on: main.
 */
import { deserialize, serialize } from 'node:v8';
import { FrameDecoder, FrameEncoder } from '../../core/message/codec.js';
import { expectEqual } from '../bench-error.js';
import { type FourFields, PAYLOADS } from '../payloads.js';
import { type Measure, type Row, row } from '../row.js';
import { perSecond } from '../timing.js';

const MESSAGES = 100_000;
const SIZES = [1, 64] as const;

type RoundTrip = (batch: readonly FourFields[]) => readonly FourFields[];

/** Printed in this order. */
export const codecRows: readonly Row[] = SIZES.map((size) =>
  row({
    group: 'codec',
    name: `there and back, four fields, batches of ${size}`,
    unit: 'messages/s',
    better: 'higher',
    ours: measure(size, channelRoundTrip()),
    peers: {
      'v8.serialize': measure(size, (batch) => deserialize(serialize(batch)) as FourFields[]),
      JSON: measure(size, (batch) => JSON.parse(JSON.stringify(batch)) as FourFields[]),
    },
  }),
);

function channelRoundTrip(): RoundTrip {
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  return (batch) => {
    const { bytes } = encoder.encode([...batch]);
    return decoder.decode(bytes) as unknown[] as FourFields[];
  };
}

function measure(size: number, roundTrip: RoundTrip): Measure {
  const { make, weigh } = PAYLOADS['four-fields'];
  return async () => {
    let sum = 0;
    let expected = 0;
    const rate = await perSecond(MESSAGES, async () => {
      for (let start = 0; start < MESSAGES; start += size) {
        const batch = Array.from({ length: Math.min(size, MESSAGES - start) }, (_, index) =>
          make(start + index),
        );
        for (const message of roundTrip(batch)) sum += weigh(message);
      }
    });
    for (let index = 0; index < MESSAGES; index++) expected += weigh(make(index));
    expectEqual('sum of messages', sum, expected);
    return rate;
  };
}
