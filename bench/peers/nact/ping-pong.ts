/**
 * Savina 1 in nact; the rules are in bench/savina/parameters.ts.
 * Runs on: main.
 */
import { dispatch, type Ref, spawn, stop } from 'nact';
import type { Answer } from '../../savina/answers.js';
import { PARAMETERS } from '../../savina/parameters.js';
import { type Behaviour, nactProgram } from './nact-program.js';

type PingMessage = 'start' | 'pong' | { readonly pings: number };
type PongMessage = { readonly from: Ref<PingMessage> } | 'stop';

export const pingPong = nactProgram('ping-pong', (system, done) => {
  const pong = spawn(system, pongBehaviour(), 'pong');
  const ping = spawn(system, pingBehaviour(pong, done), 'ping');
  dispatch(ping, 'start');
});

function pingBehaviour(
  pong: Ref<PongMessage>,
  done: (answer: Answer) => void,
): Behaviour<PingMessage> {
  let left: number = PARAMETERS['ping-pong'].pings;
  let pongs = 0;
  return (_, message, ctx) => {
    if (typeof message === 'object') {
      done([message.pings, pongs]);
      return;
    }
    if (message === 'pong') {
      pongs++;
      left--;
    }
    if (left > 0) dispatch(pong, { from: ctx.self });
    else dispatch(pong, 'stop');
  };
}

function pongBehaviour(): Behaviour<PongMessage> {
  let pings = 0;
  let ping: Ref<PingMessage> | undefined;
  return (_, message, ctx) => {
    if (message === 'stop') {
      dispatch(ping!, { pings });
      stop(ctx.self);
      return;
    }
    const { from } = message;
    pings++;
    ping = from;
    dispatch(from, 'pong');
  };
}
