/**
 * Erlang/OTP with one scheduler per core (its default), as a peer. The programs are in erlang/*.erl, the VM that
 * runs them in erlang-machine.ts.
 * Runs on: main.
 */
import { expectEqual } from '../bench-error.js';
import { SIZES } from '../benchmarks.js';
import type { Measure } from '../row.js';
import { checkAnswer } from '../savina/answers.js';
import { PARAMETERS, type Program } from '../savina/parameters.js';
import { erlangMachine } from './erlang-machine.js';
import type { PeerMeasures } from './peers.js';

const GEN_SERVER_CALLS = 100_000;

export const measures: PeerMeasures = {
  ...erlangMeasures(0),
  'local/idle-actor': async () => {
    const { value, answer } = await (await erlangMachine()).run('idle_actor', 0);
    expectEqual('idle processes', answer[0], SIZES.idleActors);
    return value;
  },
};

/** The Savina programs and the gen_server call on that many schedulers; 0 means one per core. */
export function erlangMeasures(schedulers: number): PeerMeasures {
  const all: PeerMeasures = { 'local/ask': genServerCall(schedulers) };
  for (const program of Object.keys(PARAMETERS) as Program[]) {
    all[`savina/${program}`] = savina(program, schedulers);
  }
  return all;
}

function savina(program: Program, schedulers: number): Measure {
  return async () => {
    const machine = await erlangMachine();
    const { value, answer } = await machine.run(program.replaceAll('-', '_'), schedulers);
    checkAnswer(program, answer);
    return value;
  };
}

/** Mean µs of a gen_server:call. */
function genServerCall(schedulers: number): Measure {
  return async () => {
    const { value, answer } = await (await erlangMachine()).run('ask_local', schedulers);
    expectEqual('gen_server calls', answer[0], GEN_SERVER_CALLS);
    expectEqual('sum', answer[1], (GEN_SERVER_CALLS * (GEN_SERVER_CALLS + 1)) / 2 + GEN_SERVER_CALLS);
    return (value / GEN_SERVER_CALLS) * 1_000;
  };
}
