/**
 * A stage whose work is computing: what a second replica on a second thread brings. Its peer is the same stage with one
 * replica, in the same system, so the ratio is the speed-up.
 * Runs on: main.
 */
import { createSystem, defineActor } from '../../core/index.js';
import { expectEqual } from '../bench-error.js';
import { kept } from '../kept.js';
import { type Measure, type Row, row } from '../row.js';
import { callsPerSecond } from '../timing.js';

const TASKS = 400;
const IN_FLIGHT = 32;
/** About a millisecond of a thread. */
const STEPS = 1_000_000;

const stage = defineActor(import.meta.url, 'stage', () => {
  let done = 0;
  return {
    work(seed: number): number {
      done++;
      return walk(seed);
    },
    /** How many tasks it has done since it was asked last. */
    done(): number {
      const count = done;
      done = 0;
      return count;
    },
  };
});

const opened = kept(
  async () => {
    const system = await createSystem({ threads: 2, spareThreads: 0 });
    return {
      system,
      one: system.spawn(stage(), { replicas: 1, thread: 1 }),
      two: system.spawn(stage(), { replicas: 2 }),
    };
  },
  ({ system }) => system.stop(),
);

/** Printed in this order. */
export const stageRows: readonly Row[] = [
  row({
    ...{ group: 'replicas', name: 'CPU-bound stage, two replicas', unit: 'tasks/s' },
    better: 'higher',
    ours: tasksPerSecond('two'),
    peers: { 'one replica': tasksPerSecond('one') },
    budget: { peer: 'one replica', must: 1.8, want: 1.95 },
  }),
];

function tasksPerSecond(which: 'one' | 'two'): Measure {
  return async () => {
    const set = (await opened())[which];
    let sum = 0;
    const rate = await callsPerSecond(
      async (a, b) => {
        const answer = await set.ask('work', a);
        sum += answer;
        return a + b;
      },
      { calls: TASKS, inFlight: IN_FLIGHT },
    );
    const done = await set.askAll('done');
    expectEqual(
      'tasks done',
      done.reduce((all, count) => all + count, 0),
      TASKS,
    );
    if (which === 'two') expectEqual('replicas that worked', done.filter(Boolean).length, 2);
    expectEqual('sum of the answers', sum, SUM);
    return rate;
  };
}

/** The last of some numbers that a linear congruential generator draws. */
function walk(seed: number): number {
  let state = seed;
  for (let step = 0; step < STEPS; step++)
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state;
}

/** What the answers come to: those of one generator after so many steps are an affine map of its seed. */
const SUM = sumOf(TASKS);

function sumOf(tasks: number): number {
  let sum = 0;
  const [at0, at1] = [walk(0), walk(1)];
  for (let seed = 0; seed < tasks; seed++) sum += (Math.imul(seed, at1 - at0) + at0) | 0;
  return sum;
}
