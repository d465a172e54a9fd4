/**
 * Savina 3 and 4 (throughput and create) in nact; the rules are in bench/savina/parameters.ts.
 * Runs on: main.
 */
import { dispatch, type Ref, spawn, stop } from 'nact';
import { PARAMETERS } from '../../savina/parameters.js';
import { sine } from '../../savina/work.js';
import { type Behaviour, collector, nactProgram } from './nact-program.js';

export const forkJoinThroughput = nactProgram('fork-join-throughput', (system, done) => {
  const { actors, messages } = PARAMETERS['fork-join-throughput'];
  const sink = spawn(
    system,
    collector(actors, (sum) => done([sum])),
    'collector',
  );
  const all = Array.from({ length: actors }, (_, index) =>
    spawn(system, throughputBehaviour(sink, messages), `actor-${index}`),
  );
  for (let round = 0; round < messages; round++) {
    for (const actor of all) dispatch(actor, 'message');
  }
});

export const forkJoinCreate = nactProgram('fork-join-create', (system, done) => {
  const { actors } = PARAMETERS['fork-join-create'];
  const sink = spawn(
    system,
    collector(actors, (sum) => done([sum])),
    'collector',
  );
  for (let index = 0; index < actors; index++) {
    // Named by us: the names nact draws at random collide among so many.
    const actor = spawn(system, createdBehaviour(sink), `actor-${index}`);
    dispatch(actor, index);
  }
});

function throughputBehaviour(sink: Ref<number>, messages: number): Behaviour<'message'> {
  let handled = 0;
  return (_, __, ctx) => {
    sine(handled++);
    if (handled < messages) return;
    dispatch(sink, handled);
    stop(ctx.self);
  };
}

function createdBehaviour(sink: Ref<number>): Behaviour<number> {
  return (_, index, ctx) => {
    sine(index);
    dispatch(sink, 1);
    stop(ctx.self);
  };
}
