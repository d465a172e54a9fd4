/**
 * Makes a measure of a Savina program: its time in ms, its answer checked after the clock has
 * stopped.
 * Runs on: any.
 */
import type { Measure } from '../row.js';
import { elapsedMs } from '../timing.js';
import { type Answer, checkAnswer } from './answers.js';
import type { Program } from './parameters.js';

/**
 * `run` spawns the actors, lets them work and resolves to the answer; all of that is timed.
 * `prepare` and its result (a system, say) are not, nor is `cleanUp`.
 */
export function timedProgram<T>(
  program: Program,
  options: {
    readonly prepare: () => T | Promise<T>;
    readonly run: (prepared: T) => Promise<Answer>;
    readonly cleanUp?: (prepared: T) => unknown;
  },
): Measure {
  return async () => {
    const prepared = await options.prepare();
    try {
      let answer: Answer = [];
      const ms = await elapsedMs(async () => {
        answer = await options.run(prepared);
      });
      checkAnswer(program, answer);
      return ms;
    } finally {
      await options.cleanUp?.(prepared);
    }
  };
}
