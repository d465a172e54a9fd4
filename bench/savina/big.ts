/**
 * Savina 7 on our side; the rules are in parameters.ts.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { BenchError } from '../bench-error.js';
import type { Answer } from './answers.js';
import { PARAMETERS } from './parameters.js';
import { SavinaRandom } from './savina-random.js';
import { defineProgram, type Root } from './troupe-program.js';

type Members = ReadonlyArray<ActorRef<Member>>;
interface Member {
  neighbours(members: Members): void;
  ping(from: number): void;
  pong(from: number): void;
  exit(): void;
}
interface Sink {
  members(members: Members): void;
  done(pongs: number): void;
  answered(pings: number): void;
}

const { actors, pings } = PARAMETERS.big;
const NOBODY = -1;

export const big = defineProgram(import.meta.url, 'big', ({ ctx, root, place }) => {
  const counter = ctx.spawn(sink(root));
  const members = Array.from({ length: actors }, (_, id) =>
    ctx.spawn(member(id, counter), place(id)),
  );
  counter.tell('members', members);
  for (const one of members) one.tell('neighbours', members);
  for (const one of members) one.tell('pong', NOBODY);
  return undefined;
});

const sink = defineActor(import.meta.url, 'big.sink', (ctx, root: ActorRef<Root>): Sink => {
  const sums = { pongs: 0, pings: 0 };
  const reports = { done: 0, answered: 0 };
  let all: Members = [];
  return {
    members(members) {
      all = members;
    },
    done(pongs) {
      sums.pongs += pongs;
      if (++reports.done === actors) for (const member of all) member.tell('exit');
    },
    answered(pings) {
      sums.pings += pings;
      if (++reports.answered < actors) return;
      const answer: Answer = [sums.pings, sums.pongs];
      root.tell('answer', answer);
      ctx.stop();
    },
  };
});

const member = defineActor(
  import.meta.url,
  'big.member',
  (ctx, id: number, sink: ActorRef<Sink>): Member => {
    const random = new SavinaRandom(id);
    let neighbours: Members = [];
    let expected = NOBODY;
    let sent = 0;
    let answered = 0;
    return {
      neighbours(members) {
        neighbours = members;
      },
      ping(from) {
        answered++;
        neighbours[from]!.tell('pong', id);
      },
      pong(from) {
        if (from !== expected) {
          throw new BenchError('ANSWER_WRONG', `expected a pong of ${expected}, got ${from}`);
        }
        if (sent === pings) {
          sink.tell('done', sent);
          return;
        }
        sent++;
        expected = random.below(neighbours.length);
        neighbours[expected]!.tell('ping', id);
      },
      exit() {
        sink.tell('answered', answered);
        ctx.stop();
      },
    };
  },
);
