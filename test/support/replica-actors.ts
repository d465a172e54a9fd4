/**
 * The actors of the routing tests. Replicas on pool threads import this module, so it defines actors and nothing else.
 * Runs on: any.
 */
import { type ActorRef, defineActor, type ProtocolOf, refuse } from '../../core/index.js';

/** Counts what it is told, and knows where it is. */
export const counter = defineActor(import.meta.url, 'routing.counter', (ctx, start: number) => {
  let total = start;
  const seen: string[] = [];
  return {
    add(n: number) {
      total += n;
    },
    note(text: string) {
      seen.push(text);
    },
    /** Adds one to an element of shared memory. */
    mark(memory: Int32Array, at: number) {
      Atomics.add(memory, at, 1);
    },
    total: () => total,
    seen: () => seen,
    where: () => ({ thread: ctx.thread, path: ctx.path, restarts: ctx.restarts }),
    fail() {
      throw new Error('as asked');
    },
    leave() {
      ctx.stop();
    },
    no: (path: string) => {
      if (ctx.path === path) throw refuse('NO', 'not here');
      return ctx.path;
    },
    async *count(to: number) {
      for (let i = 0; i < to; i++) yield i;
    },
  };
});

/** Holds messages open until it is told to go on. */
export const gate = defineActor(
  import.meta.url,
  'routing.gate',
  (ctx) => {
    let held: (() => void)[] = [];
    let done = 0;
    return {
      hold: () =>
        new Promise<string>((resolve) => {
          held.push(() => resolve(ctx.path));
        }),
      release() {
        for (const go of held) go();
        held = [];
      },
      holding: () => held.length,
      add() {
        done++;
      },
      done: () => done,
    };
  },
  { concurrency: 100 },
);

/** One at a time: what it is told while it computes waits. */
export const cruncher = defineActor(import.meta.url, 'routing.cruncher', (ctx) => {
  let runs = 0;
  return {
    /** Computes until the element of shared memory is set, having said by 1 that it has begun. */
    spin(memory: Int32Array) {
      Atomics.store(memory, 0, 1);
      Atomics.notify(memory, 0);
      while (Atomics.load(memory, 1) === 0);
      return ctx.path;
    },
    square(n: number) {
      runs++;
      return n * n;
    },
    runs: () => runs,
    restarts: () => ctx.restarts,
    thread: () => ctx.thread,
    async forever() {
      await new Promise(() => {});
    },
    fail() {
      throw new Error('as asked');
    },
    no() {
      throw refuse('NO', 'not that');
    },
    setUp(text: string) {
      runs = text.length;
    },
  };
});

/**
 * What happened to keys, in the order it was told: on main, so that its order is that of causes. Strictly nothing may
 * be missing and no two owners at work; else (when threads die) the numbers of a key need only grow.
 */
export const ledger = defineActor(import.meta.url, 'routing.ledger', (_ctx, isStrict: boolean) => {
  const next = new Map<string, number>();
  const owners = new Map<string, string>();
  const faults: string[] = [];
  let ended = 0;
  return {
    began(key: string, number: number, owner: string) {
      const expected = next.get(key) ?? 0;
      const isNext = isStrict ? number === expected : number >= expected;
      if (!isNext) faults.push(`${key}: expected ${expected}, got ${number} at ${owner}`);
      next.set(key, number + 1);
      const other = owners.get(key);
      if (isStrict && other !== undefined)
        faults.push(`${key}: ${owner} began ${number} with ${other} at work`);
      owners.set(key, owner);
    },
    ended(key: string, owner: string) {
      if (isStrict && owners.get(key) !== owner)
        faults.push(`${key}: ${owner} ended, not ${owners.get(key)}`);
      owners.delete(key);
      ended++;
    },
    report: () => ({ ended, faults }),
  };
});

/** Works on keys, over some turns of the event loop, and keeps the ledger. */
export const keeper = defineActor(
  import.meta.url,
  'routing.keeper',
  (ctx, book: ActorRef<ProtocolOf<typeof ledger>>) => {
    let worked = 0;
    return {
      async work(key: string, number: number) {
        const owner = ctx.path;
        await book.send('began', key, number, owner);
        for (let turns = number % 3; turns > 0; turns--) await Promise.resolve();
        await book.send('ended', key, owner);
        worked++;
        return number;
      },
      worked: () => worked,
    };
  },
);

/** Has replicas of its own. */
export const boss = defineActor(import.meta.url, 'routing.boss', (ctx, count: number) => {
  const hands = ctx.spawn(counter(0), { replicas: count, name: 'hand' });
  return {
    add: (n: number) => hands.broadcast('add', n),
    totals: () => hands.askAll('total'),
    refs: () => [...hands.refs],
    resize: (size: number) => hands.resize(size),
    fail() {
      throw new Error('as asked');
    },
  };
});

/** Does not start where it is told not to. */
export const picky = defineActor(import.meta.url, 'routing.picky', (ctx, bad: string) => {
  if (ctx.path.endsWith(bad)) throw new Error(`not as ${bad}`);
  return { path: () => ctx.path };
});

/** Puts everything aside until it is opened; `worked` is all it has handled, in order. */
export const stasher = defineActor(import.meta.url, 'routing.stasher', (ctx) => {
  let isOpen = false;
  const worked: number[] = [];
  return {
    work(n: number) {
      if (isOpen) worked.push(n);
      else ctx.stash();
    },
    open() {
      isOpen = true;
      ctx.unstash();
    },
    worked: () => worked,
  };
});
