/**
 * Savina 7 in nact; the rules are in bench/savina/parameters.ts.
 * Runs on: main.
 */
import { dispatch, type Ref, spawn, stop } from 'nact';
import { BenchError } from '../../bench-error.js';
import type { Answer } from '../../savina/answers.js';
import { PARAMETERS } from '../../savina/parameters.js';
import { SavinaRandom } from '../../savina/savina-random.js';
import { type Behaviour, nactProgram } from './nact-program.js';

type MemberMessage =
  | { readonly type: 'ping' | 'pong'; readonly sender: number }
  | { readonly type: 'neighbours'; readonly neighbours: ReadonlyArray<Ref<MemberMessage>> }
  | { readonly type: 'exit' };
type SinkMessage = { readonly type: 'done' | 'answered'; readonly count: number };

export const big = nactProgram('big', (system, done) => {
  const neighbours: Array<Ref<MemberMessage>> = [];
  const sink = spawn(system, sinkBehaviour(neighbours, done), 'sink');
  for (let id = 0; id < PARAMETERS.big.actors; id++) {
    neighbours.push(spawn(system, memberBehaviour(id, sink), `member-${id}`));
  }
  for (const member of neighbours) dispatch(member, { type: 'neighbours', neighbours });
  for (const member of neighbours) dispatch(member, { type: 'pong', sender: -1 });
});

function sinkBehaviour(
  neighbours: ReadonlyArray<Ref<MemberMessage>>,
  done: (answer: Answer) => void,
): Behaviour<SinkMessage> {
  const counts = { done: 0, answered: 0 };
  const reports = { done: 0, answered: 0 };
  return (_, { type, count }) => {
    counts[type] += count;
    if (++reports[type] < PARAMETERS.big.actors) return;
    if (type === 'answered') done([counts.answered, counts.done]);
    else for (const member of neighbours) dispatch(member, { type: 'exit' });
  };
}

function memberBehaviour(id: number, sink: Ref<SinkMessage>): Behaviour<MemberMessage> {
  const random = new SavinaRandom(id);
  const ping = { type: 'ping', sender: id } as const;
  const pong = { type: 'pong', sender: id } as const;
  let neighbours: ReadonlyArray<Ref<MemberMessage>> = [];
  let expected = -1;
  let sent = 0;
  let answered = 0;
  return (_, message, { self }) => {
    if (message.type === 'ping') {
      answered++;
      dispatch(neighbours[message.sender]!, pong);
    } else if (message.type === 'pong') {
      if (message.sender !== expected) {
        throw new BenchError(
          'ANSWER_WRONG',
          `expected a pong of ${expected}, got ${message.sender}`,
        );
      }
      if (sent === PARAMETERS.big.pings) {
        dispatch(sink, { type: 'done', count: sent });
      } else {
        sent++;
        expected = random.below(neighbours.length);
        dispatch(neighbours[expected]!, ping);
      }
    } else if (message.type === 'neighbours') {
      neighbours = message.neighbours;
    } else {
      dispatch(sink, { type: 'answered', count: answered });
      stop(self);
    }
  };
}
