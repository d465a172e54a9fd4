/**
 * Savina 8 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { BenchError } from '../bench-error.js';
import { PARAMETERS } from './parameters.js';
import { SavinaRandom } from './savina-random.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Dictionary {
  read(key: number, from: ActorRef<Worker>): void;
  write(key: number, value: number, from: ActorRef<Worker>): void;
  left(): void;
}
interface Worker {
  start(dictionary: ActorRef<Dictionary>): void;
  value(value: number): void;
}

const { workers, operations, writePercent, keys } = PARAMETERS['concurrent-dictionary'];

export const concurrentDictionary = defineProgram(
  import.meta.url,
  'concurrent-dictionary',
  ({ ctx, place, collector }) => {
    const sink = collector(workers + 1);
    const server = ctx.spawn(dictionary(sink), place(0));
    for (let id = 0; id < workers; id++) {
      ctx.spawn(worker(id, sink), place(id)).tell('start', server);
    }
    return undefined;
  },
);

const dictionary = defineActor(
  import.meta.url,
  'concurrent-dictionary.dictionary',
  (ctx, sink: ActorRef<Collector>): Dictionary => {
    const values = new Map<number, number>();
    let writes = 0;
    let present = workers;
    return {
      read(key, from) {
        from.tell('value', values.get(key) ?? key);
      },
      write(key, value, from) {
        writes++;
        values.set(key, value);
        from.tell('value', value);
      },
      left() {
        if (--present > 0) return;
        sink.tell('addEach', [0, writes, values.size]);
        ctx.stop();
      },
    };
  },
);

const worker = defineActor(
  import.meta.url,
  'concurrent-dictionary.worker',
  (ctx, id: number, sink: ActorRef<Collector>): Worker => {
    const self = ctx.self<Worker>();
    const random = new SavinaRandom(id + operations + writePercent);
    let dictionary: ActorRef<Dictionary>;
    let done = 0;
    let key = 0;
    let isWrite = false;
    const operate = (): void => {
      isWrite = random.below(100) < writePercent;
      const high = random.next();
      key = (high * 65_536 + random.next()) % keys;
      if (isWrite) dictionary.tell('write', key, key + keys, self);
      else dictionary.tell('read', key, self);
    };
    return {
      start(server) {
        dictionary = server;
        operate();
      },
      value(value) {
        if (value !== key + keys && (isWrite || value !== key)) {
          throw new BenchError('ANSWER_WRONG', `expected the value of ${key}, got ${value}`);
        }
        if (++done < operations) return operate();
        dictionary.tell('left');
        sink.tell('addEach', [done, 0, 0]);
        ctx.stop();
      },
    };
  },
);
