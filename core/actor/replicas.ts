/**
 * What a sender sees of several actors of one definition: like a ref to each message's choice among them. The set
 * belongs to whoever spawned it; the refs in it may travel, the set itself does not.
 * Implemented in routing/; declared here because `ctx.spawn` gives one.
 * Runs on: any.
 */
import type { ActorRef, ArgsOf, AskOptions, ReplyOf, Sender, Told } from './actor-ref.js';

/** The replica that owns a key: always the same one, until a resize moves the key. */
export interface KeySender<P> extends Sender<P> {
  /** As a ref's. While the key changes its owner the message is kept, up to a bound, and that is `accepted`. */
  tell<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Told;
  with(options: AskOptions): Sender<P>;
}

/** The asking half of a replica set with options bound. */
export interface ReplicaSender<P> extends Sender<P> {
  /** The owner of that key. The number 7 and the string '7' are different keys. */
  to(key: string | number): Sender<P>;
  /** Asks every replica; resolves with all answers in order of the replicas, rejects with the first failure. */
  askAll<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Promise<ReplyOf<P, K>[]>;
  /** Asks every replica; resolves with what became of each, in order. Rejects REPLICAS_NONE only. */
  askAllSettled<K extends keyof P & string>(
    name: K,
    ...args: ArgsOf<P, K>
  ): Promise<PromiseSettledResult<ReplyOf<P, K>>[]>;
  /** Asks every replica; resolves with the first answer. Rejects QUORUM_FAILED when none answers well. */
  askFirst<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Promise<ReplyOf<P, K>>;
  /**
   * Asks every replica; resolves with the first `count` answers, in the order they came, and gives up the rest.
   * Rejects QUORUM_FAILED as soon as so many cannot come; its cause is an AggregateError of what failed.
   */
  askQuorum<K extends keyof P & string>(
    count: number,
    name: K,
    ...args: ArgsOf<P, K>
  ): Promise<ReplyOf<P, K>[]>;
}

/**
 * N replicas of one definition over the threads. `tell`, `send`, `ask` and `stream` go to one of them, chosen by the
 * set's routing; one that is full, suspended or on a dead thread is passed over while another can take the message.
 * A replica that fails is restarted by its supervisor; one that ends for good is replaced by a fresh one under the
 * same number, up to a budget, and the rest keep serving. Without any replica left `tell` is `stopped` and asks
 * reject REPLICAS_NONE.
 */
export interface Replicas<P> extends ReplicaSender<P> {
  /** How many there are. */
  readonly size: number;
  /** A ref to each, in order. A replica that is replaced has a new ref. */
  readonly refs: readonly ActorRef<P>[];
  /** The replica at `index`, from 0; undefined outside. */
  at(index: number): ActorRef<P> | undefined;
  /** `full` only when every replica is. */
  tell<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Told;
  /** The owner of that key, by consistent hash, whatever the routing: messages to one key keep their order. */
  to(key: string | number): KeySender<P>;
  /**
   * Tells every replica; answers how many accepted. The message is packed once and crosses once to each thread;
   * replicas on one thread get the same object, so none may change it. Throws MESSAGE_NOT_ENCODABLE, then nobody
   * got it: moved buffers and ports can have one receiver only.
   */
  broadcast<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): number;
  with(options: AskOptions): ReplicaSender<P>;
  /**
   * Adds fresh replicas, or drains and stops the last ones. Resolves when the keys that change their owner have
   * been handed over and those that go have ended; order per key holds throughout, and no key ever has two owners
   * at work. Rejects CONFIG_INVALID, or what kept a new replica from starting: then the set is as it was.
   * One resize follows the other.
   */
  resize(size: number): Promise<void>;
  /** Takes nothing more, and ends all replicas: after what is queued, the message in hand (default), or at once. */
  stop(mode?: 'drain' | 'stop' | 'kill'): Promise<void>;
}
