/**
 * Savina 13 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { BUSY_WAIT_MIN, PARAMETERS } from './parameters.js';
import { SavinaRandom } from './savina-random.js';
import { type Collector, defineProgram } from './troupe-program.js';
import { busyWait } from './work.js';

interface Arbiter {
  start(smokers: ReadonlyArray<ActorRef<Smoker>>): void;
  started(): void;
}
interface Smoker {
  smoke(arbiter: ActorRef<Arbiter>, steps: number): void;
  exit(): void;
}

const { rounds, smokers: population, waitMax } = PARAMETERS['cigarette-smokers'];

export const cigaretteSmokers = defineProgram(
  import.meta.url,
  'cigarette-smokers',
  ({ ctx, place, collector }) => {
    const sink = collector(population + 1);
    const smokers = Array.from({ length: population }, (_, index) =>
      ctx.spawn(smoker(sink), place(index)),
    );
    ctx.spawn(arbiter(sink), place(0)).tell('start', smokers);
    return undefined;
  },
);

const arbiter = defineActor(
  import.meta.url,
  'cigarette-smokers.arbiter',
  (ctx, sink: ActorRef<Collector>): Arbiter => {
    const self = ctx.self<Arbiter>();
    const random = new SavinaRandom(rounds * population);
    let smokers: ReadonlyArray<ActorRef<Smoker>> = [];
    let done = 0;
    const chooseOne = (): void => {
      const chosen = smokers[random.below(population)]!;
      chosen.tell('smoke', self, random.below(waitMax) + BUSY_WAIT_MIN);
    };
    return {
      start(all) {
        smokers = all;
        chooseOne();
      },
      started() {
        if (++done < rounds) return chooseOne();
        for (const one of smokers) one.tell('exit');
        sink.tell('addEach', [done, 0, 0]);
        ctx.stop();
      },
    };
  },
);

const smoker = defineActor(
  import.meta.url,
  'cigarette-smokers.smoker',
  (ctx, sink: ActorRef<Collector>): Smoker => {
    let smoked = 0;
    let waits = 0;
    return {
      smoke(arbiter, steps) {
        arbiter.tell('started');
        smoked++;
        waits += busyWait(steps);
      },
      exit() {
        sink.tell('addEach', [0, smoked, waits]);
        ctx.stop();
      },
    };
  },
);
