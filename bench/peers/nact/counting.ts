/**
 * Savina 2 in nact; the rules are in bench/savina/parameters.ts.
 * Runs on: main.
 */
import { dispatch, type Ref, spawn } from 'nact';
import type { Answer } from '../../savina/answers.js';
import { PARAMETERS } from '../../savina/parameters.js';
import { type Behaviour, nactProgram } from './nact-program.js';

type CounterMessage = 'increment' | { readonly retrieve: Ref<number | 'start'> };

export const counting = nactProgram('counting', (system, done) => {
  const counter = spawn(system, counterBehaviour(), 'counter');
  const producer = spawn(system, producerBehaviour(counter, done), 'producer');
  dispatch(producer, 'start');
});

function producerBehaviour(
  counter: Ref<CounterMessage>,
  done: (answer: Answer) => void,
): Behaviour<number | 'start'> {
  return (_, message, ctx) => {
    if (message !== 'start') {
      done([message]);
      return;
    }
    const { messages } = PARAMETERS.counting;
    for (let sent = 0; sent < messages; sent++) dispatch(counter, 'increment');
    dispatch(counter, { retrieve: ctx.self });
  };
}

function counterBehaviour(): Behaviour<CounterMessage> {
  let total = 0;
  return (_, message) => {
    if (message === 'increment') total++;
    else dispatch(message.retrieve, total);
  };
}
