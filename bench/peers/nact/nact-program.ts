/**
 * Runs a Savina program in a nact system of its own: started before the clock, stopped after it.
 * Runs on: main.
 */
import { type ActorSystemRef, type Ref, start, stop } from 'nact';
import type { Measure } from '../../row.js';
import type { Answer } from '../../savina/answers.js';
import type { Program } from '../../savina/parameters.js';
import { timedProgram } from '../../savina/timed-program.js';

/**
 * What an actor does with a message `M`: nact passes a state, which these programs keep in the
 * closure instead.
 */
export type Behaviour<M> = (state: unknown, message: M, ctx: { readonly self: Ref<M> }) => unknown;

/** `run` gets the system and `done`, which an actor calls with the answer. */
export function nactProgram(
  program: Program,
  run: (system: ActorSystemRef, done: (answer: Answer) => void) => void,
): Measure {
  return timedProgram(program, {
    prepare: () => start(),
    run: (system) => new Promise((resolve) => run(system, resolve)),
    cleanUp: (system) => stop(system),
  });
}

/** The behaviour of a collector: adds up `count` numbers, then gives their sum. */
export function collector(
  count: number,
  done: (sum: number) => void,
): (state: unknown, number: number) => void {
  let left = count;
  let sum = 0;
  return (_, number) => {
    sum += number;
    if (--left === 0) done(sum);
  };
}
