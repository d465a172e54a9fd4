/**
 * Savina 14 on our side; the rules are in parameters.ts. While a worker awaits its computer its
 * mailbox waits: an async handler is a selective receive.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { defineProgram } from './troupe-program.js';

interface Computer {
  compute(term: number): number;
  exit(): void;
}
interface Worker {
  next(): Promise<void>;
  get(): number;
}

const { terms, series, startRate, increment } = PARAMETERS['logistic-map'];
/** The master's question waits behind all terms of a worker. */
const GET_MS_MAX = 60_000;

export const logisticMap = defineProgram(
  import.meta.url,
  'logistic-map',
  async ({ ctx, place, placeFlooded }) => {
    const workers = Array.from({ length: series }, (_, index) => {
      const one = ctx.spawn(computer(startRate + index * increment), place(index));
      return ctx.spawn(worker(one, index * increment), placeFlooded(index + 1));
    });
    for (let term = 0; term < terms; term++) {
      for (const one of workers) {
        // Only the way to another thread is ever full.
        if (one.tell('next') !== 'accepted') await one.send('next');
      }
    }
    const gets = workers.map((one) => one.with({ deadlineMs: GET_MS_MAX }).ask('get'));
    let sum = 0;
    for (const term of await Promise.all(gets)) sum += term;
    return [sum];
  },
);

const computer = defineActor(
  import.meta.url,
  'logistic-map.computer',
  (ctx, rate: number): Computer => ({
    compute: (term) => rate * term * (1 - term),
    exit: () => ctx.stop(),
  }),
);

const worker = defineActor(
  import.meta.url,
  'logistic-map.worker',
  (ctx, computer: ActorRef<Computer>, first: number): Worker => {
    // The way to it may be full of what the master sends.
    const asking = computer.with({ whenFull: 'wait' });
    let term = first;
    return {
      async next() {
        term = await asking.ask('compute', term);
      },
      get() {
        computer.tell('exit');
        ctx.stop();
        return term;
      },
    };
  },
);
