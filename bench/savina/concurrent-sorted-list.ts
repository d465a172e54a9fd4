/**
 * Savina 9 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { SavinaRandom } from './savina-random.js';
import { SortedList } from './sorted-list.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Server {
  size(from: ActorRef<Worker>): void;
  add(value: number, from: ActorRef<Worker>): void;
  contains(value: number, from: ActorRef<Worker>): void;
  left(): void;
}
interface Worker {
  start(list: ActorRef<Server>): void;
  result(value: number): void;
}

const { workers, operations, writePercent, sizePercent } = PARAMETERS['concurrent-sorted-list'];

export const concurrentSortedList = defineProgram(
  import.meta.url,
  'concurrent-sorted-list',
  ({ ctx, place, collector }) => {
    const sink = collector(workers + 1);
    const list = ctx.spawn(server(sink), place(0));
    for (let id = 0; id < workers; id++) {
      ctx.spawn(worker(id, sink), place(id)).tell('start', list);
    }
    return undefined;
  },
);

const server = defineActor(
  import.meta.url,
  'concurrent-sorted-list.server',
  (ctx, sink: ActorRef<Collector>): Server => {
    const list = new SortedList();
    let present = workers;
    return {
      size(from) {
        from.tell('result', list.size());
      },
      add(value, from) {
        list.add(value);
        from.tell('result', value);
      },
      contains(value, from) {
        from.tell('result', list.contains(value) ? 1 : 0);
      },
      left() {
        if (--present > 0) return;
        sink.tell('addEach', [0, list.size(), list.sum()]);
        ctx.stop();
      },
    };
  },
);

const worker = defineActor(
  import.meta.url,
  'concurrent-sorted-list.worker',
  (ctx, id: number, sink: ActorRef<Collector>): Worker => {
    const self = ctx.self<Worker>();
    const random = new SavinaRandom(id + operations + writePercent + sizePercent);
    let list: ActorRef<Server>;
    let done = 0;
    const operate = (): void => {
      const choice = random.below(100);
      const value = random.next();
      if (choice < sizePercent) list.tell('size', self);
      else if (choice < sizePercent + writePercent) list.tell('add', value, self);
      else list.tell('contains', value, self);
    };
    return {
      start(server) {
        list = server;
        operate();
      },
      result() {
        if (++done < operations) return operate();
        list.tell('left');
        sink.tell('addEach', [done, 0, 0]);
        ctx.stop();
      },
    };
  },
);
