/**
 * Savina 2 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Counter {
  increment(): void;
  total(): number;
}

export const counting = defineProgram(import.meta.url, 'counting', (stage) => {
  const sum = stage.ctx.spawn(counter(), stage.placeFlooded(1));
  const sink = stage.collector(1);
  stage.ctx.spawn(producer(), stage.place(0)).tell('start', sum, sink);
  return undefined;
});

const producer = defineActor(import.meta.url, 'counting.producer', (ctx) => ({
  async start(counter: ActorRef<Counter>, sink: ActorRef<Collector>) {
    for (let told = 0; told < PARAMETERS.counting.messages; told++) {
      // Only the way to another thread is ever full.
      if (counter.tell('increment') !== 'accepted') await counter.send('increment');
    }
    sink.tell('add', await counter.ask('total'));
    ctx.stop();
  },
}));

const counter = defineActor(import.meta.url, 'counting.counter', (ctx): Counter => {
  let total = 0;
  return {
    increment() {
      total++;
    },
    total() {
      ctx.stop();
      return total;
    },
  };
});
