/**
 * Savina 3 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';
import { sine } from './work.js';

const { messages, actors } = PARAMETERS['fork-join-throughput'];

export const forkJoinThroughput = defineProgram(
  import.meta.url,
  'fork-join-throughput',
  async ({ ctx, placeFlooded, collector }) => {
    const sink = collector(actors);
    const all = Array.from({ length: actors }, (_, index) =>
      ctx.spawn(worker(sink), placeFlooded(index)),
    );
    for (let round = 0; round < messages; round++) {
      for (const actor of all) {
        // Only the way to another thread is ever full.
        if (actor.tell('compute') !== 'accepted') await actor.send('compute');
      }
    }
    return undefined;
  },
);

const worker = defineActor(
  import.meta.url,
  'fork-join-throughput.worker',
  (ctx, sink: ActorRef<Collector>) => {
    let handled = 0;
    return {
      compute() {
        sine(handled++);
        if (handled < messages) return;
        sink.tell('add', handled);
        ctx.stop();
      },
    };
  },
);
