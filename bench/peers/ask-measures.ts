/**
 * The two ask benchmarks for a pool with one thread: how the pool is opened, called and closed is
 * all that differs from peer to peer.
 * Runs on: main.
 */
import { SIZES } from '../benchmarks.js';
import { kept } from '../kept.js';
import type { Measure } from '../row.js';
import { type AddCall, callsPerSecond, lonePercentileUs } from '../timing.js';

/** An open pool of one thread whose function adds two numbers. */
export interface AddPool {
  readonly add: AddCall;
  readonly close: () => PromiseLike<unknown>;
}

/** The measures of `ask/in-flight-256` and `ask/lone` on a pool that is opened once a row. */
export function askMeasures(open: () => Promise<AddPool>): {
  readonly 'ask/in-flight-256': Measure;
  readonly 'ask/lone': Measure;
} {
  const pool = kept(open, async ({ close }) => close());
  return {
    'ask/in-flight-256': async () =>
      callsPerSecond((await pool()).add, { calls: SIZES.calls, inFlight: SIZES.callsInFlight }),
    'ask/lone': async () =>
      lonePercentileUs((await pool()).add, {
        calls: SIZES.loneCalls,
        discarded: SIZES.loneCallsDiscarded,
      }),
  };
}
