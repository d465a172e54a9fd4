/**
 * What an actor may do beside answering: the context its behaviour gets. It belongs to one incarnation; after a
 * restart or stop every method throws CONTEXT_FENCED, so that a forgotten promise of an old life cannot act for
 * the new one.
 * Runs on: any.
 */
import type { Logger } from '../logger.js';
import type { ActorRef, ArgsOf, Deferred } from './actor-ref.js';
import type { ProtocolOf, Recipe } from './definition.js';
import type { Replicas } from './replicas.js';
import type { ReplicaOptions, SpawnOptions } from './spawn-options.js';

/** The end of a watched actor. Exactly one, after everything it had sent to the watcher. */
export interface Terminated {
  readonly ref: ActorRef<unknown>;
  readonly reason: 'stopped' | 'failed' | 'killed' | 'threadDied' | 'gone';
}

/** finish what is queued / finish the current message / now. */
export type StopMode = 'drain' | 'stop' | 'kill';

/** What onStop hears: it ends for good; begins anew on this thread; or on another, which takes the place of this one. */
export type StopReason = 'stop' | 'restart' | 'replace';

/** A named set of actors on any thread that take the same messages; made by {@link group}. */
export interface Group<P> {
  readonly name: string;
  /** Only for types. */
  readonly protocol?: P;
}

/** A typed group key: `const prices = group<{ tick(n: number): void }>('prices')`. */
export function group<P>(name: string): Group<P> {
  return { name };
}

/** Keyed timers of one actor: a key set again replaces the old timer; all die with the incarnation. */
export interface Timers {
  /** Once, after `ms`. `fn` runs as a message of this actor. */
  after(key: string, ms: number, fn: () => unknown): void;
  /** Every `ms`; a beat that comes while the last one is still queued is skipped. */
  every(key: string, ms: number, fn: () => unknown): void;
  /** At the times of a cron line (5 or 6 fields). Default zone UTC. Throws CRON_INVALID. */
  cron(
    key: string,
    expression: string,
    fn: () => unknown,
    options?: { readonly timeZone?: string },
  ): void;
  cancel(key: string): void;
  has(key: string): boolean;
}

/** `typeof someDefinition`, or a protocol itself. */
type ProtocolFrom<D> = [ProtocolOf<D>] extends [never] ? D : ProtocolOf<D>;

export interface ActorContext {
  /** `ctx.self<typeof counter>()`: this actor's own ref. */
  self<D>(): ActorRef<ProtocolFrom<D>>;
  /** The ref of its supervisor; undefined for an actor spawned by the program. */
  parent<D>(): ActorRef<ProtocolFrom<D>> | undefined;
  readonly path: string;
  /** The logical thread it runs on; 0 is main. */
  readonly thread: number;
  /** How many times this actor was restarted. */
  readonly restarts: number;
  readonly log: Logger;
  /** Aborted when this incarnation ends. */
  readonly abortSignal: AbortSignal;
  /** Trace context of the message in hand, if it carried one. */
  readonly traceparent: string | undefined;

  /** With `replicas`: that many children over the pool's threads. They end with this incarnation. */
  spawn<P>(recipe: Recipe<P>, options: ReplicaOptions): Replicas<P>;
  spawn<P>(recipe: Recipe<P>, options?: SpawnOptions): ActorRef<P>;
  /** Resolves when the actor has started; rejects ACTOR_START_FAILED, ACTOR_STOPPED. */
  started(ref: ActorRef<unknown>): Promise<void>;
  watch(ref: ActorRef<unknown>, fn: (end: Terminated) => unknown): void;
  unwatch(ref: ActorRef<unknown>): void;
  /** Stops this actor, or one of its children. */
  stop(ref?: ActorRef<unknown>, mode?: StopMode): void;

  /** Puts the message in hand aside. Only in the synchronous part of a handler, with concurrency 1. */
  stash(): void;
  /** Puts what was stashed back at the front, oldest first; answers how many. */
  unstash(): number;
  /** Lays other handlers over the protocol until `become()` is called without any, or a restart. */
  become(handlers?: Readonly<Record<string, (...args: never[]) => unknown>>): void;
  /** In an asked handler: return what this gives, and settle it later; the mailbox goes on meanwhile. */
  defer<T>(): Deferred<T>;

  readonly timers: Timers;
  /** Calls `fn` as a message when no message came for `ms`. `undefined` ends it. */
  receiveTimeout(ms: number | undefined, fn?: () => unknown): void;
  /** Runs when this incarnation ends, last registered first; awaited. */
  onStop(fn: (reason: StopReason) => unknown): void;

  /** Gives this actor a name unique in the whole system. Rejects ACTOR_NAME_TAKEN. Freed when it stops. */
  register(name: string): Promise<void>;
  /** The actor registered, or spawned by the program, under that name. */
  lookup<D>(name: string): Promise<ActorRef<ProtocolFrom<D>> | undefined>;
  join(group: Group<unknown>): void;
  leave(group: Group<unknown>): void;
  /** Tells every member of the group; answers how many accepted. */
  publish<P, K extends keyof P & string>(group: Group<P>, name: K, ...args: ArgsOf<P, K>): number;
}
