/** Actors for the tests of the testkit. */
import { type ActorRef, defineActor, group } from '../../../core/index.js';

export const counter = defineActor(import.meta.url, 'stepped-counter', (ctx, start: number) => {
  let total = start;
  return {
    add(n: number) {
      total += n;
    },
    total: () => total,
    addLater(n: number, ms: number) {
      ctx.timers.after('later', ms, () => {
        total += n;
      });
    },
    beat(ms: number) {
      ctx.timers.every('beat', ms, () => {
        total++;
      });
    },
    never: () => ctx.defer<number>(),
    fail() {
      throw new Error('asked to');
    },
  };
});

export const sender = defineActor(import.meta.url, 'stepped-sender', () => ({
  tellAll(to: readonly ActorRef<{ add(n: number): void }>[], n: number) {
    for (const ref of to) ref.tell('add', n);
  },
}));

/** What is waited for outside: promises of the test. */
export const outside: { promise: Promise<void> } = { promise: Promise.resolve() };

export const waiter = defineActor(import.meta.url, 'stepped-waiter', () => ({
  async wait() {
    await outside.promise;
  },
  async waitFor(ref: ActorRef<{ never(): unknown }>) {
    await ref.ask('never');
  },
}));

export const BOXES = group<{ put(box: { value: number }): void }>('stepped-boxes');

/** Keeps what it is given, and gives it away. */
export const keeper = defineActor(import.meta.url, 'stepped-keeper', (ctx, first: object) => {
  let kept: unknown = first;
  ctx.join(BOXES);
  return {
    put(box: { value: number }) {
      kept = box;
    },
    spoil() {
      (kept as { value: number }).value = -1;
    },
    kept: () => kept,
    publish(box: { value: number }) {
      ctx.publish(BOXES, 'put', box);
    },
  };
});
