/**
 * comedy as a peer: the only other actor library of JavaScript whose actors can have threads. Its
 * actor is in threads/comedy-receiver.cts.
 * Runs on: main.
 */
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { type Actor, type ActorRef, type ActorSystem, createSystem } from 'comedy';
import { BenchError, expectEqual } from '../bench-error.js';
import { SIZES } from '../benchmarks.js';
import { kept } from '../kept.js';
import { expectedWeight, type PayloadName, payloadOf } from '../payloads.js';
import type { Measure } from '../row.js';
import { perSecond, sequentialMeanUs } from '../timing.js';
import { askMeasures } from './ask-measures.js';
import type { PeerMeasures } from './peers.js';

/** Told fewer times than others are: its rate does not depend on it, and it is slow. */
const TELLS = 20_000;
/** Sends not yet done that are allowed; without a bound its promises fill the heap. */
const WINDOW = 512;
const SPAWNS = 1_000;
const RECEIPT_TRIES_MAX = 10_000;

interface Opened {
  readonly system: ActorSystem;
  readonly actor: ActorRef;
}

/** What comedy's own types leave out. */
interface Proxied extends ActorRef {
  getWrapped(): { readonly worker?: Worker };
}

const threaded = kept(() => open('threaded'), close);
const inMemory = kept(() => open('in-memory'), close);

export const measures: PeerMeasures = {
  'tell/number': tellOverThreads('number'),
  'tell/four-fields': tellOverThreads('four-fields'),
  'tell/text-1kb': tellOverThreads('text-1kb'),
  ...askMeasures(async () => {
    const opened = await open('threaded');
    return { add: addCall(opened.actor), close: () => close(opened) };
  }),
  'local/tell': async () => flood((await inMemory()).actor, 'number', TELLS * 5),
  'local/ask': async () => sequentialMeanUs(addCall((await inMemory()).actor), SIZES.localCalls),
  'local/spawn': async () => {
    const system = createSystem({ test: true });
    try {
      return await spawnRate(await system.rootActor());
    } finally {
      await system.destroy();
    }
  },
};

function tellOverThreads(payload: PayloadName): Measure {
  return async () => flood((await threaded()).actor, payload, TELLS);
}

async function spawnRate(root: Actor): Promise<number> {
  let sum = 0;
  const rate = await perSecond(SPAWNS, async () => {
    const answers = Array.from({ length: SPAWNS }, async () => {
      const actor = await root.createChild({ one: () => 1 });
      const answer: number = await actor.sendAndReceive('one');
      sum += answer;
    });
    await Promise.all(answers);
  });
  expectEqual('actors that answered', sum, SPAWNS);
  return rate;
}

async function flood(actor: ActorRef, payload: PayloadName, tells: number): Promise<number> {
  const { make } = payloadOf(payload);
  await actor.sendAndReceive('begin', payload);
  const rate = await perSecond(tells, async () => {
    for (let start = 0; start < tells; start += WINDOW) {
      const sends: Array<Promise<void>> = [];
      for (let index = start; index < Math.min(start + WINDOW, tells); index++) {
        sends.push(actor.send('tell', make(index)));
      }
      await Promise.all(sends);
    }
    await receiptOf(actor, payload, tells);
  });
  return rate;
}

/**
 * Asks until all have been handled: comedy does not promise that an ask comes after the sends
 * before it.
 */
async function receiptOf(actor: ActorRef, payload: PayloadName, tells: number): Promise<void> {
  for (let tries = 0; tries < RECEIPT_TRIES_MAX; tries++) {
    const { count, sum } = (await actor.sendAndReceive('receipt')) as {
      count: number;
      sum: number;
    };
    if (count < tells) continue;
    expectEqual(`${payload} received`, count, tells);
    expectEqual(`sum of ${payload} received`, sum, expectedWeight(payload, tells));
    return;
  }
  throw new BenchError('ANSWER_WRONG', `comedy: expected ${tells} messages received, got fewer`);
}

function addCall(actor: ActorRef): (a: number, b: number) => Promise<number> {
  return (a, b) => actor.sendAndReceive('add', a, b) as Promise<number>;
}

async function open(mode: 'threaded' | 'in-memory'): Promise<Opened> {
  const system = createSystem({ test: true });
  const root = await system.rootActor();
  const file = fileURLToPath(new URL('./threads/comedy-receiver.cjs', import.meta.url));
  // A second slash makes comedy take the path as absolute.
  const actor = await root.createChild(`/${file}`, { mode });
  return { system, actor };
}

async function close({ system, actor }: Opened): Promise<void> {
  const { worker } = (actor as Proxied).getWrapped();
  await system.destroy();
  // comedy leaves the thread of a threaded actor running.
  await worker?.terminate();
}
