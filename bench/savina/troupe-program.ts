/**
 * What the fifteen programs share on our side: the root actor that spawns a program's actors, and
 * the collector that adds up what they report. The program's clock runs from the ask that starts
 * the root to its answer.
 *
 * main ──run──▶ root ──ctx.spawn──▶ the actors ──add──▶ collector ──answer──▶ root ──▶ main
 *
 * Runs on: thread.
 */
import {
  type ActorContext,
  type ActorRef,
  type Deferred,
  type Definition,
  defineActor,
  type SpawnOptions,
} from '../../core/index.js';
import type { Answer } from './answers.js';
import type { Program } from './parameters.js';

/** What the root answers to. */
export interface Root {
  /** Runs the program once; `threads` other than 0 spreads its actors over threads 1 to `threads`. */
  run(threads: number): Promise<Deferred<Answer>>;
  /** The answer of a program whose actors find it themselves. */
  answer(answer: Answer): void;
}

/** What actors report to. */
export interface Collector {
  /** One report: a number for the first place of the answer. */
  add(number: number): void;
  /** One report: a number for each place of the answer. */
  addEach(numbers: Answer): void;
}

/** What a program gets to spawn its actors with. */
export interface Stage {
  readonly ctx: ActorContext;
  readonly root: ActorRef<Root>;
  /** Where actor number `index` lives: with its parent, or spread over the threads. */
  place(index: number): SpawnOptions;
  /** The same for an actor whose mailbox takes whatever comes. */
  placeFlooded(index: number): SpawnOptions;
  /** Spawns a collector that answers after so many reports. */
  collector(reports: number): ActorRef<Collector>;
}

/** A program on our side, as troupe-rows.ts runs it. */
export type ProgramRoot = Definition<[], Root>;

/** A failure of any actor is one of the program: the ask that started it rejects. */
const SUPERVISION = { decide: 'escalate' } as const;
const PLACE_ANYWHERE: SpawnOptions = {};
const PLACE_FLOODED: SpawnOptions = { mailbox: { capacity: Infinity } };

/**
 * Defines the root of a program. `start` spawns the actors and sets them to work; it resolves to the
 * answer, or to undefined where a collector brings it.
 */
export function defineProgram(
  from: string,
  program: Program,
  start: (stage: Stage) => Answer | undefined | Promise<Answer | undefined>,
): ProgramRoot {
  const behaviour = (ctx: ActorContext): Root => {
    let answering: Deferred<Answer> | undefined;
    return {
      async run(threads) {
        const deferred = ctx.defer<Answer>();
        answering = deferred;
        const answer = await start(stageOf(ctx, threads));
        if (answer !== undefined) deferred.resolve(answer);
        return deferred;
      },
      answer: (answer) => answering?.resolve(answer),
    };
  };
  return defineActor(from, program, behaviour, { supervision: SUPERVISION });
}

/** Adds up so many reports, place by place, and gives the sums to the root. */
const collector = defineActor(
  import.meta.url,
  'collector',
  (ctx, root: ActorRef<Root>, reports: number): Collector => {
    const sums: number[] = [];
    let left = reports;
    const reported = (): void => {
      if (--left > 0) return;
      root.tell('answer', sums);
      ctx.stop();
    };
    return {
      add(number) {
        sums[0] = (sums[0] ?? 0) + number;
        reported();
      },
      addEach(numbers) {
        for (const [place, number] of numbers.entries()) sums[place] = (sums[place] ?? 0) + number;
        reported();
      },
    };
  },
);

function stageOf(ctx: ActorContext, threads: number): Stage {
  const root = ctx.self<Root>();
  const threadOf = (index: number): number => 1 + (index % threads);
  return {
    ctx,
    root,
    place: (index) => (threads === 0 ? PLACE_ANYWHERE : { thread: threadOf(index) }),
    placeFlooded: (index) =>
      threads === 0 ? PLACE_FLOODED : { ...PLACE_FLOODED, thread: threadOf(index) },
    collector: (reports) => ctx.spawn(collector(root, reports), PLACE_FLOODED),
  };
}
