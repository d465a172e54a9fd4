/**
 * The pool-shaped door to replicas, for who knows Piscina or workerpool: `run` a handler on whichever replica is free.
 * What those pools cannot do, actors can: speak to every replica (`broadcast`), to a given one (`at`), to the one that
 * has a session (`to(key)`), and each replica keeps state in its closure, set up once by its behaviour. A time limit
 * counts from the start of the run, and a run that is over it, computing or waiting, takes nobody else's time.
 * Runs on: main.
 */
import type { ActorRef, ArgsOf, ReplyOf, Told } from '../actor/actor-ref.js';
import type { ActorDefinition } from '../actor/definition.js';
import type { ReplicaOptions, Routing } from '../actor/spawn-options.js';
import { CodedError, textOf } from '../errors.js';

/** How one run is given up. */
export interface RunOptions {
  /** A run that still waits is taken out; one that has begun goes on, but its caller hears ASK_ABORTED at once. */
  readonly signal?: AbortSignal;
  /** How long it may take from its start, in ms. Default: the pool's `runMs`. */
  readonly timeoutMs?: number;
  /** W3C trace context, handed to the handler as ctx.traceparent. */
  readonly traceparent?: string;
}

export interface Runner<P> {
  /**
   * Calls a handler on a free replica; waits for one, in order of the calls, however long that takes. Resolves with
   * what the handler returns. Rejects what it threw (HANDLER_FAILED with the cause, or its refusal), ASK_TIMEOUT
   * past the time limit, ASK_ABORTED, ACTOR_STOPPED or ACTOR_THREAD_DIED when its replica ended over it,
   * REPLICAS_NONE, SYSTEM_STOPPED, and ASKS_TOO_MANY beyond LIMITS.asksMax that wait.
   */
  run<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Promise<ReplyOf<P, K>>;
}

/** The replica that owns a key: its runs go there in order of the calls, and wait only for it. */
export interface KeyRunner<P> extends Runner<P> {
  with(options: RunOptions): Runner<P>;
  /** A message without an answer, see Replicas.to. */
  tell<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): Told;
}

/** Counts since the pool was made, and what is going on now. */
export interface PoolStats {
  readonly size: number;
  /** Runs that wait for a free replica. */
  readonly queued: number;
  /** Runs a replica has been given and has not ended, those given up by their callers included. */
  readonly running: number;
  readonly done: number;
  /** Runs whose handler, replica or thread failed. */
  readonly failed: number;
  readonly timedOut: number;
  readonly aborted: number;
  readonly replicas: readonly {
    readonly path: string;
    readonly thread: number;
    readonly running: number;
    /** Messages in its mailbox, the one in hand included. */
    readonly depth: number;
  }[];
}

export interface Pool<P> extends Runner<P> {
  readonly size: number;
  readonly refs: readonly ActorRef<P>[];
  with(options: RunOptions): Runner<P>;
  /** The replica that owns that key, by consistent hash: for sessions, caches, order. */
  to(key: string | number): KeyRunner<P>;
  /** The replica at `index`, from 0; undefined outside. */
  at(index: number): ActorRef<P> | undefined;
  /** Tells every replica, busy or not; answers how many accepted. See Replicas.broadcast. */
  broadcast<K extends keyof P & string>(name: K, ...args: ArgsOf<P, K>): number;
  /** More or fewer replicas; those that go finish what they have. See Replicas.resize. */
  resize(size: number): Promise<void>;
  stats(): PoolStats;
  /** Takes no more runs; resolves when all that were taken have ended. */
  drain(): Promise<void>;
  /**
   * Takes no more runs and ends the replicas: after all runs ('drain'), after the ones they have in hand (default),
   * or at once ('kill'). The others reject REPLICAS_NONE or ACTOR_STOPPED.
   */
  stop(mode?: 'drain' | 'stop' | 'kill'): Promise<void>;
}

/** Options of `system.pool()`; what is not here is as for any spawn. */
export interface PoolOptions extends Omit<ReplicaOptions, 'replicas' | 'routing'> {
  /** Replicas. Default: one per thread of the pool; one with threads: 0. */
  readonly size?: number;
  /**
   * Runs that a replica is given at once. Default: the `concurrency` of its definition, so that no run waits behind
   * a long one while another replica is free. For many short runs more (say 64) is several times faster.
   */
  readonly capacity?: number;
  /** Which of the free replicas is next. Default least-loaded. */
  readonly routing?: Routing;
  /** Time limit of every run, from its start, in ms. Default Infinity. */
  readonly runMs?: number;
  /**
   * A replica whose run is over the limit begins anew; if its thread is stuck in that run, the thread is killed and
   * replaced, and with it all actors it has (their supervisors restart them; `thread: 'dedicated'` gives each
   * replica one of its own). Runs that had not begun there are not lost. Default false: it may finish, unheard.
   */
  readonly replaceOnTimeout?: boolean;
}

/** Pool options with defaults. */
export interface PoolSettings {
  readonly replicas: ReplicaOptions;
  readonly capacity: number;
  readonly routing: Routing;
  readonly runMs: number;
  readonly replaceOnTimeout: boolean;
}

/** Throws CONFIG_INVALID with every fault; those of the replicas are found when they are spawned. */
export function parsePoolOptions(
  definition: ActorDefinition,
  options: PoolOptions,
  threads: number,
): PoolSettings {
  const {
    size = Math.max(1, threads),
    capacity = definition.options.concurrency ?? 1,
    ...rest
  } = options;
  const { routing = 'least-loaded', runMs = Infinity, replaceOnTimeout = false, ...spawn } = rest;
  const faults: string[] = [];
  if (!(capacity >= 1 && (Number.isInteger(capacity) || capacity === Infinity))) {
    faults.push(`capacity: expected an integer of 1 or more, got ${textOf(capacity)}`);
  }
  if (!(runMs > 0)) faults.push(`runMs: expected more than 0, got ${textOf(runMs)}`);
  if (faults.length > 0) {
    throw new CodedError('CONFIG_INVALID', `pool of "${definition.name}": ${faults.join('; ')}`, {
      details: { faults },
    });
  }
  return {
    replicas: { ...spawn, replicas: size, routing },
    capacity,
    routing,
    runMs,
    replaceOnTimeout,
  };
}
