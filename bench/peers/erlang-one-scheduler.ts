/**
 * Erlang/OTP on one scheduler, as a peer: on few cores its programs are often faster that way, and it is the fair
 * neighbour of a program of ours on one thread.
 * Runs on: main.
 */
import { erlangMeasures } from './erlang.js';
import type { PeerMeasures } from './peers.js';

export const measures: PeerMeasures = erlangMeasures(1);
