/**
 * When a thread's work runs, relative to microtasks and I/O. The run queue asks for nothing but these three, so
 * that the testkit can take scheduling over and draw the interleaving from a seed.
 * Runs on: any.
 *
 *   one turn of Node's loop:   callback -> nextTick -> microtasks -> (nextTick they queued) -> next callback
 *                                          afterMicrotasks   soon                             later: check phase
 */

/** What throws inside a function given here ends the thread: give functions that do not. */
export interface Executor {
  /** As a microtask: before any timer or I/O, in order of asking. */
  soon(fn: () => void): void;
  /** In a later turn of the loop, after timers and I/O have had their chance. */
  later(fn: () => void): void;
  /**
   * Asked for in a microtask: when the microtasks, and those they queue, have drained. Asked for in a callback
   * of the loop: after that callback and before its microtasks.
   */
  afterMicrotasks(fn: () => void): void;
}

const RESOLVED = Promise.resolve();

/** Node's own queues. */
export const systemExecutor: Executor = {
  // Half the price of queueMicrotask(), which makes an AsyncResource each time.
  soon: (fn) => {
    void RESOLVED.then(fn);
  },
  later: (fn) => {
    setImmediate(fn);
  },
  afterMicrotasks: (fn) => process.nextTick(fn),
};
