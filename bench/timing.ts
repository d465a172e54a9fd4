/**
 * How times and rates are taken: the same few lines for ours and for every peer, so that what a
 * loop costs falls on all alike.
 * Runs on: any.
 */
import { expectEqual } from './bench-error.js';
import { percentile } from './statistics.js';

/** A trivial call that adds two numbers somewhere else. */
export type AddCall = (a: number, b: number) => PromiseLike<number>;

/** Milliseconds that `work` takes until it resolves. */
export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Messages a second: `count` of them in the time `work` takes. */
export async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  return (count / (await elapsedMs(work))) * 1_000;
}

/**
 * Calls a second with `inFlight` loops that each wait for their own answer. Every sum is checked.
 */
export async function callsPerSecond(
  call: AddCall,
  { calls, inFlight }: { readonly calls: number; readonly inFlight: number },
): Promise<number> {
  let next = 0;
  let answers = 0;
  let sum = 0;
  const loop = async (): Promise<void> => {
    while (next < calls) {
      const a = next++;
      // In two steps: `sum += await` would read the sum before the wait.
      const answer = await call(a, 1);
      sum += answer;
      answers++;
    }
  };
  const rate = await perSecond(calls, () => Promise.all(Array.from({ length: inFlight }, loop)));
  expectEqual('answers', answers, calls);
  expectEqual('sum of all answers', sum, (calls * (calls - 1)) / 2 + calls);
  return rate;
}

/**
 * Median latency in us of calls made one after another, the first `discarded` left out. Answers are
 * checked.
 */
export async function lonePercentileUs(
  call: AddCall,
  { calls, discarded }: { readonly calls: number; readonly discarded: number },
): Promise<number> {
  const latencies = new Float64Array(calls);
  for (let index = -discarded; index < calls; index++) {
    const start = performance.now();
    const answer = await call(index, 1);
    if (index >= 0) latencies[index] = performance.now() - start;
    expectEqual('answer of a lone call', answer, index + 1);
  }
  return percentile(latencies, 0.5) * 1_000;
}

/** Mean us of `calls` sequential calls: for calls too short for the clock. Answers are checked. */
export async function sequentialMeanUs(call: AddCall, calls: number): Promise<number> {
  let sum = 0;
  const ms = await elapsedMs(async () => {
    for (let index = 0; index < calls; index++) {
      const answer = await call(index, 1);
      sum += answer;
    }
  });
  expectEqual('sum of all answers', sum, (calls * (calls - 1)) / 2 + calls);
  return (ms / calls) * 1_000;
}
