/**
 * The Savina programs and the gen_server call on an Erlang VM. The programs are in erlang/*.erl.
 * Runs on: main.
 */
import { expectEqual } from '../bench-error.js';
import type { Measure } from '../row.js';
import { checkAnswer } from '../savina/answers.js';
import { PARAMETERS, type Program } from '../savina/parameters.js';
import type { ErlangMachine } from './erlang-machine.js';
import type { PeerMeasures } from './peers.js';

/** As in erlang/ask_local.erl. */
const GEN_SERVER_CALLS = 100_000;

/** Measures that run on the VM that `machine` gives; it is started at the first of them. */
export function erlangMeasures(machine: () => Promise<ErlangMachine>): PeerMeasures {
  const all: PeerMeasures = { 'local/ask': genServerCall(machine) };
  for (const program of Object.keys(PARAMETERS) as Program[]) {
    all[`savina/${program}`] = savina(program, machine);
  }
  return all;
}

function savina(program: Program, machine: () => Promise<ErlangMachine>): Measure {
  return async () => {
    const { value, answer } = await (await machine()).run(program.replaceAll('-', '_'));
    checkAnswer(program, answer);
    return value;
  };
}

/** Mean us of a gen_server:call. */
function genServerCall(machine: () => Promise<ErlangMachine>): Measure {
  return async () => {
    const { value, answer } = await (await machine()).run('ask_local');
    expectEqual('gen_server calls', answer[0], GEN_SERVER_CALLS);
    expectEqual('sum', answer[1], (GEN_SERVER_CALLS * (GEN_SERVER_CALLS + 3)) / 2);
    return (value / GEN_SERVER_CALLS) * 1_000;
  };
}
