/**
 * The actors of the fault tests. A module of its own: pool threads import it, and a test file is a program.
 * Runs on: any.
 */
import { z } from 'zod';
import {
  type ActorContext,
  type ActorRef,
  defineActor,
  type ProtocolOf,
  type SpawnOptions,
  type Terminated,
} from '../../core/index.js';
import { flags, spinUntil } from './shared-flags.js';

const here = import.meta.url;

/** Remembers what it was given, in order; forgets it with its incarnation. */
export const recorder = defineActor(here, 'fault-recorder', (ctx) => {
  let notes: unknown[] = [];
  return {
    note(value: unknown) {
      notes.push(value);
    },
    notes: () => notes,
    clear() {
      notes = [];
    },
    echo: (value: unknown) => value,
    thread: () => ctx.thread,
    restarts: () => ctx.restarts,
    fail(text: string) {
      throw new Error(text);
    },
    /** Says so in `flag`, then keeps the thread busy until somebody stores 2 there. */
    hold(flag: number) {
      Atomics.store(flags, flag, 1);
      spinUntil(flag, 2);
    },
    holdAnswer(flag: number) {
      Atomics.store(flags, flag, 1);
      spinUntil(flag, 2);
      return 'released';
    },
    /** The same without keeping the thread. */
    async holdSoftly(flag: number) {
      Atomics.compareExchange(flags, flag, 0, 1);
      while (Atomics.load(flags, flag) >= 0) await new Promise((resolve) => setImmediate(resolve));
      return 'released';
    },
    async holdThenTell(flag: number, to: ActorRef<{ note(value: unknown): void }>, count: number) {
      Atomics.compareExchange(flags, flag, 0, 1);
      while (Atomics.load(flags, flag) >= 0) await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < count; i++) to.tell('note', i);
    },
    /** Waits for room for each, one after the other. */
    async sendAll(flag: number, to: ActorRef<{ note(value: unknown): void }>, count: number) {
      for (let i = 0; i < count; i++) {
        const sent = to.send('note', i);
        Atomics.store(flags, flag, 1);
        await sent;
      }
    },
    never: () => new Promise<string>(() => {}),
    stop() {
      ctx.stop();
    },
    tellMany(to: ActorRef<ProtocolOf<typeof sink>>, count: number) {
      const told = { accepted: 0, full: 0, stopped: 0 };
      for (let i = 0; i < count; i++) told[to.tell('note', i)]++;
      return told;
    },
    async register(name: string) {
      await ctx.register(name);
    },
  };
});
export type RecorderRef = ActorRef<ProtocolOf<typeof recorder>>;

/** Hands its notes on, and gives items without end. */
export const relay = defineActor(here, 'fault-relay', () => ({
  async hold(flag: number) {
    while (Atomics.load(flags, flag) >= 0) await new Promise((resolve) => setImmediate(resolve));
  },
  note(value: unknown, to: ActorRef<{ note(value: unknown): void }>): unknown {
    return to.forward('note', value);
  },
  async *items() {
    for (let n = 0; ; n++) yield n;
  },
  ping: () => 'pong',
}));
export type RelayRef = ActorRef<ProtocolOf<typeof relay>>;

/** Asks and reads others, without a deadline, and remembers what it heard; forgets it with its incarnation. */
export const questioner = defineActor(here, 'fault-questioner', () => {
  const never = { deadlineMs: Number.POSITIVE_INFINITY };
  const heard: unknown[] = [];
  const readers: AsyncIterator<unknown>[] = [];
  const hear = (value: unknown): void => {
    heard.push(value);
  };
  return {
    askOver(over: RelayRef, to: RecorderRef) {
      over.with(never).ask('note', 'of the life before', to).then(hear, hear);
    },
    /** Asks `count` times for what is never answered. */
    askMany(to: RecorderRef, count: number) {
      for (let n = 0; n < count; n++) to.with(never).ask('never').then(hear, hear);
    },
    heard: () => heard.map(String),
    /** Answered when all that went before to or from the thread of `to` has come. */
    reach: async (to: RelayRef) => to.with(never).ask('ping'),
    /** Begins `count` streams of items. */
    read(from: RelayRef, count: number) {
      for (let n = 0; n < count; n++) {
        const reader = from.stream('items')[Symbol.asyncIterator]();
        readers.push(reader);
        reader.next().then(hear, hear);
      }
    },
    /** Takes `count` items of each stream. */
    async readOn(count: number) {
      for (const reader of readers) for (let n = 0; n < count; n++) await reader.next();
      return readers.length;
    },
  };
});

/** Only takes notes and counts them. */
export const sink = defineActor(here, 'fault-sink', () => {
  let count = 0;
  let inOrder = true;
  return {
    note(n: number) {
      if (n !== count) inOrder = false;
      count++;
    },
    count: () => count,
    isInOrder: () => inOrder,
  };
});

const person = z.object({ name: z.string(), address: z.object({ zip: z.number() }) });

/** Takes only people. */
export const registrar = defineActor(
  here,
  'fault-registrar',
  () => {
    const names: string[] = [];
    return {
      admit({ name }: z.infer<typeof person>) {
        names.push(name);
        return names.length;
      },
      names: () => names,
    };
  },
  { accepts: { admit: [person] } },
);

class Unregistered {
  value = 1;
}

/** Gives what cannot cross threads. */
export const smuggler = defineActor(here, 'fault-smuggler', () => ({
  aFunction: () => () => 1,
  aSymbol: () => ({ deep: [Symbol('no')] }),
  anInstance: () => new Unregistered() as object,
  fine: () => 'fine',
  /** Tells others what cannot cross, between two things that can. */
  pass(to: RecorderRef) {
    to.tell('note', 'before');
    to.tell('note', { callback: () => 1 });
    to.tell('note', 'after');
  },
  passAndHold(to: RecorderRef, flag: number) {
    to.tell('note', { callback: () => 1 });
    Atomics.store(flags, flag, 1);
    spinUntil(flag, 2);
  },
  async ask(to: RecorderRef) {
    return to.ask('echo', { inner: [() => 1] }).catch((error: { code: string }) => error.code);
  },
}));

/** Ends or wedges its thread. */
export const reaper = defineActor(here, 'fault-reaper', () => ({
  exit() {
    process.exit(3);
  },
  throwLater() {
    setTimeout(() => {
      throw new Error('uncaught in a timer');
    }, 0);
  },
  rejectLater() {
    void Promise.reject(new Error('nobody handles this'));
  },
  eat() {
    const eaten: unknown[] = [];
    for (;;) eaten.push(new Array(1_000).fill(eaten.length));
  },
  loop(flag: number) {
    Atomics.store(flags, flag, 1);
    for (;;) Atomics.load(flags, flag);
  },
}));

/** How a behaviour may go wrong. */
export const misstarted = defineActor(
  here,
  'fault-misstarted',
  (_ctx, how: string): { ping(): string } => {
    const handlers = { ping: () => 'pong' };
    switch (how) {
      case 'throws':
        throw new RangeError('not today');
      case 'rejects':
        return Promise.reject(new RangeError('not later either')) as never;
      case 'undefined':
        return undefined as never;
      case 'number':
        return 7 as never;
      case 'a handler that is no function':
        return { ping: 'pong' } as never;
      case 'a refused name':
        return { ping: () => 'pong', then: () => {} } as never;
      case 'never':
        return new Promise(() => {}) as never;
      case 'a thread that dies':
        process.exit(4);
    }
    return handlers;
  },
);

/** Asks another one, which may ask back. */
export const caller = behaviourOfCaller('fault-caller', {});
/** The same, but lets a circle in. */
export const reentrantCaller = behaviourOfCaller('fault-reentrant-caller', { reentrant: true });
/** The same with two messages in flight. */
export const doubleCaller = behaviourOfCaller('fault-double-caller', { concurrency: 2 });

interface CallerProtocol {
  ping(): string;
  through(others: readonly ActorRef<CallerProtocol>[]): Promise<string>;
  throughSync(others: readonly ActorRef<CallerProtocol>[]): Promise<string>;
  self(): Promise<string>;
  selfLater(): Promise<string>;
  /** Asks `other` to send to this actor until it is full. */
  throughSend(other: ActorRef<CallerProtocol>): Promise<string>;
  sendTwice(to: ActorRef<CallerProtocol>): Promise<string>;
}
export type CallerRef = ActorRef<CallerProtocol>;

function behaviourOfCaller(name: string, options: { reentrant?: boolean; concurrency?: number }) {
  const behaviour = (ctx: ActorContext): CallerProtocol => {
    const pass = ([next, ...rest]: readonly CallerRef[]): Promise<string> => {
      if (next === undefined) return Promise.resolve('end');
      return rest.length === 0 ? next.ask('ping') : next.ask('through', rest);
    };
    return {
      ping: () => 'pong',
      through: async (others) => pass(others),
      throughSync: (others) => pass(others),
      self: async () => ctx.self<CallerProtocol>().ask('ping') as Promise<string>,
      selfLater: async () => {
        await Promise.resolve();
        return ctx.self<CallerProtocol>().ask('ping') as Promise<string>;
      },
      throughSend: async (other) => other.ask('sendTwice', ctx.self<CallerProtocol>() as CallerRef),
      async sendTwice(to) {
        await to.send('ping');
        await to.send('ping');
        return 'sent';
      },
    };
  };
  return defineActor(here, name, behaviour, options);
}

/** A supervisor whose child may live on another thread; remembers how its children ended. */
export const overseer = defineActor(here, 'fault-overseer', (ctx) => {
  const children = new Map<string, RecorderRef>();
  const ends: string[] = [];
  return {
    spawn(name: string, options: SpawnOptions) {
      const child = ctx.spawn(recorder(), { name, ...options });
      children.set(name, child);
      return child;
    },
    child: (name: string) => children.get(name),
    /** Answered when the watch has come to where the actor lives. */
    async watch(ref: ActorRef<unknown>, label: string) {
      ctx.watch(ref, ({ reason }: Terminated) => {
        ends.push(`${label} ${reason}`);
      });
      await ctx.started(ref).catch(() => {});
    },
    note(value: string) {
      ends.push(value);
    },
    ends: () => ends,
    stopChild(name: string) {
      const child = children.get(name);
      if (child !== undefined) ctx.stop(child);
    },
    async sendSelf() {
      await ctx.self<{ note(value: string): void }>().send('note', 'to itself');
    },
    thread: () => ctx.thread,
    restarts: () => ctx.restarts,
  };
});
export type OverseerRef = ActorRef<ProtocolOf<typeof overseer>>;

/** Supervises by escalating. */
export const escalator = defineActor(
  here,
  'fault-escalator',
  (ctx, thread: number) => {
    const child = ctx.spawn(recorder(), { name: 'child', thread });
    return { child: () => child, restarts: () => ctx.restarts };
  },
  { supervision: { decide: 'escalate' } },
);

/** Sends a burst to a watcher and ends. */
export const leaver = defineActor(here, 'fault-leaver', (ctx) => ({
  leave(to: OverseerRef, count: number) {
    for (let i = 0; i < count; i++) to.tell('note', `${i}`);
    ctx.stop();
  },
}));

/** Keeps refs it was given, in whatever they came. */
export const keeper = defineActor(here, 'fault-keeper', () => {
  let kept: RecorderRef | undefined;
  return {
    keep(ref: RecorderRef) {
      kept = ref;
    },
    keepFrom(refs: readonly RecorderRef[], index: number) {
      kept = refs[index];
    },
    keepFromMap(refs: ReadonlyMap<string, RecorderRef>, key: string) {
      kept = refs.get(key);
    },
    kept: () => kept,
    tell: (value: unknown) => kept?.tell('note', value),
    ask: async () => kept?.ask('thread'),
    askCode: async () => kept?.ask('thread').then(String, (error: { code: string }) => error.code),
  };
});

/** Looks at binaries. */
export const weigher = defineActor(here, 'fault-weigher', () => ({
  sum(bytes: Uint8Array) {
    let sum = 0;
    for (const byte of bytes) sum += byte;
    return sum;
  },
  mark(bytes: Uint8Array) {
    bytes[0] = 7;
    return bytes.length;
  },
  markShared(shared: SharedArrayBuffer) {
    return Atomics.add(new Int32Array(shared), 0, 5);
  },
}));

/** Holds nothing: for many. */
export const mote = defineActor(here, 'fault-mote', () => ({ ping: () => 1 }));
