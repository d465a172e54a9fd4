/**
 * nact as a peer: the most used actor library of JavaScript, all its actors in one thread. Its
 * Savina programs are in nact/.
 * Runs on: main.
 */
import { dispatch, query, type Ref, spawn, start, stop } from 'nact';
import { expectEqual } from '../bench-error.js';
import { SIZES } from '../benchmarks.js';
import { idleActorBytes } from '../idle-actor-bytes.js';
import { kept } from '../kept.js';
import { perSecond, sequentialMeanUs } from '../timing.js';
import { big } from './nact/big.js';
import { chameneos } from './nact/chameneos.js';
import { counting } from './nact/counting.js';
import { forkJoinCreate, forkJoinThroughput } from './nact/fork-join.js';
import { collector } from './nact/nact-program.js';
import { pingPong } from './nact/ping-pong.js';
import { threadRing } from './nact/thread-ring.js';
import type { PeerMeasures } from './peers.js';

interface Addition {
  readonly a: number;
  readonly b: number;
  readonly reply: Ref<number>;
}

const QUERY_MS_MAX = 10_000;
const system = kept(
  async () => start(),
  async (opened) => stop(opened),
);

export const measures: PeerMeasures = {
  'savina/ping-pong': pingPong,
  'savina/counting': counting,
  'savina/fork-join-throughput': forkJoinThroughput,
  'savina/fork-join-create': forkJoinCreate,
  'savina/thread-ring': threadRing,
  'savina/chameneos': chameneos,
  'savina/big': big,
  'local/tell': async () => {
    const parent = await system();
    const tells = SIZES.localTells;
    let sum = 0;
    const rate = await perSecond(tells, async () => {
      sum = await new Promise<number>((resolve) => {
        const receiver = spawn(parent, collector(tells, resolve), nextName());
        for (let index = 0; index < tells; index++) dispatch(receiver, index);
      });
    });
    expectEqual('sum of numbers received', sum, (tells * (tells - 1)) / 2);
    return rate;
  },
  'local/ask': async () => {
    const adder = spawn(
      await system(),
      (_, { a, b, reply }: Addition) => dispatch(reply, a + b),
      nextName(),
    );
    return sequentialMeanUs(
      (a, b) => query(adder, (reply: Ref<number>): Addition => ({ a, b, reply }), QUERY_MS_MAX),
      SIZES.localCalls,
    );
  },
  'local/spawn': async () => {
    const parent = start();
    let sum = 0;
    const rate = await perSecond(SIZES.spawns, async () => {
      sum = await new Promise<number>((resolve) => {
        const sink = spawn(parent, collector(SIZES.spawns, resolve), 'collector');
        for (let index = 0; index < SIZES.spawns; index++) {
          const actor = spawn(parent, (_, one: number) => dispatch(sink, one), `actor-${index}`);
          dispatch(actor, 1);
        }
      });
    });
    expectEqual('actors that answered', sum, SIZES.spawns);
    stop(parent);
    return rate;
  },
  'local/idle-actor': () => idleActorBytes(new URL('./nact/idle-actors.js', import.meta.url)),
};

let names = 0;

/** Siblings of one system need different names. */
function nextName(): string {
  return `actor-${names++}`;
}
