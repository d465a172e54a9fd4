/**
 * Time as the runtime sees it: one monotonic reading, one wall reading, one way to be called later. Nothing
 * else in the runtime asks Node for the time, so that the testkit can put a clock in its place that moves only
 * when told.
 * Runs on: any.
 */
import { performance } from 'node:perf_hooks';
import { assert } from './errors.js';

/** Takes back what was asked for. A second call, or one that comes too late, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Monotonic ms with fractions, from an unnamed origin: compare readings of one thread only. */
  now(): number;
  /** Epoch ms; may jump either way when the machine's clock is set. */
  wallNow(): number;
  /**
   * Calls `fn` once, in a turn of its own, when now() has advanced by at least `ms`: never earlier. `ms` is at
   * least 0 and may be of any length; Infinity never comes.
   */
  after(ms: number, fn: () => void): Cancel;
}

export interface SystemClockOptions {
  /** True: what is pending does not keep the process alive. Default false. */
  readonly unref?: boolean;
  /** The longest single Node timer, in ms; a longer wait is made of several. Default 2^31 - 1, Node's own bound. */
  readonly timeoutMsMax?: number;
}

const NODE_TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** A clock over Node's timers. */
export function createSystemClock(options: SystemClockOptions = {}): Clock {
  const { unref = false, timeoutMsMax = NODE_TIMEOUT_MS_MAX } = options;
  return {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    after(ms, fn) {
      assert(ms >= 0, 'a wait of 0 ms or more');
      const dueMs = performance.now() + ms;
      let timer: NodeJS.Timeout;
      const sleep = (remainingMs: number): void => {
        timer = setTimeout(wake, Math.min(Math.ceil(remainingMs), timeoutMsMax));
        if (unref) timer.unref();
      };
      // Node counts whole ms from the start of the loop's turn, so a timer may come up to 1 ms early by now().
      const wake = (): void => {
        const remainingMs = dueMs - performance.now();
        if (remainingMs > 0) sleep(remainingMs);
        else fn();
      };
      sleep(ms);
      return () => clearTimeout(timer);
    },
  };
}

/** The clock of the machine; what is pending keeps the process alive. */
export const systemClock: Clock = createSystemClock();

/** Resolves when that has settled, however, but after `ms` at the latest. */
export function within(clock: Clock, ms: number, what: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    const done = (): void => {
      cancel();
      resolve();
    };
    what.then(done, done);
  });
}
