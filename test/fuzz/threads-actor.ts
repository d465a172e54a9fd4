/**
 * The actor of the fuzz on real threads: does what it is told, to whom it is told, and counts what it tries in
 * memory that outlives its thread.
 * Runs on: any.
 */
import { type ActorRef, defineActor, refuse, type Terminated } from '../../core/index.js';
import { flags } from '../support/shared-flags.js';

/** Words of the shared flags, counted down from the end so that they meet no test's own. */
export const Tally = { attempted: 4_095, begun: 4_094, disordered: 4_093 } as const;
/** Ends seen by the watcher, by the number of the actor. */
export const ENDS = 2_000;
export const ENDS_MAX = 2_000;

interface FuzzProtocol {
  note(n: number): void;
  echo(value: unknown): unknown;
  slowly(turns: number): Promise<number>;
  fail(): void;
  refuse(): void;
  relay(others: readonly FuzzRef[], times: number): void;
  askOn(other: FuzzRef): Promise<unknown>;
  sendOn(other: FuzzRef): Promise<void>;
  smuggle(other: FuzzRef): void;
  stash(n: number): void;
  spawn(thread: number): void;
  stop(): void;
}
export type FuzzRef = ActorRef<FuzzProtocol>;
const count = (word: number): number => Atomics.add(flags, word, 1);

export const fuzzActor = defineActor(import.meta.url, 'fuzz-threads', (ctx): FuzzProtocol => {
  let last = -1;
  return {
    /** Numbers of one sender must come in order. */
    note(n: number) {
      count(Tally.begun);
      if (n >= 0 && n <= last) count(Tally.disordered);
      last = Math.max(last, n);
    },
    echo(value: unknown) {
      count(Tally.begun);
      return value;
    },
    async slowly(turns: number) {
      count(Tally.begun);
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      return turns;
    },
    fail() {
      count(Tally.begun);
      throw new Error('as told');
    },
    refuse() {
      count(Tally.begun);
      throw refuse('NO', 'as told');
    },
    /** Tells each of the others a few times. */
    relay(others: readonly FuzzRef[], times: number) {
      count(Tally.begun);
      for (let i = 0; i < times; i++) {
        for (const other of others) {
          count(Tally.attempted);
          other.tell('note', -1);
        }
      }
    },
    async askOn(other: FuzzRef) {
      count(Tally.begun);
      count(Tally.attempted);
      return other.with({ deadlineMs: 1_000 }).ask('echo', 1);
    },
    async sendOn(other: FuzzRef) {
      count(Tally.begun);
      count(Tally.attempted);
      await other.with({ deadlineMs: 1_000 }).send('note', -1);
    },
    smuggle(other: FuzzRef) {
      count(Tally.begun);
      count(Tally.attempted);
      other.tell('echo', () => 1);
    },
    /** Puts it aside until the next message but one. */
    stash(n: number) {
      count(Tally.begun);
      if (n === 0) ctx.unstash();
      else ctx.stash();
    },
    spawn(thread: number) {
      count(Tally.begun);
      const child = ctx.spawn(fuzzActor(), { thread });
      count(Tally.attempted);
      child.tell('note', -1);
    },
    stop() {
      count(Tally.begun);
      ctx.stop();
    },
  };
});

/** Lives on main, where no thread dies, and sees every end. */
export const fuzzWatcher = defineActor(import.meta.url, 'fuzz-threads-watcher', (ctx) => ({
  watch(ref: ActorRef<unknown>, number: number) {
    ctx.watch(ref, (_end: Terminated) => {
      Atomics.add(flags, ENDS + number, 1);
    });
  },
}));
