/** The actor of the interleaving fuzz: does what it is told, and reports all of it to its world. */
import {
  type ActorContext,
  type ActorRef,
  type Definition,
  defineActor,
  refuse,
} from '../../core/index.js';
import { CHOIR, type Fuzzed, keyOf, PATIENT, worldOf } from './interleaving-world.js';

const behaviour = (ctx: ActorContext, worldId: number, failingLife: number): Fuzzed => {
  const world = worldOf(worldId);
  const self = ctx.self<Fuzzed>();
  const me = world.born(keyOf(self as ActorRef<never>));
  if (me.life === failingLife) throw new Error('asked to fail at its start');
  const children: ActorRef<Fuzzed>[] = [];
  let isOpen = false;
  let timers = 0;
  // A child that waits for its parent, which waits for it to stop: only a deadline ends that.
  const mayWaitFor = (to: ActorRef<Fuzzed>): boolean =>
    ctx.parent() === undefined && world.isOlder(to, self);
  return {
    mark: (stamp) => world.handled(me, stamp),
    fail(stamp) {
      world.handled(me, stamp);
      throw new Error('asked to fail');
    },
    hold() {
      if (!isOpen) ctx.stash();
    },
    open() {
      isOpen = true;
      return ctx.unstash();
    },
    say(to, count) {
      for (let i = 0; i < count; i++) world.tell(me, to);
    },
    async pour(to, count) {
      for (let i = 0; i < count; i++) {
        if (mayWaitFor(to)) await world.sent(me, to);
      }
    },
    question: (n) => n,
    refuse() {
      throw refuse('NO');
    },
    later(n, ms) {
      const answer = ctx.defer<number>();
      ctx.timers.after(`later ${timers++}`, ms, () => answer.resolve(n));
      return answer;
    },
    async slow(ms, isFailing) {
      await world.sleep(ms);
      if (isFailing) throw new Error('asked to fail late');
    },
    async consult(to, n) {
      if (mayWaitFor(to)) return world.asked(to.with(PATIENT).ask('question', n));
    },
    pass(to, n) {
      world.told[to.forward('question', n)]++;
    },
    beget(where, failingChild) {
      const recipe = fuzzed(worldId, failingChild);
      const child = ctx.spawn(recipe, where === undefined ? {} : { thread: where });
      children.push(child);
      world.add(child);
    },
    watch(to) {
      const watch = world.watch(me, keyOf(to as ActorRef<never>));
      ctx.watch(to, () => world.terminated(watch));
    },
    end: (mode) => ctx.stop(undefined, mode),
    endChild(mode) {
      const child = children.pop();
      if (child !== undefined) ctx.stop(child, mode);
    },
    async *items(count) {
      for (let i = 0; i < count; i++) {
        if (i % 5 === 4) await world.sleep(1);
        yield i;
      }
    },
    async read(to, count, enough) {
      if (mayWaitFor(to)) await world.asked(world.read(to.stream('items', count), enough));
    },
    join: () => ctx.join(CHOIR),
    leave: () => ctx.leave(CHOIR),
    publish() {
      ctx.publish(CHOIR, 'question', 1);
    },
    async name(name) {
      await ctx.register(name).then(
        () => world.names.set(name, me.key),
        () => {},
      );
    },
    tick(ms) {
      ctx.timers.every('tick', ms, () => world.tell(me, self));
      ctx.timers.after('enough', ms * 4, () => ctx.timers.cancel('tick'));
    },
    mind(ms) {
      ctx.onStop(() => world.sleep(ms));
    },
  };
};

type Fuzz = Definition<[worldId: number, failingLife: number], Fuzzed>;

export const fuzzed: Fuzz = defineActor(import.meta.url, 'fuzzed', behaviour);

/** The same with three messages in hand at once. */
export const fuzzedThrice: Fuzz = defineActor(import.meta.url, 'fuzzed-thrice', behaviour, {
  concurrency: 3,
});
