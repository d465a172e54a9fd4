/**
 * Actors whose lives the behaviour tests are about: they fail, supervise, watch, end slowly, join and wait for time.
 * They tell what happens to them to a recorder.
 * Runs on: any.
 */
import {
  type ActorContext,
  type ActorRef,
  defineActor,
  group,
  type ProtocolOf,
  type StopMode,
  type SupervisionOptions,
} from '../../core/index.js';
import type { Latch, Recorder } from './behaviour-actors.js';

export type Fragile = ActorRef<ProtocolOf<typeof fragile>>;

/** Counts, fails on demand, and says when it starts and ends. */
export const fragile = defineActor(
  import.meta.url,
  'test-fragile',
  (ctx, label: string, to: Recorder) => {
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
  },
);

export interface ChildWish {
  readonly name: string;
  readonly supervision?: SupervisionOptions;
  readonly thread?: number;
}

const bossBehaviour = (ctx: ActorContext, wishes: readonly ChildWish[], to: Recorder) => {
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
export const restForOneBoss = defineActor(
  import.meta.url,
  'test-rest-for-one-boss',
  bossBehaviour,
  {
    supervision: { strategy: 'rest-for-one' },
  },
);

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
export const slowEnder = defineActor(
  import.meta.url,
  'test-slow-ender',
  (ctx, to: Recorder, at: Latch) => {
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
  },
);

export const news = group<{ heard(text: string): void }>('test-news');

/** A member of a group, with a name in the system if it is told one. */
export const member = defineActor(
  import.meta.url,
  'test-member',
  (ctx, label: string, to: Recorder) => ({
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
  }),
);

/** Starts late, or never. */
export const starter = defineActor(
  import.meta.url,
  'test-starter',
  async (_ctx, at: Latch | undefined) => {
    if (at === undefined) throw new Error('cannot begin');
    await at.ask('wait');
    return { ping: () => 'pong' };
  },
);

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
