/**
 * What an actor may do through its context. Compiled, never run.
 * Runs on: any.
 */
import {
  type ActorContext,
  type ActorRef,
  type Deferred,
  defineActor,
  group,
  type Logger,
  type ProtocolOf,
  type Terminated,
} from '../../core/index.js';
import { same } from '../support/same-type.js';

declare const here: string;
declare const ctx: ActorContext;

const counter = defineActor(here, 'counter', (_ctx, start: number) => ({
  add(_n: number) {},
  total: () => start,
}));
type Counter = ProtocolOf<typeof counter>;

// Refs by definition or by protocol.

const self = ctx.self<typeof counter>();
same<typeof self, ActorRef<Counter>>();
const byProtocol = ctx.self<{ add(n: number): void }>();
same<typeof byProtocol, ActorRef<{ add(n: number): void }>>();
const parent = ctx.parent<typeof counter>();
same<typeof parent, ActorRef<Counter> | undefined>();
const found = ctx.lookup<typeof counter>('visits');
same<typeof found, Promise<ActorRef<Counter> | undefined>>();
const foundByProtocol = ctx.lookup<Counter>('visits');
same<typeof foundByProtocol, Promise<ActorRef<Counter> | undefined>>();

// Children.

const kid = ctx.spawn(counter(1), { name: 'kid', near: self, thread: 'dedicated' });
same<typeof kid, ActorRef<Counter>>();
void ctx.started(kid);
ctx.watch(kid, (end) => {
  same<typeof end, Terminated>();
  switch (end.reason) {
    case 'stopped':
    case 'failed':
    case 'killed':
    case 'threadDied':
    case 'gone':
      return end.ref.equals(kid);
    default:
      return end.reason satisfies never;
  }
});
ctx.unwatch(kid);
ctx.stop();
ctx.stop(kid, 'drain');
// @ts-expect-error a recipe, not a definition
ctx.spawn(counter);
// @ts-expect-error not a mode
ctx.stop(kid, 'now');

// Holding back, answering later, other handlers for a while.

const unstashed = ctx.unstash();
same<typeof unstashed, number>();
ctx.become({ add(_n: number) {} });
ctx.become();
// @ts-expect-error not a handler
ctx.become({ add: 3 });
const later = ctx.defer<number>();
same<typeof later, Deferred<number>>();
later.resolve(1);
later.reject(new Error('no'));
// @ts-expect-error it was to be a number
later.resolve('1');

// Time.

ctx.timers.after('once', 10, () => {});
ctx.timers.every('beat', 10, async () => {});
ctx.timers.cron('daily', '0 3 * * *', () => {}, { timeZone: 'Europe/Prague' });
ctx.timers.cancel('beat');
const hasTimer = ctx.timers.has('beat');
same<typeof hasTimer, boolean>();
ctx.receiveTimeout(100, () => {});
ctx.receiveTimeout(undefined);
ctx.onStop((reason) => {
  same<typeof reason, 'stop' | 'restart' | 'replace'>();
});

// Groups.

const prices = group<{ tick(n: number): void; clear(): void }>('prices');
ctx.join(prices);
ctx.leave(prices);
const accepted = ctx.publish(prices, 'tick', 3);
same<typeof accepted, number>();
ctx.publish(prices, 'clear');
// @ts-expect-error no such message
ctx.publish(prices, 'tock', 3);
// @ts-expect-error an argument of the wrong type
ctx.publish(prices, 'tick', '3');

// What it knows of itself.

same<typeof ctx.log, Logger>();
same<typeof ctx.abortSignal, AbortSignal>();
same<typeof ctx.traceparent, string | undefined>();
same<typeof ctx.thread, number>();
// @ts-expect-error it is told, not set
ctx.thread = 2;
