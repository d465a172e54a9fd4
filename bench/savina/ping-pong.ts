/**
 * Savina 1 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Ping {
  start(pong: ActorRef<Pong>): void;
  pong(): void;
}
interface Pong {
  ping(from: ActorRef<Ping>): void;
  end(): void;
}

export const pingPong = defineProgram(import.meta.url, 'ping-pong', ({ ctx, place, collector }) => {
  const sink = collector(2);
  const responder = ctx.spawn(pong(sink), place(1));
  ctx.spawn(ping(sink), place(0)).tell('start', responder);
  return undefined;
});

const ping = defineActor(
  import.meta.url,
  'ping-pong.ping',
  (ctx, sink: ActorRef<Collector>): Ping => {
    const self = ctx.self<Ping>();
    let partner: ActorRef<Pong>;
    let pongs = 0;
    return {
      start(pong) {
        partner = pong;
        partner.tell('ping', self);
      },
      pong() {
        if (++pongs < PARAMETERS['ping-pong'].pings) {
          partner.tell('ping', self);
          return;
        }
        partner.tell('end');
        sink.tell('addEach', [0, pongs]);
        ctx.stop();
      },
    };
  },
);

const pong = defineActor(
  import.meta.url,
  'ping-pong.pong',
  (ctx, sink: ActorRef<Collector>): Pong => {
    let pings = 0;
    return {
      ping(from) {
        pings++;
        from.tell('pong');
      },
      end() {
        sink.tell('addEach', [pings, 0]);
        ctx.stop();
      },
    };
  },
);
