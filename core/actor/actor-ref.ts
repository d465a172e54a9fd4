/**
 * What a sender sees of an actor: the one typed skin over an untyped cell. A ref is an address; it may be put in
 * a message, an array or a reply, and works the same on any thread. `ActorRef<P>` may be narrowed: a ref to
 * more handlers is a ref to fewer, and one whose handlers take more is one whose handlers take less.
 * Runs on: any.
 */
import type { ActorAddress } from '../message/address.js';

/** What `tell` answers. `full`: nothing was sent, try later or use send. `stopped`: nobody will ever get it. */
export type Told = 'accepted' | 'full' | 'stopped';

/** A handler's arguments; of a generic handler, those of its constraints. */
export type ArgsOf<P, K extends keyof P> = P[K] extends (...args: infer A) => void ? A : never;

/** Made by ctx.defer(): return it from the handler, settle it later. */
export interface Deferred<T> {
  resolve(value: T): void;
  /** `error` reaches the asker as HANDLER_FAILED's cause, or as it is when made by refuse(). */
  reject(error: unknown): void;
  /** Only for types. */
  readonly deferred?: T;
}

/**
 * What an ask resolves to: the handler's result, awaited; what a Deferred will be resolved with. `never` for an
 * async generator, which is read by `stream`.
 */
export type ReplyOf<P, K extends keyof P> = Reply<AnswerOf<P, K>>;

/** The handlers that are async generators, which `stream` reads. */
export type StreamName<P> = {
  [K in keyof P]: P[K] extends (...args: never[]) => AsyncIterable<unknown> ? K : never;
}[keyof P];

/** What a stream yields. */
export type ItemOf<P, K extends keyof P> = P[K] extends (...args: never[]) => AsyncIterable<infer T>
  ? T
  : never;

/** What comes back for a message, however its handler answers it: a value, or a stream. */
type AnswerOf<P, K extends keyof P> = P[K] extends (...args: never[]) => infer R
  ? Answer<Awaited<R>>
  : never;
type Answer<R> =
  R extends Deferred<infer T> ? T : R extends AsyncIterable<infer T> ? AsyncIterable<T> : R;
type Reply<A> = A extends AsyncIterable<unknown> ? never : A;

/**
 * A protocol as its senders see it: each handler as a plain function. Plain, so that one ref is compared with
 * another by what may be sent and what comes back: TypeScript compares methods more leniently than that. `-readonly`
 * keeps it from comparing the protocols instead, whose handlers may be methods.
 */
export type Calls<P> = { -readonly [K in keyof P]-?: (...args: ArgsOf<P, K>) => AnswerOf<P, K> };

/** The same protocol as a proxy of promises. */
export type Remote<P> = {
  readonly [K in keyof P]: P[K] extends (...args: infer A) => unknown
    ? (...args: A) => Promise<ReplyOf<P, K>>
    : never;
};

export interface AskOptions {
  /** Default 5000 ms (`askMs` of the system). `Infinity` must be written. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** What an ask does at a full mailbox: reject MAILBOX_FULL at once (default), or wait as send does. */
  readonly whenFull?: 'reject' | 'wait';
  /** W3C trace context, handed to the receiver as ctx.traceparent. */
  readonly traceparent?: string;
}

/** The sending half of a ref with options bound. */
export type Sender<P> = SenderTo<Calls<P>>;

/** A sender by what may be sent, see {@link Calls}. Write {@link Sender}. */
export interface SenderTo<out P> {
  /** Resolves with the handler's reply; rejects with what it threw, ASK_TIMEOUT, ACTOR_STOPPED, … (SEMANTICS.md). */
  ask<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Promise<ReplyOf<P, K>>;
  /** Resolves when the mailbox has taken the message: waits for room. Rejects MAILBOX_FULL, ACTOR_STOPPED, ASK_CYCLE. */
  send<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Promise<void>;
  /** Reads an async generator handler, with demand and cancel: break out of the loop and it is told. */
  stream<K extends StreamName<P> & string>(
    name: K,
    ...args: ArgsOf<P, K>
  ): AsyncIterable<ItemOf<P, K>>;
  /** Each handler as a method that asks. */
  remote(): Remote<P>;
}

/** The address of an actor with that protocol, and all its ways of sending. */
export type ActorRef<P> = RefTo<Calls<P>>;

/** A ref by what may be sent, see {@link Calls}. Write {@link ActorRef}. */
export interface RefTo<out P> extends SenderTo<P> {
  readonly address: ActorAddress;
  /** Path of names, for people: `/visits`, or `/counter#12` for an actor without a name. */
  readonly path: string;
  /** Puts a message in the mailbox, or says at once that it did not. Never waits, never throws for a full mailbox. */
  tell<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Told;
  /** Inside a handler: sends, and hands the current asker on, so that the receiver answers it. */
  forward<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Told;
  /** The same ref with a deadline, a signal or other options for its asks and sends. */
  with(options: AskOptions): SenderTo<P>;
  /** True when both name the same actor. */
  equals(other: ActorRef<unknown>): boolean;
}
