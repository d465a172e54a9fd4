/**
 * Messages between the program and its actors on main, without any thread: told, sent and asked by
 * size, spawned, and kept idle.
 * Runs on: main.
 */
import { type ActorRef, createSystem, type Deferred, defineActor } from '../../core/index.js';
import { expectEqual } from '../bench-error.js';
import { type Benchmark, benchmark, SIZES } from '../benchmarks.js';
import { idleActorBytes } from '../idle-actor-bytes.js';
import { kept } from '../kept.js';
import { PAYLOADS, type PayloadName, payloadOf } from '../payloads.js';
import { peersFor } from '../peers/peers.js';
import { type Budget, type Measure, type Row, row } from '../row.js';
import { elapsedMs, perSecond, sequentialMeanUs } from '../timing.js';
import { type AdderRef, adder, askFlood, flood, receiver } from './receiver.js';

const NAMES = Object.keys(PAYLOADS) as PayloadName[];
/** By reference: many of the large ones too, or there is nothing to time. */
const TELLS_MIN = 2_000;
const ASKS = { asks: 20_000, inFlight: 256 } as const;
const ASK_BUDGET: Budget = { must: 1, want: 0.6 };

/** Asks an adder one call after another, as an actor: answers the sum. */
const asker = defineActor(import.meta.url, 'asker', () => ({
  async run(adder: AdderRef, calls: number) {
    let sum = 0;
    for (let index = 0; index < calls; index++) {
      const answer = await adder.ask('add', index, 1);
      sum += answer;
    }
    return sum;
  },
}));

interface Nursery {
  run(actors: number): Deferred<number>;
  born(): void;
}

/** Spawns actors, tells each one something, and answers how many told it back. */
const nursery = defineActor(import.meta.url, 'nursery', (ctx): Nursery => {
  let answering: Deferred<number> | undefined;
  let left = 0;
  let born = 0;
  return {
    run(actors) {
      answering = ctx.defer<number>();
      left = actors;
      for (let index = 0; index < actors; index++) {
        ctx.spawn(newborn(ctx.self<Nursery>())).tell('speak');
      }
      return answering;
    },
    born() {
      born++;
      if (--left === 0) answering?.resolve(born);
    },
  };
});

const newborn = defineActor(import.meta.url, 'newborn', (_ctx, parent: ActorRef<Nursery>) => ({
  speak() {
    parent.tell('born');
  },
}));

const local = kept(
  async () => {
    const system = await createSystem({ threads: 0 });
    return {
      system,
      bounded: system.spawn(receiver()),
      unbounded: system.spawn(receiver(), { mailbox: { capacity: Infinity } }),
      adder: system.spawn(adder()),
      asker: system.spawn(asker()),
    };
  },
  ({ system }) => system.stop(),
);

/** Printed in this order. */
export const withinThreadRows: readonly Row[] = [
  localRow('local/tell', async () => {
    const { unbounded } = await local();
    return flood(unbounded, 'number', { how: 'tell', tells: SIZES.localTells });
  }),
  ...NAMES.map((name) => tellRow('tell', name)),
  ...NAMES.map((name) => tellRow('send', name)),
  localRow(
    'local/ask',
    async () => {
      const { adder } = await local();
      return sequentialMeanUs((a, b) => adder.ask('add', a, b), SIZES.localCalls);
    },
    ASK_BUDGET,
  ),
  row({
    ...benchmark('local/ask'),
    name: 'ask, actor to actor',
    ours: askFromActor,
    peers: peersFor('local/ask'),
    budget: ASK_BUDGET,
  }),
  ...NAMES.map(askRow),
  localRow('local/spawn', spawnRate),
  localRow('local/idle-actor', () => idleActorBytes(new URL('./idle-actors.js', import.meta.url)), {
    must: 1_000,
    want: 600,
  }),
];

function localRow(key: Benchmark, ours: Measure, budget?: Budget): Row {
  return row({ ...benchmark(key), ours, peers: peersFor(key), ...(budget && { budget }) });
}

/** With the mailbox as it is by default: the sender waits where it is full. */
function tellRow(how: 'tell' | 'send', name: PayloadName): Row {
  const { name: title } = benchmark(`tell/${name}`);
  const tells = Math.max(payloadOf(name).tells, TELLS_MIN);
  return row({
    ...benchmark('local/tell'),
    name: title.replace('tell', how),
    ours: async () => flood((await local()).bounded, name, { how, tells }),
    peers: {},
  });
}

function askRow(name: PayloadName): Row {
  const { name: title } = benchmark(`tell/${name}`);
  return row({
    ...benchmark('local/tell'),
    name: `${title.replace('tell', 'ask')}, ${ASKS.inFlight} in flight`,
    unit: 'calls/s',
    ours: async () => askFlood((await local()).bounded, name, ASKS),
    peers: {},
  });
}

async function askFromActor(): Promise<number> {
  const { adder, asker } = await local();
  const calls = SIZES.localCalls;
  let sum = 0;
  const ms = await elapsedMs(async () => {
    sum = await asker.ask('run', adder, calls);
  });
  expectEqual('sum of all answers', sum, (calls * (calls - 1)) / 2 + calls);
  return (ms / calls) * 1_000;
}

async function spawnRate(): Promise<number> {
  const { system } = await local();
  const parent = system.spawn(nursery());
  let born = 0;
  const rate = await perSecond(SIZES.spawns, async () => {
    born = await parent.ask('run', SIZES.spawns);
  });
  expectEqual('actors that answered', born, SIZES.spawns);
  await system.stopActor(parent);
  return rate;
}
