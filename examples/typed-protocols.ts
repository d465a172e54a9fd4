/**
 * Refs travel in messages, arrays and replies, with their types. A handler asks for the protocol it needs and takes any
 * actor that has at least that; two actors may know each other; no message is declared twice.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import {
  type ActorRef,
  createSystem,
  type Deferred,
  defineActor,
  type ProtocolOf,
} from '../core/index.js';

/** What a player needs of the other one. Players have it, so two of them can play. */
interface Opponent {
  ball(hits: number, back: ActorRef<Opponent>): void;
}

const player = defineActor(
  import.meta.url,
  'player',
  (ctx, max: number, umpire: ActorRef<{ over(hits: number): void }>) => ({
    ball(hits: number, back: ActorRef<Opponent>) {
      if (hits === max) umpire.tell('over', hits);
      else back.tell('ball', hits + 1, ctx.self<typeof player>());
    },
    where: (): number => ctx.thread,
  }),
);

const referee = defineActor(import.meta.url, 'referee', (ctx) => {
  let players: readonly ActorRef<ProtocolOf<typeof player>>[] = [];
  let ended: Deferred<number> | undefined;
  return {
    /** The players' whole protocol, from the definition. */
    match(max: number) {
      const self = ctx.self<{ over(hits: number): void }>(); // fewer handlers than it has
      players = [
        ctx.spawn(player(max, self), { thread: 1 }),
        ctx.spawn(player(max, self), { thread: 2 }),
      ];
      return players; // an array of refs in a reply
    },
    play() {
      const [first, second] = players;
      if (first !== undefined && second !== undefined) first.tell('ball', 0, second);
      ended = ctx.defer<number>();
      return ended;
    },
    over(hits: number) {
      ended?.resolve(hits);
    },
  };
});

const system = await createSystem({ threads: 2 });
const umpire = system.spawn(referee(), { thread: 'main' });
const players = await umpire.ask('match', 1_000);
assert.deepEqual(await Promise.all(players.map((one) => one.ask('where'))), [1, 2]);
assert.equal(await umpire.ask('play'), 1_000);

// The compiler knows every name, argument and reply.
// @ts-expect-error the referee is nobody's opponent
const wrong: ActorRef<Opponent> = umpire;
assert.ok(wrong.equals(umpire));
console.log('1000 hits between two threads');
await system.stop();
