/**
 * Savina 4 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';
import { sine } from './work.js';

const { actors } = PARAMETERS['fork-join-create'];

export const forkJoinCreate = defineProgram(
  import.meta.url,
  'fork-join-create',
  async ({ ctx, place, collector }) => {
    const sink = collector(actors);
    for (let index = 0; index < actors; index++) {
      const actor = ctx.spawn(worker(sink), place(index));
      // Only the way to another thread is ever full.
      if (actor.tell('compute', index) !== 'accepted') await actor.send('compute', index);
    }
    return undefined;
  },
);

const worker = defineActor(
  import.meta.url,
  'fork-join-create.worker',
  (ctx, sink: ActorRef<Collector>) => ({
    compute(index: number): void | Promise<void> {
      sine(index);
      // The way back is full when the thread of the collector is busy with creating.
      if (sink.tell('add', 1) !== 'accepted') return sink.send('add', 1).then(() => ctx.stop());
      return ctx.stop();
    },
  }),
);
