/**
 * Savina 11 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Arbitrator {
  hungry(id: number, from: ActorRef<Philosopher>): void;
  done(id: number): void;
  exit(): void;
}
interface Philosopher {
  start(): void;
  denied(): void;
  eat(): void;
}

const { philosophers, rounds } = PARAMETERS['dining-philosophers'];

export const diningPhilosophers = defineProgram(
  import.meta.url,
  'dining-philosophers',
  ({ ctx, place, collector }) => {
    const sink = collector(philosophers + 1);
    const forks = ctx.spawn(arbitrator(sink), place(0));
    for (let id = 0; id < philosophers; id++) {
      ctx.spawn(philosopher(id, forks, sink), place(id)).tell('start');
    }
    return undefined;
  },
);

const arbitrator = defineActor(
  import.meta.url,
  'dining-philosophers.arbitrator',
  (ctx, sink: ActorRef<Collector>): Arbitrator => {
    const isTaken = new Array<boolean>(philosophers).fill(false);
    let granted = 0;
    let present = philosophers;
    return {
      hungry(id, from) {
        const right = (id + 1) % philosophers;
        if (isTaken[id] || isTaken[right]) {
          from.tell('denied');
          return;
        }
        isTaken[id] = true;
        isTaken[right] = true;
        granted++;
        from.tell('eat');
      },
      done(id) {
        isTaken[id] = false;
        isTaken[(id + 1) % philosophers] = false;
      },
      exit() {
        if (--present > 0) return;
        sink.tell('addEach', [0, granted]);
        ctx.stop();
      },
    };
  },
);

const philosopher = defineActor(
  import.meta.url,
  'dining-philosophers.philosopher',
  (ctx, id: number, arbitrator: ActorRef<Arbitrator>, sink: ActorRef<Collector>): Philosopher => {
    const self = ctx.self<Philosopher>();
    let meals = 0;
    return {
      start() {
        arbitrator.tell('hungry', id, self);
      },
      denied() {
        arbitrator.tell('hungry', id, self);
      },
      eat() {
        arbitrator.tell('done', id);
        if (++meals < rounds) {
          self.tell('start');
          return;
        }
        arbitrator.tell('exit');
        sink.tell('addEach', [meals, 0]);
        ctx.stop();
      },
    };
  },
);
