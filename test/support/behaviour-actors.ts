/**
 * Actors that the behaviour tests are played with. They tell what happens to them to a recorder, so that a test waits
 * for notes and never for time.
 * Runs on: any.
 */
import {
  type ActorRef,
  type Deferred,
  defineActor,
  type ProtocolOf,
  refuse,
} from '../../core/index.js';

export type Recorder = ActorRef<ProtocolOf<typeof recorder>>;
export type Latch = ActorRef<ProtocolOf<typeof latch>>;
export type Echo = ActorRef<ProtocolOf<typeof echo>>;

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
  let remembered: string | undefined;
  return {
    remember() {
      remembered = ctx.traceparent;
    },
    remembered: () => remembered,
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
  /** The trace a tell carries, in the synchronous part and after it. */
  async traceOfTells(target: Echo): Promise<(string | undefined)[]> {
    target.tell('remember');
    const first = await target.ask('remembered');
    target.tell('remember');
    return [first, await target.ask('remembered')];
  },
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
  forwardTwice(
    over: ActorRef<{ forward(target: Echo, value: unknown): unknown }>,
    target: Echo,
    value: unknown,
  ): unknown {
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
export const widePasser = defineActor(import.meta.url, 'test-wide-passer', () => waiting, {
  concurrency: 3,
});

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
    /** Puts its answer off, and throws all the same. */
    laterNever(isRefusal: boolean): Deferred<string> {
      ctx.defer<string>();
      throw isRefusal ? refuse('NOT_TODAY', 'not today') : new Error('fell');
    },
    async laterNeverAsync(): Promise<Deferred<string>> {
      const reply = ctx.defer<string>();
      await undefined;
      if (reply !== undefined) throw new Error('fell later');
      return reply;
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
    /** The trace it runs under, before and after a wait; what the other was told under, and asked. */
    async *traces(other: Echo) {
      yield ctx.traceparent;
      await undefined;
      other.tell('remember');
      yield await other.ask('trace');
      yield await other.ask('remembered');
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
