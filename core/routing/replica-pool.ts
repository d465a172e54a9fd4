/**
 * Runs over replicas: one queue for all, first come first served, and a replica is given no more at once than its
 * capacity. What a caller has given up keeps its place at its replica until that is really free.
 *
 *   run ──▶ [queue] ──a replica is free──▶ its mailbox ──begun──▶ the limit counts ──▶ answer
 *   to(key).run ──────────────────────────▶ the owner's mailbox
 *   over the limit: the caller hears, the replica begins anew; its thread stuck in the run: killed after a grace
 *
 * Runs on: main.
 */
import type { ActorRef, Told } from '../actor/actor-ref.js';
import { askAborted, PendingAsk } from '../actor/ask.js';
import type { Ref, Route } from '../actor/ref.js';
import { CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Envelope } from '../message/envelope.js';
import { Admission } from '../slot-table.js';
import { TimerWheel } from '../timer-wheel.js';
import { type Dispatch, TAKEN } from './dispatch.js';
import { Held, type Message } from './held.js';
import type { KeyRunner, Pool, PoolSettings, PoolStats, Runner, RunOptions } from './pool.js';
import type { Replica } from './replica.js';
import type { ReplicaSet } from './replica-set.js';
import { RoutedReplicas } from './routed-replicas.js';
import type { Untyped } from './routed-sender.js';
import { chooseRoutee } from './routing-logic.js';
import { Run } from './run.js';
import { Tally } from './tally.js';

const NO_OPTIONS: RunOptions = {};

export class ReplicaPool implements Pool<Untyped> {
  readonly #set: ReplicaSet;
  readonly #dispatch: Dispatch;
  readonly #replicas: RoutedReplicas;
  readonly #settings: PoolSettings;
  readonly #killThread: (thread: number, reason: string) => boolean;
  readonly #limits: TimerWheel<Run>;
  readonly #queue = new Set<Run>();
  readonly #tally: Tally;
  readonly #busy = new Map<Replica, number>();
  readonly #counts = { done: 0, failed: 0, timedOut: 0, aborted: 0 };
  #running = 0;
  #previous = -1;
  #isClosed = false;
  #whenIdle: (() => void)[] = [];
  readonly #loadOf = (index: number): number => this.#loadOfReplica(index);

  constructor(
    set: ReplicaSet,
    settings: PoolSettings,
    killThread: (thread: number, reason: string) => boolean,
  ) {
    this.#set = set;
    this.#dispatch = set.dispatch;
    this.#replicas = new RoutedReplicas(set);
    this.#settings = settings;
    this.#tally = new Tally(set.dispatch.host);
    this.#killThread = killThread;
    this.#limits = new TimerWheel(set.dispatch.host.clock, (run) => this.#overran(run));
    set.onChange = () => this.#changed();
  }

  get size(): number {
    return this.#set.size;
  }

  get refs(): readonly ActorRef<Untyped>[] {
    return this.#replicas.refs;
  }

  at(index: number): ActorRef<Untyped> | undefined {
    return this.#replicas.at(index);
  }

  run(name: string, ...args: unknown[]): Promise<never> {
    return this.#run(NO_OPTIONS, undefined, name, args) as Promise<never>;
  }

  with(options: RunOptions): Runner<Untyped> {
    return { run: (name, ...args) => this.#run(options, undefined, name, args) as Promise<never> };
  }

  to(key: string | number): KeyRunner<Untyped> {
    return {
      run: (name, ...args) => this.#run(NO_OPTIONS, key, name, args) as Promise<never>,
      with: (options) => ({
        run: (name, ...args) => this.#run(options, key, name, args) as Promise<never>,
      }),
      tell: (name, ...args): Told => this.#replicas.to(key).tell(name, ...args),
    };
  }

  broadcast(name: string, ...args: unknown[]): number {
    return this.#replicas.broadcast(name, ...args);
  }

  resize(size: number): Promise<void> {
    return this.#set.resize(size);
  }

  stats(): PoolStats {
    const { replicas, host } = this.#dispatch;
    const each = replicas.map((replica) => {
      const { path, thread, slot } = replica.ref;
      return { path, thread, running: this.#busy.get(replica) ?? 0, depth: host.table.depth(slot) };
    });
    return {
      size: replicas.length,
      queued: this.#queue.size,
      running: this.#running,
      ...this.#counts,
      replicas: each,
    };
  }

  drain(): Promise<void> {
    this.#isClosed = true;
    if (this.#queue.size === 0 && this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  async stop(mode: 'drain' | 'stop' | 'kill' = 'stop'): Promise<void> {
    this.#isClosed = true;
    if (mode === 'drain') await this.drain();
    this.#rejectQueued();
    await this.#set.stop(mode);
  }

  #run(
    options: RunOptions,
    key: string | number | undefined,
    name: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { timeoutMs: limitMs = this.#settings.runMs, signal, traceparent } = options;
      const run = new Run(name, args, key, limitMs, traceparent, { resolve, reject });
      const refusal = this.#refusal(run);
      if (refusal !== undefined) return reject(refusal);
      if (signal?.aborted) return this.#abort(run, signal);
      if (signal !== undefined) run.listen(signal, () => this.#abort(run, signal));
      if (key !== undefined) return this.#give(run, this.#ownerOf(key));
      this.#queue.add(run);
      this.#tally.add(1);
      this.#giveAll();
    });
  }

  #refusal({ name, limitMs }: Run): CodedError | undefined {
    const { definition } = this.#dispatch;
    if (!(limitMs > 0)) {
      return new CodedError(
        'CONFIG_INVALID',
        `run of "${name}": timeoutMs: expected more than 0, got ${textOf(limitMs)}`,
      );
    }
    const refusal = this.#dispatch.refusalNow(name);
    if (refusal !== undefined) return refusal;
    if (this.#isClosed) return noMore(definition, name);
    if (this.#queue.size < LIMITS.asksMax) return undefined;
    return new CodedError(
      'ASKS_TOO_MANY',
      `expected at most ${LIMITS.asksMax} runs to wait in a pool, got one more`,
    );
  }

  /** Gives what waits to those that are free. */
  #giveAll(): void {
    for (const run of this.#queue) {
      const replica = this.#free();
      if (replica === undefined) return;
      this.#queue.delete(run);
      this.#give(run, replica);
      // Only now, so that the thread is not quiet in between.
      this.#tally.add(-1);
    }
  }

  #free(): Replica | undefined {
    const { replicas, host } = this.#dispatch;
    const from = { previous: this.#previous, random: host.random };
    const index = chooseRoutee(this.#settings.routing, replicas.length, this.#loadOf, from);
    if (index < 0) return this.#freeLater();
    this.#previous = index;
    return replicas[index];
  }

  /** While nobody serves, the mailbox of one that will. */
  #freeLater(): Replica | undefined {
    const { replicas } = this.#dispatch;
    if (replicas.some(({ load }) => load !== Infinity)) return undefined;
    return replicas.find((replica) => !replica.isEnding && this.#hasRoom(replica));
  }

  #loadOfReplica(index: number): number {
    const replica = this.#dispatch.replicas[index] as Replica;
    return this.#hasRoom(replica) ? replica.load : Infinity;
  }

  #hasRoom(replica: Replica): boolean {
    return (this.#busy.get(replica) ?? 0) < this.#settings.capacity;
  }

  #ownerOf(key: string | number): Replica {
    const { replicas, ring } = this.#dispatch;
    return replicas[ring.indexOf(key)] as Replica;
  }

  /** To a replica; a run with a key to whoever owns that when there is room. */
  #give(run: Run, replica: Replica): void {
    this.#busy.set(replica, (this.#busy.get(replica) ?? 0) + 1);
    this.#running++;
    const { name, args, limitMs, traceparent } = run;
    const onBegun = limitMs === Infinity ? undefined : () => this.#begun(run);
    const options = {
      deadlineMs: Infinity,
      onBegun,
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    replica.ref.askWith(options, name, args, this.#routeOf(run, replica)).then(
      (value) => this.#over(run, replica, run.resolve(value) ? 'done' : undefined),
      (error: unknown) => this.#over(run, replica, run.reject(error) ? 'failed' : undefined),
    );
  }

  /** Past a closed intake: the run was let in when it was called. It waits in a lane if it must. */
  #routeOf(run: Run, replica: Replica): Route {
    const dispatch = this.#dispatch;
    const give = (message: Message): Admission => {
      const { key } = run;
      if (message.envelope instanceof PendingAsk) run.ask = message.envelope;
      const delivery =
        key === undefined ? dispatch.toOne(replica, message) : dispatch.toKey(key, message);
      if (delivery === undefined) return Admission.stopped;
      if (delivery !== TAKEN) delivery.push(new Held(key, message, undefined));
      return Admission.accepted;
    };
    const offer = (
      name: string,
      argc: Message['argc'],
      payload: unknown,
      envelope: Envelope | undefined,
    ): Admission => give({ name, argc, payload, envelope });
    return { offer, attempt: offer };
  }

  #begun(run: Run): void {
    if (!run.isSettled) this.#limits.add(run, run.limitMs);
  }

  #over(run: Run, replica: Replica, count: 'done' | 'failed' | undefined): void {
    this.#limits.cancel(run);
    if (count !== undefined) this.#counts[count]++;
    const left = (this.#busy.get(replica) ?? 1) - 1;
    if (left === 0) this.#busy.delete(replica);
    else this.#busy.set(replica, left);
    this.#running--;
    this.#giveAll();
    this.#lookIdle();
  }

  #overran(run: Run): void {
    const ref = run.ask?.target as Ref | undefined;
    const { name, limitMs } = run;
    const path = ref?.path ?? '';
    const text = `expected "${name}" of ${path} to end within ${limitMs} ms of its start, got no end`;
    if (
      !run.reject(
        new CodedError('ASK_TIMEOUT', text, { details: { handler: name, path, runMs: limitMs } }),
      )
    )
      return;
    this.#counts.timedOut++;
    if (ref !== undefined && this.#settings.replaceOnTimeout) this.#replace(ref, text);
  }

  /** Anew: the replica alone if its thread hears that, else its thread. */
  #replace(ref: Ref, reason: string): void {
    const { host } = this.#dispatch;
    const turn = this.#set.turnOf(ref);
    this.#set.restart(ref);
    if (turn === undefined || ref.thread === host.thread) return;
    host.clock.after(LIMITS.runGraceMs, () => {
      if (this.#set.turnOf(ref) === turn) this.#killThread(ref.thread, reason);
    });
  }

  #abort(run: Run, signal: AbortSignal): void {
    const target = (run.ask?.target as Ref | undefined) ?? this.#dispatch.ref;
    if (!run.reject(askAborted(target, run.name, signal))) return;
    this.#counts.aborted++;
    if (this.#queue.delete(run)) this.#tally.add(-1);
    this.#lookIdle();
  }

  /** Replicas have come, gone or been replaced. */
  #changed(): void {
    if (this.#dispatch.refusal('run') !== undefined) this.#rejectQueued();
    else this.#giveAll();
  }

  #rejectQueued(): void {
    for (const run of this.#queue) {
      this.#queue.delete(run);
      this.#tally.add(-1);
      const error = this.#dispatch.refusal(run.name) ?? noMore(this.#dispatch.definition, run.name);
      if (run.reject(error)) this.#counts.failed++;
    }
    this.#lookIdle();
  }

  #lookIdle(): void {
    if (this.#queue.size > 0 || this.#running > 0) return;
    for (const then of this.#whenIdle.splice(0)) then();
  }
}

function noMore(definition: string, name: string): CodedError {
  const text = `expected the pool of "${definition}" to run "${name}", but it takes no more runs`;
  return new CodedError('REPLICAS_NONE', text, { details: { definition, handler: name } });
}
