/**
 * Actors that the behaviour tests are played with. They tell what happens to them to a recorder, so that a test waits
 * for notes and never for time.
 * Runs on: any.
 */
import {
  type ActorRef,
  type Deferred,
  defineActor,
  group,
  type ProtocolOf,
  refuse,
  type StopMode,
  type SupervisionOptions,
} from '../../core/index.js';

export type Recorder = ActorRef<ProtocolOf<typeof recorder>>;
export type Latch = ActorRef<ProtocolOf<typeof latch>>;
export type Echo = ActorRef<ProtocolOf<typeof echo>>;
export type Fragile = ActorRef<ProtocolOf<typeof fragile>>;

/** Keeps notes in the order they came. */
export const recorder = defineActor(import.meta.url, 'test-recorder', (ctx) => {
  const notes: string[] = [];
  let waiting: { readonly count: number; readonly reply: Deferred<string[]> }[] = [];
  return {
    note(text: string) {
      notes.push(text);
      for (const { count, reply } of waiting) if (notes.length >= count) reply.resolve([...notes]);
      waiting = waiting.filter(({ count }) => notes.length < count);
    },
    notes: () => [...notes],
    /** Answers with all notes once there are that many. */
    until(count: number): string[] | Deferred<string[]> {
      if (notes.length >= count) return [...notes];
      const reply = ctx.defer<string[]>();
      waiting.push({ count, reply });
      return reply;
    },
  };
});

/** Lets who waits through once it is opened. */
export const latch = defineActor(import.meta.url, 'test-latch', (ctx) => {
  let isOpen = false;
  const waiting: Deferred<string>[] = [];
  return {
    wait(): string | Deferred<string> {
      if (isOpen) return 'open';
      const reply = ctx.defer<string>();
      waiting.push(reply);
      return reply;
    },
    open() {
      isOpen = true;
      for (const reply of waiting.splice(0)) reply.resolve('open');
    },
    waiters: () => waiting.length,
  };
});

/** Gives back what it gets. */
export const echo = defineActor(import.meta.url, 'test-echo', (ctx) => {
  let kept: unknown;
  return {
    say: (value: unknown) => value,
    both: (one: unknown, other: unknown) => [one, other],
    three: (one: number, two: number, three?: number) => [one, two, three],
    nothing() {},
    async later(value: unknown) {
      await undefined;
      return value;
    },
    keep(value: unknown) {
      kept = value;
    },
    kept: () => kept,
    mark(value: { isMarked?: boolean }) {
      value.isMarked = true;
    },
    where: () => ctx.thread,
    trace: () => ctx.traceparent,
    path: () => ctx.path,
    self: () => ctx.self<typeof echo>(),
    no: () => {
      throw refuse('NOT_FOUND', 'no such thing', { id: 7 });
    },
  };
});

/** Asks and sends on behalf of others. */
export const relay = defineActor(import.meta.url, 'test-relay', (ctx) => ({
  ask: (target: Echo, value: unknown): Promise<unknown> => target.ask('say', value),
  async askLater(target: Echo, value: unknown): Promise<unknown> {
    await undefined;
    return target.ask('say', value);
  },
  trace: (target: Echo): Promise<string | undefined> => target.ask('trace'),
  async traceLater(target: Echo): Promise<string | undefined> {
    await undefined;
    return target.ask('trace');
  },
  forward(target: Echo, value: unknown): unknown {
    return target.forward('say', value);
  },
  forwardPath(target: Echo): unknown {
    return target.forward('path');
  },
  /** Forwards over another relay first. */
  forwardTwice(over: ActorRef<{ forward(target: Echo, value: unknown): unknown }>, target: Echo, value: unknown): unknown {
    return over.forward('forward', target, value);
  },
  flood(target: Recorder, label: string, count: number) {
    for (let n = 0; n < count; n++) target.tell('note', `${label} ${n}`);
  },
  equals: (one: ActorRef<unknown>, other: ActorRef<unknown>) => one.equals(other),
  isSelf: (one: ActorRef<unknown>) => one.equals(ctx.self()),
}));

/** Its handlers wait at a latch. */
const waiting = {
  async pass(at: Latch, to: Recorder, label: string): Promise<string> {
    to.tell('note', `in ${label}`);
    await at.ask('wait');
    to.tell('note', `out ${label}`);
    return label;
  },
  quick: () => 'quick',
  note(to: Recorder, label: string) {
    to.tell('note', label);
  },
};
export const passer = defineActor(import.meta.url, 'test-passer', () => waiting);
export const widePasser = defineActor(import.meta.url, 'test-wide-passer', () => waiting, { concurrency: 3 });

/** Answers later, by hand. */
export const deferring = defineActor(import.meta.url, 'test-deferring', (ctx) => {
  const replies = new Map<string, Deferred<string>>();
  return {
    later(key: string): Deferred<string> {
      const reply = ctx.defer<string>();
      replies.set(key, reply);
      return reply;
    },
    settle(key: string, value: string) {
      replies.get(key)?.resolve(value);
    },
    spoil(key: string, isRefusal: boolean) {
      replies.get(key)?.reject(isRefusal ? refuse('TOO_LATE', 'over') : new Error('spoilt'));
    },
    async tooLate(): Promise<unknown> {
      await undefined;
      return ctx.defer();
    },
    other: () => 'not held up',
    fall() {
      throw new Error('fell');
    },
    stop() {
      ctx.stop();
    },
  };
});

/** Streams of numbers. */
export const producer = defineActor(import.meta.url, 'test-producer', (ctx, to: Recorder) => {
  let made = 0;
  return {
    async *count(from: number, end: number) {
      try {
        for (let n = from; n < end; n++) {
          made++;
          yield n;
        }
      } finally {
        to.tell('note', `closed after ${made}`);
      }
    },
    async *failing(after: number) {
      for (let n = 0; n < after; n++) yield n;
      throw new Error('dried up');
    },
    async *refusing() {
      yield 1;
      throw refuse('NO_MORE', 'no more');
    },
    async *endless(at: Latch) {
      try {
        yield 'first';
        await at.ask('wait');
        yield 'second';
      } finally {
        to.tell('note', 'closed');
      }
    },
    plain: () => 1,
    made: () => made,
    stop() {
      ctx.stop();
    },
    fall() {
      throw new Error('fell');
    },
  };
});

/** A door that is open or shut: become and stash. */
export const door = defineActor(
  import.meta.url,
  'test-door',
  (ctx, to: Recorder) => {
    to.tell('note', 'start');
    return {
      enter(who: string): string {
        to.tell('note', `enter ${who}`);
        return `welcome ${who}`;
      },
      shut() {
        ctx.become({
          enter() {
            ctx.stash();
          },
        });
      },
      open(): number {
        ctx.become();
        return ctx.unstash();
      },
      /** Lays one handler over, the others stay. */
      paint(colour: string) {
        ctx.become({ colour: () => colour });
      },
      colour: () => 'white',
      fall() {
        throw new Error('fell');
      },
      stashTwice(): string {
        ctx.stash();
        ctx.stash();
        return 'twice';
      },
      async stashLate(): Promise<void> {
        await undefined;
        ctx.stash();
      },
    };
  },
  { stashMax: 3 },
);

/** Stashes although two messages may be in hand. */
export const wideStasher = defineActor(
  import.meta.url,
  'test-wide-stasher',
  (ctx) => ({
    try() {
      ctx.stash();
    },
  }),
  { concurrency: 2 },
);

/** Stashes while it starts, when there is no message. */
export const hastyStasher = defineActor(import.meta.url, 'test-hasty-stasher', (ctx) => {
  let code = 'none';
  try {
    ctx.stash();
  } catch (error) {
    code = (error as { code: string }).code;
  }
  return { code: () => code };
});

/** Counts, fails on demand, and says when it starts and ends. */
export const fragile = defineActor(import.meta.url, 'test-fragile', (ctx, label: string, to: Recorder) => {
  to.tell('note', `${label} start ${ctx.restarts}`);
  let total = 0;
  ctx.onStop((reason) => {
    to.tell('note', `${label} ${reason}`);
  });
  return {
    add(n: number) {
      total += n;
    },
    total: () => total,
    restarts: () => ctx.restarts,
    fail(message: string) {
      throw new Error(message);
    },
    async failLater(message: string) {
      await undefined;
      throw new Error(message);
    },
    /** Is still on its way when the actor restarts, and then uses what it has. */
    async linger(at: Latch): Promise<string> {
      const { abortSignal } = ctx;
      abortSignal.addEventListener('abort', () => to.tell('note', `${label} aborted`));
      await at.ask('wait');
      try {
        ctx.stop();
        to.tell('note', `${label} not fenced`);
      } catch (error) {
        to.tell('note', `${label} ${(error as { code: string }).code} ${abortSignal.aborted}`);
      }
      return 'late';
    },
    stop(mode?: StopMode) {
      ctx.stop(undefined, mode);
    },
  };
});

export interface ChildWish {
  readonly name: string;
  readonly supervision?: SupervisionOptions;
  readonly thread?: number;
}

const bossBehaviour = (
  ctx: import('../../core/index.js').ActorContext,
  wishes: readonly ChildWish[],
  to: Recorder,
) => {
  to.tell('note', `${ctx.path} boss start ${ctx.restarts}`);
  const children = new Map<string, Fragile>();
  for (const { name, ...options } of wishes) {
    const child = ctx.spawn(fragile(name, to), { name, ...options });
    children.set(name, child);
    ctx.watch(child, ({ reason, ref }) => {
      to.tell('note', `${name} ended ${reason} ${ref.equals(child)}`);
    });
  }
  ctx.onStop((reason) => {
    to.tell('note', `boss ${reason}`);
  });
  return {
    child: (name: string) => children.get(name) as Fragile,
    unwatch(name: string) {
      ctx.unwatch(children.get(name) as Fragile);
    },
    stop(name: string, mode: StopMode) {
      ctx.stop(children.get(name) as Fragile, mode);
    },
    /** Spawns under a name that must be free by the time the end is heard. */
    renew(name: string) {
      const old = children.get(name) as Fragile;
      ctx.watch(old, () => {
        children.set(name, ctx.spawn(fragile(`new ${name}`, to), { name }));
      });
      ctx.stop(old);
    },
    stopOther(other: ActorRef<unknown>) {
      ctx.stop(other);
    },
    spawnTwice() {
      ctx.spawn(fragile('x', to), { name: 'twice' });
      ctx.spawn(fragile('y', to), { name: 'twice' });
    },
  };
};
/** Has children, under each strategy. */
export const boss = defineActor(import.meta.url, 'test-boss', bossBehaviour);
export const allForOneBoss = defineActor(import.meta.url, 'test-all-for-one-boss', bossBehaviour, {
  supervision: { strategy: 'all-for-one' },
});
export const restForOneBoss = defineActor(import.meta.url, 'test-rest-for-one-boss', bossBehaviour, {
  supervision: { strategy: 'rest-for-one' },
});

/** Watches others. */
export const watcher = defineActor(import.meta.url, 'test-watcher', (ctx, to: Recorder) => ({
  watch(other: ActorRef<unknown>) {
    ctx.watch(other, ({ reason }) => {
      to.tell('note', `${other.path} ended ${reason}`);
    });
  },
  unwatch(other: ActorRef<unknown>) {
    ctx.unwatch(other);
  },
  note(text: string) {
    to.tell('note', text);
  },
  /** Whether the name was free when the end was heard. */
  watchNamed(other: ActorRef<unknown>, name: string) {
    ctx.watch(other, async () => {
      const found = await ctx.lookup(name);
      to.tell('note', found === undefined ? `${name} is free` : `${name} is taken`);
    });
  },
}));

/** Speaks to a listener, then ends. */
export const lastWords = defineActor(import.meta.url, 'test-last-words', (ctx, count: number) => ({
  speak(listener: ActorRef<{ note(text: string): void }>) {
    for (let n = 0; n < count; n++) listener.tell('note', `word ${n}`);
    ctx.stop();
  },
}));

/** Ends slowly: three hooks, the awaited ones in between. */
export const slowEnder = defineActor(import.meta.url, 'test-slow-ender', (ctx, to: Recorder, at: Latch) => {
  ctx.onStop(() => {
    to.tell('note', 'hook 1');
  });
  ctx.onStop(async () => {
    to.tell('note', 'hook 2 begins');
    await at.ask('wait');
    to.tell('note', 'hook 2 ends');
  });
  ctx.onStop(() => {
    to.tell('note', 'hook 3');
    throw new Error('a hook that fails stops nothing');
  });
  return { ping: () => 'pong' };
});

export const news = group<{ heard(text: string): void }>('test-news');

/** A member of a group, with a name in the system if it is told one. */
export const member = defineActor(import.meta.url, 'test-member', (ctx, label: string, to: Recorder) => ({
  join() {
    ctx.join(news);
  },
  leave() {
    ctx.leave(news);
  },
  publish: (text: string) => ctx.publish(news, 'heard', text),
  heard(text: string) {
    to.tell('note', `${label} heard ${text}`);
  },
  register: (name: string) => ctx.register(name),
  lookup: (name: string) => ctx.lookup<typeof member>(name),
  label: () => label,
  stop() {
    ctx.stop();
  },
}));

/** Starts late, or never. */
export const starter = defineActor(import.meta.url, 'test-starter', async (_ctx, at: Latch | undefined) => {
  if (at === undefined) throw new Error('cannot begin');
  await at.ask('wait');
  return { ping: () => 'pong' };
});

/** Timers that note when they fire. */
export const timed = defineActor(import.meta.url, 'test-timed', (ctx, to: Recorder) => {
  const note = (text: string) => (): void => {
    to.tell('note', text);
  };
  return {
    after(key: string, ms: number, text: string) {
      ctx.timers.after(key, ms, note(text));
    },
    every(key: string, ms: number) {
      let beat = 0;
      ctx.timers.every(key, ms, () => note(`${key} ${++beat}`)());
    },
    cron(key: string, line: string, timeZone?: string) {
      ctx.timers.cron(key, line, note(`${key} fired`), timeZone === undefined ? {} : { timeZone });
    },
    cancel(key: string) {
      ctx.timers.cancel(key);
    },
    has: (key: string) => ctx.timers.has(key),
    quietFor(ms: number | undefined) {
      ctx.receiveTimeout(ms, note('quiet'));
    },
    async waitAt(at: Latch) {
      await at.ask('wait');
    },
    note(text: string) {
      note(text)();
    },
    ping: () => 'pong',
    failInTimer(ms: number) {
      ctx.timers.after('fail', ms, () => {
        throw new Error('in a timer');
      });
    },
    async failAt(at: Latch) {
      await at.ask('wait');
      throw new Error('fell at the latch');
    },
    /** Watches, and uses its context when the end is heard. */
    watch(other: ActorRef<unknown>) {
      ctx.watch(other, () => note(`heard in life ${ctx.restarts}`)());
    },
    /** A timer that uses the context of its own life. */
    remind(ms: number) {
      ctx.timers.after('remind', ms, () => note(`reminded in life ${ctx.restarts}`)());
    },
    restarts: () => ctx.restarts,
  };
});
