/**
 * The rows of one program: on one pool thread beside the peers; untouched in a system with two
 * threads; with its actors spread over two threads. Systems stay open for all rounds of a row, so
 * that the code is warm; main only asks and waits.
 * Runs on: main.
 */
import { type ActorRef, createSystem } from '../../core/index.js';
import { benchmark } from '../benchmarks.js';
import { kept } from '../kept.js';
import { peersFor } from '../peers/peers.js';
import { type Budget, type Measure, type Row, row } from '../row.js';
import type { Program } from './parameters.js';
import { timedProgram } from './timed-program.js';
import type { ProgramRoot, Root } from './troupe-program.js';

const THREADS = 2;
const NOT_SPREAD = 0;
const RUN_MS_MAX = 120_000;
const ONE_THREAD = 'one thread';
/** The second thread may cost a fifth, and should cost nothing. */
const TWO_THREADS_BUDGET: Budget = { peer: ONE_THREAD, must: 1 / 1.2, want: 1 };
/** What all hops over threads make slow, and what computes: fewer rounds say as much. */
const SPREAD_ROUNDS = { warmups: 2, rounds: 3 } as const;

/** The three rows of a program. `budget` is that of the first. */
export function programRows(program: Program, root: ProgramRoot, budget?: Budget): readonly Row[] {
  const described = benchmark(`savina/${program}`);
  const peers = peersFor(`savina/${program}`);
  const oneThread = measureOf(program, root, 1, NOT_SPREAD);
  return [
    row({ ...described, ours: oneThread, peers, ...(budget && { budget }) }),
    row({
      ...described,
      name: `${program}, two threads`,
      ours: measureOf(program, root, THREADS, NOT_SPREAD),
      peers: { [ONE_THREAD]: oneThread },
      budget: TWO_THREADS_BUDGET,
    }),
    row({
      ...described,
      ...SPREAD_ROUNDS,
      name: `${program}, spread over two threads`,
      ours: measureOf(program, root, THREADS, THREADS),
      peers: { [ONE_THREAD]: oneThread, ...only(peers, 'erlang') },
    }),
  ];
}

/** The program's root on thread 1 of a system with so many threads. */
function measureOf(program: Program, root: ProgramRoot, threads: number, spread: number): Measure {
  const system = kept(
    () => createSystem({ threads, spareThreads: 0 }),
    (opened) => opened.stop(),
  );
  return timedProgram(program, {
    prepare: async (): Promise<ActorRef<Root>> => {
      const opened = await system();
      return opened.lookup<Root>(program) ?? opened.spawn(root(), { name: program, thread: 1 });
    },
    run: (actor) => actor.with({ deadlineMs: RUN_MS_MAX }).ask('run', spread),
  });
}

function only(peers: Readonly<Record<string, Measure>>, name: string): Record<string, Measure> {
  const measure = peers[name];
  return measure === undefined ? {} : { [name]: measure };
}
