/**
 * Erlang/OTP on one scheduler, as a peer: on few cores its programs are often faster that way, and
 * it is the fair neighbour of a program of ours on one thread.
 * Runs on: main.
 */
import { erlangMachine } from './erlang-machine.js';
import { erlangMeasures } from './erlang-measures.js';
import type { PeerMeasures } from './peers.js';

export const measures: PeerMeasures = erlangMeasures(erlangMachine(['+S', '1']));
