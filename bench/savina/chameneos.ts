/**
 * Savina 6 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor, type SpawnOptions } from '../../core/index.js';
import { type Colour, complement, INITIAL_COLOURS } from './colour.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Mall {
  open(places: readonly SpawnOptions[]): void;
  meet(colour: Colour, from: ActorRef<Chameneo>): void;
  count(meetings: number): void;
}
interface Chameneo {
  meet(colour: Colour, from: ActorRef<Chameneo>): void;
  change(colour: Colour): void;
  exit(): void;
}

const { chameneos: population, meetings: meetingsMax } = PARAMETERS.chameneos;

export const chameneos = defineProgram(
  import.meta.url,
  'chameneos',
  ({ ctx, place, collector }) => {
    const places = Array.from({ length: population }, (_, index) => place(index));
    ctx.spawn(mall(collector(1)), place(0)).tell('open', places);
    return undefined;
  },
);

const mall = defineActor(
  import.meta.url,
  'chameneos.mall',
  (ctx, sink: ActorRef<Collector>): Mall => {
    let left: number = meetingsMax;
    let waiting: ActorRef<Chameneo> | undefined;
    let faded = 0;
    let sum = 0;
    return {
      open(places) {
        for (const [index, place] of places.entries()) {
          const colour = INITIAL_COLOURS[index % INITIAL_COLOURS.length]!;
          ctx.spawn(chameneo(ctx.self<Mall>(), colour), place);
        }
      },
      meet(colour, from) {
        if (left === 0) {
          from.tell('exit');
        } else if (waiting === undefined) {
          waiting = from;
        } else {
          left--;
          waiting.tell('meet', colour, from);
          waiting = undefined;
        }
      },
      count(meetings) {
        sum += meetings;
        if (++faded < population) return;
        sink.tell('add', sum);
        ctx.stop();
      },
    };
  },
);

const chameneo = defineActor(
  import.meta.url,
  'chameneos.chameneo',
  (ctx, mall: ActorRef<Mall>, first: Colour): Chameneo => {
    const self = ctx.self<Chameneo>();
    let colour = first;
    let meetings = 0;
    mall.tell('meet', colour, self);
    return {
      meet(other, from) {
        colour = complement(colour, other);
        meetings++;
        from.tell('change', colour);
        mall.tell('meet', colour, self);
      },
      change(changed) {
        colour = changed;
        meetings++;
        mall.tell('meet', colour, self);
      },
      exit() {
        mall.tell('count', meetings);
        ctx.stop();
      },
    };
  },
);
