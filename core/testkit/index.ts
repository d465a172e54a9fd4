/**
 * The door of the testkit: actors tested without waiting. Reading order of what is behind it: test-system (a whole
 * system, stepped from a seed), manual-clock, test-probe (an actor that records and expects), expecting, seeds;
 * then interleaving and logical-thread for what a step is.
 */

export { accounts, deadLettersOf, type ExpectOptions, expectEvent } from './expecting.js';
export type { Trace } from './interleaving.js';
export { ManualClock, type ManualClockOptions } from './manual-clock.js';
export { forSeeds, type SeedsOptions } from './seeds.js';
export { createProbe, type Probed, type TestProbe } from './test-probe.js';
export {
  createTestSystem,
  type RunOptions,
  TestSystem,
  type TestSystemOptions,
} from './test-system.js';
