/**
 * Savina 6 in nact; the rules are in bench/savina/parameters.ts.
 * Runs on: main.
 */
import { dispatch, type Ref, spawn, stop } from 'nact';
import type { Answer } from '../../savina/answers.js';
import { type Colour, complement, INITIAL_COLOURS } from '../../savina/colour.js';
import { PARAMETERS } from '../../savina/parameters.js';
import { type Behaviour, nactProgram } from './nact-program.js';

interface Meet {
  readonly type: 'meet';
  readonly colour: Colour;
  readonly from: Ref<ChameneoMessage>;
}
type MallMessage = Meet | { readonly type: 'count'; readonly count: number };
type ChameneoMessage =
  | Meet
  | { readonly type: 'start' | 'exit' }
  | { readonly type: 'change'; readonly colour: Colour };

export const chameneos = nactProgram('chameneos', (system, done) => {
  const mall = spawn(system, mallBehaviour(done), 'mall');
  for (let index = 0; index < PARAMETERS.chameneos.chameneos; index++) {
    const colour = INITIAL_COLOURS[index % INITIAL_COLOURS.length]!;
    const chameneo = spawn(system, chameneoBehaviour(mall, colour), `chameneo-${index}`);
    dispatch(chameneo, { type: 'start' });
  }
});

function mallBehaviour(done: (answer: Answer) => void): Behaviour<MallMessage> {
  let left: number = PARAMETERS.chameneos.meetings;
  let waiting: Ref<ChameneoMessage> | undefined;
  let faded = 0;
  let sum = 0;
  return (_, message) => {
    if (message.type === 'count') {
      sum += message.count;
      if (++faded === PARAMETERS.chameneos.chameneos) done([sum]);
    } else if (left === 0) {
      dispatch(message.from, { type: 'exit' });
    } else if (waiting === undefined) {
      waiting = message.from;
    } else {
      left--;
      dispatch(waiting, message);
      waiting = undefined;
    }
  };
}

function chameneoBehaviour(mall: Ref<MallMessage>, first: Colour): Behaviour<ChameneoMessage> {
  let colour = first;
  let meetings = 0;
  return (_, message, { self }) => {
    if (message.type === 'exit') {
      dispatch(mall, { type: 'count', count: meetings });
      stop(self);
      return;
    }
    if (message.type === 'meet') {
      colour = complement(colour, message.colour);
      meetings++;
      dispatch(message.from, { type: 'change', colour });
    } else if (message.type === 'change') {
      colour = message.colour;
      meetings++;
    }
    dispatch(mall, { type: 'meet', colour, from: self });
  };
}
