/**
 * Threads that start and die: from asking for a system to the first answer of its thread, and from
 * a thread's death to the next answer of the actor that was on it.
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type ActorRef, type ActorSystem, createSystem, silentLogger } from '../../core/index.js';
import { expectEqual } from '../bench-error.js';
import { benchmark, SIZES } from '../benchmarks.js';
import { kept } from '../kept.js';
import { peersFor } from '../peers/peers.js';
import { type Measure, type Row, row } from '../row.js';
import { elapsedMs } from '../timing.js';
import { type Survivor, survivor } from './survivor.js';

/** Nothing tells when a spare is warm; it takes a fifth of this. */
const SPARE_WARM_MS = 300;
/** A thread that dies too often is given up; a minute allows twenty deaths. */
const ROUNDS = { warmups: 3, rounds: 5 } as const;

/** Printed in this order. */
export const threadRows: readonly Row[] = [
  row({ ...benchmark('threads/start'), ours: startMs, peers: peersFor('threads/start') }),
  row({
    ...benchmark('threads/start'),
    ...ROUNDS,
    name: 'dead thread, its actor answers: with a spare',
    ours: restartMs(1),
    peers: {},
    budget: { must: 25, want: 10 },
  }),
  row({
    ...benchmark('threads/start'),
    ...ROUNDS,
    name: 'dead thread, its actor answers: without a spare',
    ours: restartMs(0),
    peers: peersFor('threads/start'),
  }),
];

/** Mean of some systems started one after another, each to the first answer; stopping is not timed. */
async function startMs(): Promise<number> {
  let ms = 0;
  for (let started = 0; started < SIZES.threadStarts; started++) {
    let system: ActorSystem | undefined;
    ms += await elapsedMs(async () => {
      system = await createSystem({ threads: 1, spareThreads: 0 });
      await system.spawn(survivor(), { thread: 1 }).ask('restarts');
    });
    await system?.stop();
  }
  return ms / SIZES.threadStarts;
}

function restartMs(spareThreads: number): Measure {
  const opened = kept(
    () => createSystem({ threads: 1, spareThreads, logger: silentLogger }),
    (system) => system.stop(),
  );
  return async () => {
    const system = await opened();
    const actor = system.spawn(survivor(), { thread: 1 });
    expectEqual('restarts before', await actor.ask('restarts'), 0);
    await pause(SPARE_WARM_MS);
    const ms = await elapsedMs(async () => {
      system.killThread(1);
      await answersAnew(actor);
    });
    await system.stopActor(actor);
    return ms;
  };
}

/** What is asked while the thread dies may be lost with it: then it is asked again. */
async function answersAnew(actor: ActorRef<Survivor>): Promise<void> {
  for (;;) {
    const restarts = await actor.ask('restarts').catch(() => 0);
    if (restarts > 0) return;
    await pause(0);
  }
}
