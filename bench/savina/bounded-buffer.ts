/**
 * Savina 10 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';
import { processItem } from './work.js';

interface Buffer {
  open(
    producers: ReadonlyArray<ActorRef<Producer>>,
    consumers: ReadonlyArray<ActorRef<Consumer>>,
  ): void;
  item(item: number, from: ActorRef<Producer>): void;
  available(consumer: ActorRef<Consumer>): void;
  ended(): void;
}
interface Producer {
  produce(buffer: ActorRef<Buffer>): void;
}
interface Consumer {
  item(item: number, from: ActorRef<Buffer>): void;
  exit(): void;
}

const parameters = PARAMETERS['bounded-buffer'];
const { producers: producersMax, consumers: consumersMax, itemsPerProducer } = parameters;
/** One item is always on its way from each producer, so room for those is kept free. */
const WAITING_MAX = parameters.buffer - producersMax;

export const boundedBuffer = defineProgram(
  import.meta.url,
  'bounded-buffer',
  ({ ctx, place, collector }) => {
    const sink = collector(consumersMax + 1);
    const middle = ctx.spawn(buffer(sink), place(0));
    const consumers = Array.from({ length: consumersMax }, (_, index) =>
      ctx.spawn(consumer(sink), place(index)),
    );
    const producers = Array.from({ length: producersMax }, (_, index) =>
      ctx.spawn(producer(), place(index)),
    );
    middle.tell('open', producers, consumers);
    return undefined;
  },
);

const buffer = defineActor(
  import.meta.url,
  'bounded-buffer.buffer',
  (ctx, sink: ActorRef<Collector>): Buffer => {
    const self = ctx.self<Buffer>();
    // Never longer than the actors there are: shift() of such arrays is cheap.
    const waiting: Array<ActorRef<Producer>> = [];
    const items: number[] = [];
    let free: Array<ActorRef<Consumer>> = [];
    let ended = 0;
    let seen = 0;
    const endIfIdle = (): void => {
      if (ended < producersMax || free.length < consumersMax) return;
      for (const one of free) one.tell('exit');
      sink.tell('addEach', [seen, 0, 0]);
      ctx.stop();
    };
    return {
      open(producers, consumers) {
        free = [...consumers];
        for (const one of producers) one.tell('produce', self);
      },
      item(item, from) {
        seen++;
        const isFull = items.length >= WAITING_MAX;
        const idle = free.shift();
        if (idle !== undefined) idle.tell('item', item, self);
        else items.push(item);
        if (isFull) waiting.push(from);
        else from.tell('produce', self);
      },
      available(consumer) {
        const item = items.shift();
        if (item === undefined) {
          free.push(consumer);
          return endIfIdle();
        }
        consumer.tell('item', item, self);
        waiting.shift()?.tell('produce', self);
      },
      ended() {
        ended++;
        endIfIdle();
      },
    };
  },
);

const producer = defineActor(import.meta.url, 'bounded-buffer.producer', (ctx): Producer => {
  const self = ctx.self<Producer>();
  let produced = 0;
  let item = 0;
  return {
    produce(buffer) {
      if (produced++ < itemsPerProducer) {
        item = processItem(item, parameters.produceCost);
        buffer.tell('item', item, self);
      } else {
        buffer.tell('ended');
        ctx.stop();
      }
    },
  };
});

const consumer = defineActor(
  import.meta.url,
  'bounded-buffer.consumer',
  (ctx, sink: ActorRef<Collector>): Consumer => {
    const self = ctx.self<Consumer>();
    let consumed = 0;
    let own = 0;
    return {
      item(item, from) {
        consumed++;
        own = processItem(own + item, parameters.consumeCost);
        from.tell('available', self);
      },
      exit() {
        sink.tell('addEach', [0, consumed, own]);
        ctx.stop();
      },
    };
  },
);
