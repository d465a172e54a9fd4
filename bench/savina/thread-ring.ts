/**
 * Savina 5 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Member {
  next(member: ActorRef<Member>): void;
  ping(left: number): void;
  exit(left: number, pings: number): void;
}

const { actors, hops } = PARAMETERS['thread-ring'];

export const threadRing = defineProgram(
  import.meta.url,
  'thread-ring',
  ({ ctx, place, collector }) => {
    const sink = collector(1);
    const ring = Array.from({ length: actors }, (_, index) =>
      ctx.spawn(member(sink), place(index)),
    );
    for (const [index, one] of ring.entries()) one.tell('next', ring[(index + 1) % actors]!);
    ring[0]!.tell('ping', hops);
    return undefined;
  },
);

const member = defineActor(
  import.meta.url,
  'thread-ring.member',
  (ctx, sink: ActorRef<Collector>): Member => {
    let following: ActorRef<Member>;
    let handled = 0;
    return {
      next(member) {
        following = member;
      },
      ping(left) {
        handled++;
        if (left > 0) following.tell('ping', left - 1);
        else following.tell('exit', actors, 0);
      },
      exit(left, pings) {
        if (left > 1) following.tell('exit', left - 1, pings + handled);
        else sink.tell('add', pings + handled);
        ctx.stop();
      },
    };
  },
);
