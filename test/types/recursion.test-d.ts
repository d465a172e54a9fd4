/**
 * Actors that know themselves and each other. A definition may name itself and others by `typeof` within its
 * handlers, in their parameters and in its body; the compiler needs help in three places only, shown at the end.
 * Compiled, never run.
 * Runs on: any.
 */
import { type ActorRef, defineActor, type ProtocolOf, type Recipe } from '../../core/index.js';
import { same } from '../support/same-type.js';

declare const here: string;
declare function spawn<P>(recipe: Recipe<P>): ActorRef<P>;

// Itself: as a value, in messages, in answers of its own that it waits for.

const looper = defineActor(here, 'looper', (ctx, start: number) => {
  const self = ctx.self<typeof looper>();
  let left = start;
  return {
    step() {
      if (--left > 0) self.tell('step');
    },
    left: () => left,
    async twice() {
      return (await self.ask('left')) * 2;
    },
    join(other: ActorRef<ProtocolOf<typeof looper>>) {
      other.tell('join', self);
    },
  };
});
const looperRef = spawn(looper(3));
looperRef.tell('join', looperRef);
const twice = looperRef.ask('twice');
same<typeof twice, Promise<number>>();

const tree = defineActor(here, 'tree', (ctx, depth: number) => ({
  async count(): Promise<number> {
    if (depth === 0) return 1;
    const kids = [ctx.spawn(tree(depth - 1)), ctx.spawn(tree(depth - 1))];
    const counts = await Promise.all(kids.map((kid) => kid.ask('count')));
    return counts.reduce((sum, count) => sum + count, 1);
  },
}));
const count = spawn(tree(3)).ask('count');
same<typeof count, Promise<number>>();

// Two that know each other, each by the other's definition.

const ping = defineActor(here, 'ping', (ctx) => ({
  meet(other: ActorRef<ProtocolOf<typeof pong>>) {
    other.tell('hello', ctx.self<typeof ping>());
  },
  back(n: number) {
    return n;
  },
}));
const pong = defineActor(here, 'pong', (ctx) => ({
  hello(other: ActorRef<ProtocolOf<typeof ping>>) {
    other.tell('meet', ctx.self<typeof pong>());
    other.tell('back', 1);
  },
}));
const pingRef = spawn(ping());
const pongRef = spawn(pong());
pingRef.tell('meet', pongRef);
pongRef.tell('hello', pingRef);
// @ts-expect-error the other one
pingRef.tell('meet', pingRef);

// A child that knows its parent, in its start arguments and through its context.

const child = defineActor(here, 'child', (ctx, parent: ActorRef<ProtocolOf<typeof root>>) => ({
  work(n: number) {
    parent.tell('done', n);
    ctx.parent<typeof root>()?.tell('done', n);
  },
}));
const root = defineActor(here, 'root', (ctx) => {
  const kid = ctx.spawn(child(ctx.self<typeof root>()));
  return {
    start() {
      kid.tell('work', 1);
    },
    done(_n: number) {},
  };
});
spawn(root()).tell('start');

// A recursive ref narrows like any other.

const joiner: ActorRef<{ left(): number }> = looperRef;
const meeter: ActorRef<{ meet(other: ActorRef<ProtocolOf<typeof pong>>): void }> = pingRef;
export const narrowed = [joiner, meeter];

// Where the compiler needs help.

// 1. A handler whose answer is an answer of its own, or of an actor that leads back to it, says what it returns.
const unsaid = defineActor(here, 'unsaid', (ctx) => ({
  // @ts-expect-error its type is what it is about to find out
  async again(n: number) {
    return n === 0 ? 0 : await ctx.self<typeof unsaid>().ask('again', n - 1);
  },
}));
const said = defineActor(here, 'said', (ctx) => ({
  async again(n: number): Promise<number> {
    return n === 0 ? 0 : await ctx.self<typeof said>().ask('again', n - 1);
  },
}));
void spawn(said()).ask('again', 3);

export { unsaid };

// 2. A handler that reads a stream of its own actor, too: which handlers are streams depends on what all return.
const reader = defineActor(here, 'reader', (ctx) => ({
  async *numbers(): AsyncGenerator<number> {
    yield 1;
  },
  async sum(): Promise<number> {
    let sum = 0;
    for await (const n of ctx.self<typeof reader>().stream('numbers')) sum += n;
    return sum;
  },
}));
void spawn(reader()).ask('sum');

// 3. A behaviour that hands out its own handlers' results as its map has no type yet when it needs it.
// @ts-expect-error the map is made of the ref, whose type is made of the map
const knot = defineActor(here, 'knot', (ctx) => ctx.self<typeof knot>().remote());

export { knot };
