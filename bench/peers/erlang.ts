/**
 * Erlang/OTP with one scheduler per core (its default), as a peer. What it measures is in
 * erlang-measures.ts.
 * Runs on: main.
 */
import { expectEqual } from '../bench-error.js';
import { SIZES } from '../benchmarks.js';
import { erlangMachine } from './erlang-machine.js';
import { erlangMeasures } from './erlang-measures.js';
import type { PeerMeasures } from './peers.js';

const machine = erlangMachine([]);

export const measures: PeerMeasures = {
  ...erlangMeasures(machine),
  'local/idle-actor': async () => {
    const { value, answer } = await (await machine()).run('idle_actor');
    expectEqual('idle processes', answer[0], SIZES.idleActors);
    return value;
  },
};
