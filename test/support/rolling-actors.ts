/**
 * The actors of the tests that replace threads on purpose. A module of its own: pool threads import it.
 * Runs on: any.
 */
import { type ActorRef, defineActor, group } from '../../core/index.js';
import { flags } from './shared-flags.js';

const here = import.meta.url;

/** What every incarnation of any thread adds to, so that a replacement forgets nothing. */
export interface Ledger {
  /** Flag that counts messages. */
  readonly counted: number;
  /** First flag of one per sender: the number that is expected next. */
  readonly next: number;
  /** Flag that counts what came out of order. */
  readonly disorder: number;
}

/** Counts what it is sent in shared flags, and sees whether each sender's numbers come in order. */
export const teller = defineActor(here, 'rolling-teller', (ctx, ledger: Ledger) => ({
  note(sender: number, number: number) {
    Atomics.add(flags, ledger.counted, 1);
    if (Atomics.exchange(flags, ledger.next + sender, number + 1) !== number)
      Atomics.add(flags, ledger.disorder, 1);
  },
  restarts: () => ctx.restarts,
}));

type Noted = { note(sender: number, number: number): void };

/** Sends numbers until it is told to stop; waits for room. */
export const flooder = defineActor(here, 'rolling-flooder', (ctx) => ({
  /** How many members of the choir took it. */
  publish: (): number => ctx.publish(CHOIR, 'note', 0, 0),
  async flood(to: ActorRef<Noted>, sender: number, stop: number) {
    let number = 0;
    for (; Atomics.load(flags, stop) === 0; number++) await to.send('note', sender, number);
    return number;
  },
}));

/** Hands everything on to another actor of its thread. */
export const relay = defineActor(here, 'rolling-relay', (_ctx, to: ActorRef<Noted>) => ({
  async note(sender: number, number: number) {
    await to.send('note', sender, number);
  },
}));

export const CHOIR = group<{ note(sender: number, number: number): void }>('rolling-choir');

/** Does all that ends with an incarnation: names, groups, timers, hooks, children, a stash. */
export const citizen = defineActor(
  here,
  'rolling-citizen',
  async (ctx, name: string, beats: number, stops: number) => {
    await ctx.register(name);
    ctx.join(CHOIR);
    ctx.timers.every('beat', 1, () => {
      Atomics.add(flags, beats, 1);
    });
    ctx.onStop(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      Atomics.add(flags, stops, 1);
    });
    const child = ctx.spawn(leaf(), { name: 'leaf' });
    const kept: unknown[] = [];
    let isOpen = false;
    return {
      keep(value: unknown) {
        if (isOpen) kept.push(value);
        else ctx.stash();
      },
      open() {
        isOpen = true;
        ctx.unstash();
      },
      kept: () => kept,
      child: () => child,
      note(_sender: number, _number: number) {},
      restarts: () => ctx.restarts,
    };
  },
);

const leaf = defineActor(here, 'rolling-leaf', () => ({ ping: () => 'pong' }));

/** Resolves when the flag says 2; says 1 there as long as nobody has. */
async function told(flag: number): Promise<string> {
  Atomics.compareExchange(flags, flag, 0, 1);
  while (Atomics.load(flags, flag) !== 2) await new Promise((resolve) => setImmediate(resolve));
  return 'done';
}

/** Keeps what it was asked in hand until a flag says 2: without the thread, or with it. */
export const keeper = defineActor(
  here,
  'rolling-keeper',
  (ctx) => ({
    softly: (flag: number) => told(flag),
    later(flag: number) {
      const answer = ctx.defer<string>();
      void told(flag).then((done) => answer.resolve(done));
      return answer;
    },
    hard(flag: number) {
      Atomics.store(flags, flag, 1);
      while (Atomics.load(flags, flag) !== 2) Atomics.wait(flags, flag, 1, 5);
      return 'done';
    },
    restarts: () => ctx.restarts,
  }),
  { concurrency: 4 },
);
