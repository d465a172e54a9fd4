/**
 * Savina 5 in nact; the rules are in bench/savina/parameters.ts.
 * Runs on: main.
 */
import { dispatch, type Ref, spawn, stop } from 'nact';
import type { Answer } from '../../savina/answers.js';
import { PARAMETERS } from '../../savina/parameters.js';
import { type Behaviour, nactProgram } from './nact-program.js';

type RingMessage =
  | { readonly type: 'next'; readonly next: Ref<RingMessage> }
  | { readonly type: 'ping'; readonly left: number }
  | { readonly type: 'exit'; readonly left: number; readonly sum: number };

export const threadRing = nactProgram('thread-ring', (system, done) => {
  const { actors, hops } = PARAMETERS['thread-ring'];
  const ring = Array.from({ length: actors }, (_, index) =>
    spawn(system, memberBehaviour(actors, done), `member-${index}`),
  );
  for (const [index, member] of ring.entries()) {
    dispatch(member, { type: 'next', next: ring[(index + 1) % actors]! });
  }
  dispatch(ring[0]!, { type: 'ping', left: hops });
});

function memberBehaviour(actors: number, done: (answer: Answer) => void): Behaviour<RingMessage> {
  let next: Ref<RingMessage> | undefined;
  let handled = 0;
  return (_, message, ctx) => {
    if (message.type === 'next') {
      next = message.next;
    } else if (message.type === 'ping') {
      handled++;
      if (message.left > 0) dispatch(next!, { type: 'ping', left: message.left - 1 });
      else dispatch(next!, { type: 'exit', left: actors, sum: 0 });
    } else {
      const sum = message.sum + handled;
      if (message.left > 1) dispatch(next!, { type: 'exit', left: message.left - 1, sum });
      else done([sum]);
      stop(ctx.self);
    }
  };
}
