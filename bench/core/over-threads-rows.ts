/**
 * Messages from main to an actor on a pool thread: told, sent and asked, by size; and to eight
 * replicas on two threads.
 * Runs on: main.
 */
import { createSystem } from '../../core/index.js';
import { expectEqual } from '../bench-error.js';
import { type Benchmark, benchmark, SIZES } from '../benchmarks.js';
import { kept } from '../kept.js';
import { expectedWeight, PAYLOADS, type PayloadName, payloadOf } from '../payloads.js';
import { peersFor } from '../peers/peers.js';
import { type Budget, type Row, row } from '../row.js';
import { callsPerSecond, lonePercentileUs, perSecond } from '../timing.js';
import { adder, askFlood, flood, receiver } from './receiver.js';

/** Broadcasts before all replicas are asked whether they keep up: fewer than a mailbox holds. */
const BURST = 2_000;
/** Asks in flight, and how many of them, by payload. */
const ASKS: Readonly<Record<PayloadName, { readonly asks: number; readonly inFlight: number }>> = {
  number: { asks: 20_000, inFlight: 256 },
  'four-fields': { asks: 20_000, inFlight: 256 },
  'text-1kb': { asks: 10_000, inFlight: 256 },
  'buffer-64kb': { asks: 1_000, inFlight: 64 },
  'buffer-8mb': { asks: 8, inFlight: 2 },
};
const NAMES = Object.keys(PAYLOADS) as PayloadName[];

const oneThread = kept(
  async () => {
    const system = await createSystem({ threads: 1, spareThreads: 0 });
    return {
      system,
      receiver: system.spawn(receiver(), { thread: 1 }),
      adder: system.spawn(adder(), { thread: 1 }),
    };
  },
  ({ system }) => system.stop(),
);

const replicas = kept(
  async () => {
    const system = await createSystem({ threads: SIZES.fanOutThreads, spareThreads: 0 });
    return { system, set: system.spawn(receiver(), { replicas: SIZES.fanOut }) };
  },
  ({ system }) => system.stop(),
);

/** Printed in this order. */
export const overThreadsRows: readonly Row[] = [
  ...NAMES.map(tellRow),
  ...NAMES.map(sendRow),
  row({
    ...benchmark('tell/fan-out-8'),
    ours: fanOut,
    peers: peersFor('tell/fan-out-8'),
  }),
  row({
    ...benchmark('ask/in-flight-256'),
    ours: async () => {
      const { adder } = await oneThread();
      return callsPerSecond((a, b) => adder.ask('add', a, b), {
        calls: SIZES.calls,
        inFlight: SIZES.callsInFlight,
      });
    },
    peers: peersFor('ask/in-flight-256'),
    budget: { peer: 'piscina', must: 4, want: 7 },
  }),
  row({
    ...benchmark('ask/lone'),
    ours: async () => {
      const { adder } = await oneThread();
      return lonePercentileUs((a, b) => adder.ask('add', a, b), {
        calls: SIZES.loneCalls,
        discarded: SIZES.loneCallsDiscarded,
      });
    },
    peers: peersFor('ask/lone'),
    budget: { peer: 'postMessage', must: 1 / 1.3, want: 1 / 1.15 },
  }),
  ...NAMES.map(askRow),
];

function tellRow(name: PayloadName): Row {
  const key: Benchmark = `tell/${name}`;
  const budget: Budget = { peer: 'postMessage', must: 6, want: 10 };
  return row({
    ...benchmark(key),
    ours: async () => {
      const { receiver } = await oneThread();
      return flood(receiver, name, { how: 'tell', tells: payloadOf(name).tells });
    },
    peers: peersFor(key),
    ...(name === 'four-fields' && { budget }),
  });
}

function sendRow(name: PayloadName): Row {
  const described = benchmark(`tell/${name}`);
  return row({
    ...described,
    name: described.name.replace('tell', 'send'),
    ours: async () => {
      const { receiver } = await oneThread();
      return flood(receiver, name, { how: 'send', tells: payloadOf(name).tells });
    },
    peers: {},
  });
}

function askRow(name: PayloadName): Row {
  const sizes = ASKS[name];
  return row({
    ...benchmark('ask/in-flight-256'),
    name: `${benchmark(`tell/${name}`).name.replace('tell', 'ask')}, ${sizes.inFlight} in flight`,
    ours: async () => askFlood((await oneThread()).receiver, name, sizes),
    peers: {},
  });
}

/** Receipts a second of eight replicas that all get every message. */
async function fanOut(): Promise<number> {
  const { set } = await replicas();
  const { make } = payloadOf('four-fields');
  const tells = SIZES.fanOutTells;
  await set.askAll('begin', 'four-fields');
  let receipts: Awaited<ReturnType<typeof set.askAll<'receipt'>>> = [];
  const rate = await perSecond(tells * SIZES.fanOut, async () => {
    for (let index = 0; index < tells; index++) {
      const accepted = set.broadcast('take', make(index));
      if (accepted < SIZES.fanOut) expectEqual('replicas that accepted', accepted, SIZES.fanOut);
      if (index % BURST === BURST - 1) await set.askAll('receipt');
    }
    receipts = await set.askAll('receipt');
  });
  const weight = expectedWeight('four-fields', tells);
  expectEqual('replicas that answered', receipts.length, SIZES.fanOut);
  for (const { count, sum } of receipts) {
    expectEqual('messages received', count, tells);
    expectEqual('sum of messages received', sum, weight);
  }
  return rate;
}
