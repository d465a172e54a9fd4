/**
 * Savina 12 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ActorRef, defineActor, type SpawnOptions } from '../../core/index.js';
import { BUSY_WAIT_MIN, PARAMETERS } from './parameters.js';
import { SavinaRandom } from './savina-random.js';
import { type Collector, defineProgram } from './troupe-program.js';
import { busyWait } from './work.js';

interface Factory {
  start(places: readonly SpawnOptions[]): Promise<void>;
  returned(customer: ActorRef<Customer>): void;
  done(): void;
}
interface Customer {
  full(): void;
  wait(): void;
  start(): void;
  done(): void;
}
interface Room {
  enter(customer: ActorRef<Customer>): void;
  next(): void;
  exit(): void;
}
interface Barber {
  enter(customer: ActorRef<Customer>, room: ActorRef<Room>): void;
  wait(): void;
  exit(): void;
}

const { haircuts, room: roomMax, productionRate, haircutRate } = PARAMETERS['sleeping-barber'];

export const sleepingBarber = defineProgram(
  import.meta.url,
  'sleeping-barber',
  ({ ctx, place, placeFlooded, collector }) => {
    const sink = collector(2);
    const shop = ctx.spawn(room(ctx.spawn(barber(sink), place(0))), placeFlooded(1));
    const places = [place(0), place(1)];
    ctx.spawn(factory(shop, sink), placeFlooded(0)).tell('start', places);
    return undefined;
  },
);

const factory = defineActor(
  import.meta.url,
  'sleeping-barber.factory',
  (ctx, room: ActorRef<Room>, sink: ActorRef<Collector>): Factory => {
    const random = new SavinaRandom();
    let served = 0;
    let waits = 0;
    return {
      // One message for all: it lets the others work between two customers.
      async start(places) {
        for (let index = 0; index < haircuts; index++) {
          const place = places[index % places.length];
          room.tell('enter', ctx.spawn(customer(ctx.self<Factory>()), place));
          waits += busyWait(random.below(productionRate) + BUSY_WAIT_MIN);
          await nextTurn();
        }
      },
      returned(customer) {
        room.tell('enter', customer);
      },
      done() {
        if (++served < haircuts) return;
        room.tell('exit');
        sink.tell('addEach', [0, served, waits]);
        ctx.stop();
      },
    };
  },
);

const customer = defineActor(
  import.meta.url,
  'sleeping-barber.customer',
  (ctx, factory: ActorRef<Factory>): Customer => ({
    full() {
      factory.tell('returned', ctx.self<Customer>());
    },
    wait() {},
    start() {},
    done() {
      factory.tell('done');
      ctx.stop();
    },
  }),
);

const room = defineActor(
  import.meta.url,
  'sleeping-barber.room',
  (ctx, barber: ActorRef<Barber>): Room => {
    const self = ctx.self<Room>();
    // Never longer than the room: shift() of such an array is cheap.
    const waiting: Array<ActorRef<Customer>> = [];
    let isAsleep = true;
    return {
      enter(customer) {
        if (waiting.length === roomMax) {
          customer.tell('full');
          return;
        }
        waiting.push(customer);
        if (isAsleep) {
          isAsleep = false;
          self.tell('next');
        } else {
          customer.tell('wait');
        }
      },
      next() {
        const customer = waiting.shift();
        if (customer !== undefined) {
          barber.tell('enter', customer, self);
        } else {
          isAsleep = true;
          barber.tell('wait');
        }
      },
      exit() {
        barber.tell('exit');
        ctx.stop();
      },
    };
  },
);

const barber = defineActor(
  import.meta.url,
  'sleeping-barber.barber',
  (ctx, sink: ActorRef<Collector>): Barber => {
    const random = new SavinaRandom();
    let cut = 0;
    let waits = 0;
    return {
      enter(customer, room) {
        customer.tell('start');
        waits += busyWait(random.below(haircutRate) + BUSY_WAIT_MIN);
        cut++;
        customer.tell('done');
        room.tell('next');
      },
      wait() {},
      exit() {
        sink.tell('addEach', [cut, 0, waits]);
        ctx.stop();
      },
    };
  },
);
