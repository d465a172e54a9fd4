/**
 * How long a quiet actor lets wait while its neighbour on the same pool thread is flooded: asked at
 * fixed times whatever the answers do, latencies counted from the time an ask was due, so that one
 * late answer does not hide those behind it.
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createSystem, defineActor } from '../../core/index.js';
import { expectEqual } from '../bench-error.js';
import { kept } from '../kept.js';
import { type Measure, type Row, row } from '../row.js';
import { percentile } from '../statistics.js';

const ASKS = 1_000;
const EVERY_MS = 2;
/** Messages that go round in the flooded mailbox at any time. */
const FLOOD = 5_000;
const HANDLER_US = 1;
const ROUNDS = { warmups: 1, rounds: 3 } as const;

/** Every message takes a microsecond and sends itself again, until it is told to ebb. */
const flooded = defineActor(import.meta.url, 'flooded', (ctx) => {
  const self = ctx.self<{ work(): void }>();
  let handled = 0;
  let isEbbing = false;
  return {
    work() {
      handled++;
      const until = performance.now() + HANDLER_US / 1_000;
      while (performance.now() < until);
      if (!isEbbing) self.tell('work');
    },
    /** Answers how many were handled. */
    ebb() {
      isEbbing = true;
      return handled;
    },
  };
});

const quiet = defineActor(import.meta.url, 'quiet', () => ({
  echo: (index: number) => index,
}));

const opened = kept(
  async () => {
    const system = await createSystem({ threads: 1, spareThreads: 0 });
    return { system, quiet: system.spawn(quiet(), { thread: 1 }) };
  },
  ({ system }) => system.stop(),
);

const described = { group: 'fairness', unit: 'ms', better: 'lower', ...ROUNDS } as const;

/** Printed in this order. */
export const fairnessRows: readonly Row[] = [
  row({ ...described, name: 'quiet actor, p99', ours: p99Ms(0), peers: {} }),
  row({
    ...described,
    name: 'quiet actor beside a flood, p99',
    ours: p99Ms(FLOOD),
    peers: {},
    budget: { must: 5, want: 2.5 },
  }),
];

function p99Ms(flood: number): Measure {
  return async () => {
    const { system, quiet } = await opened();
    const beside = system.spawn(flooded(), { thread: 1 });
    for (let told = 0; told < flood; told++) await beside.send('work');
    const latencies = await openLoop((index) => quiet.ask('echo', index));
    const handled = await beside.ask('ebb');
    await system.stopActor(beside, 'drain');
    expectEqual('the neighbour was flooded', handled > 10 * flood, flood > 0);
    return percentile(latencies, 0.99);
  };
}

/** Asks at fixed times; resolves to ms from due time to answer, each. */
async function openLoop(ask: (index: number) => Promise<number>): Promise<Float64Array> {
  const latencies = new Float64Array(ASKS);
  const answers: Array<Promise<void>> = [];
  const start = performance.now() + EVERY_MS;
  const dueMs = (index: number): number => start + index * EVERY_MS;
  for (let index = 0; index < ASKS; ) {
    while (index < ASKS && dueMs(index) <= performance.now()) {
      const asked = index++;
      answers.push(
        ask(asked).then((answer) => {
          latencies[asked] = performance.now() - dueMs(asked);
          expectEqual('echo', answer, asked);
        }),
      );
    }
    await pause(1);
  }
  await Promise.all(answers);
  return latencies;
}
