/**
 * N replicas of one actor: who is in the set, and every change of that: the start, a fresh actor for one that ended,
 * resize, stop. One change at a time; how keys go from owner to owner is in hand-over.ts, who gets a message in
 * dispatch.ts.
 *
 *   spawn ×N ──▶ serving ──resize──▶ fresh ones started ──▶ new ring, keys handed over ──▶ those that go have ended
 *                   │ ▲
 *              ended└─┘ a fresh actor under the same number; over the budget: the set goes on without that number
 *
 * Runs on: any.
 */
import type { StopMode } from '../actor/actor-context.js';
import { actorStopped } from '../actor/ask.js';
import type { CellHost } from '../actor/cell-host.js';
import type { Ref } from '../actor/ref.js';
import {
  type ReplicaSettings,
  replicaCountFault,
  type SpawnOptions,
} from '../actor/spawn-options.js';
import { CodedError, errorToWire } from '../errors.js';
import { LIMITS } from '../limits.js';
import { Dispatch } from './dispatch.js';
import { HandOver } from './hand-over.js';
import type { Held } from './held.js';
import { Replica } from './replica.js';

/** What a set needs of the actor or system it belongs to. */
export interface ReplicaHome {
  readonly host: CellHost;
  /** False when the supervisor takes no new child any more. */
  readonly maySpawn: boolean;
  /** The thread for one more beside its siblings, counted by thread. */
  place(siblings: readonly (number | undefined)[]): number;
  spawn(options: SpawnOptions): Ref;
  /** Calls `ended` once the actor has ended for good, and its name is free. */
  whenEnded(ref: Ref, ended: () => void): void;
  stop(ref: Ref, mode: StopMode): void;
  /** Begins the actor anew, as its supervisor would. */
  restart(ref: Ref): void;
  /** Which message its thread is busy with, as a number, while it is in a turn of this actor. */
  turnOf(ref: Ref): number | undefined;
  /** Rejects ACTOR_START_FAILED, ACTOR_STOPPED. */
  started(ref: Ref): Promise<void>;
  /** Resolves when all that was sent to the actor before is over; rejects when its thread dies. */
  passed(ref: Ref): Promise<void>;
  /** Calls `gone` when the owner of the set ends: its children end with it. */
  whenGone(gone: () => void): void;
}

export class ReplicaSet {
  readonly dispatch: Dispatch;
  /** Called after each change of who serves. */
  onChange: (() => void) | undefined = undefined;
  readonly #home: ReplicaHome;
  readonly #settings: ReplicaSettings;
  readonly #leaving = new Set<Replica>();
  #changes: Promise<unknown> = Promise.resolve();
  /** Nobody is replaced any more. */
  #isEnding = false;

  /** Throws what spawn throws; then none is left. */
  constructor(home: ReplicaHome, definition: string, settings: ReplicaSettings) {
    this.#home = home;
    this.#settings = settings;
    this.dispatch = new Dispatch(home.host, settings.routing, definition);
    const replicas = this.#spawnAll(settings.replicas);
    this.dispatch.enforce(replicas);
    home.whenGone(() => this.#close());
  }

  get size(): number {
    return this.dispatch.replicas.length;
  }

  /** See {@link Replicas.resize}. */
  resize(size: number): Promise<void> {
    return this.#change(async () => {
      const fault = replicaCountFault('size', size);
      if (fault !== undefined)
        throw new CodedError('CONFIG_INVALID', `resize of "${this.dispatch.definition}": ${fault}`);
      if (this.dispatch.isClosed) throw this.dispatch.refusal('resize');
      const { replicas } = this.dispatch;
      if (size <= replicas.length) return this.#reshape(replicas.slice(0, size));
      const fresh = await this.#startAll(size - replicas.length);
      if (this.#isEnding) await this.#stopAll(fresh);
      else await this.#reshape([...this.dispatch.replicas, ...fresh]);
    });
  }

  /** See {@link Replicas.stop}. */
  async stop(mode: StopMode = 'stop'): Promise<void> {
    const { dispatch } = this;
    dispatch.isClosed = true;
    if (mode === 'drain') {
      await this.#changes;
      await dispatch.tally.zero();
    }
    this.#close();
    await this.#stopAll(new Set([...dispatch.replicas, ...this.#leaving]), mode);
  }

  /** Begins a replica anew, unless its thread is too busy to hear that. */
  restart(ref: Ref): void {
    this.#home.restart(ref);
  }

  /** See {@link ReplicaHome.turnOf}. */
  turnOf(ref: Ref): number | undefined {
    return this.#home.turnOf(ref);
  }

  #change(change: () => Promise<void>): Promise<void> {
    const changed = this.#changes.then(change);
    this.#changes = changed.catch(() => {});
    return changed;
  }

  /** Starts fresh replicas; if one does not start, none of them stays. */
  async #startAll(count: number): Promise<Replica[]> {
    const fresh = this.#spawnAll(count);
    const starts = await Promise.allSettled(fresh.map(({ ref }) => this.#home.started(ref)));
    const failed = starts.find((start) => start.status === 'rejected');
    const ended = fresh.find(({ isEnding }) => isEnding);
    if (failed === undefined && ended === undefined) return fresh;
    await this.#stopAll(fresh);
    throw failed === undefined
      ? actorStopped((ended as Replica).ref.path, 'its place in the set')
      : failed.reason;
  }

  #spawnAll(count: number): Replica[] {
    const { host } = this.#home;
    const taken = new Set(this.dispatch.replicas.map(({ number }) => number));
    const fresh: Replica[] = [];
    try {
      for (let number = 0; fresh.length < count; number++) {
        if (taken.has(number)) continue;
        const ref = this.#spawn(number, fresh);
        const replica = new Replica(host, this.dispatch.tally, number, ref);
        this.#home.whenEnded(ref, () => this.#ended(replica));
        fresh.push(replica);
      }
    } catch (error) {
      void this.#stopAll(fresh);
      throw error;
    }
    return fresh;
  }

  #spawn(number: number, fresh: readonly Replica[]): Ref {
    const { spawn } = this.#settings;
    const name = spawn.name === undefined ? {} : { name: `${spawn.name}-${number}` };
    if (spawn.thread !== undefined || spawn.near !== undefined)
      return this.#home.spawn({ ...spawn, ...name });
    const siblings: number[] = [];
    for (const { ref, number: other } of [...this.dispatch.replicas, ...fresh]) {
      if (other !== number) siblings[ref.thread] = (siblings[ref.thread] ?? 0) + 1;
    }
    return this.#home.spawn({ ...spawn, ...name, thread: this.#home.place(siblings) });
  }

  async #stopAll(replicas: Iterable<Replica>, mode: StopMode = 'stop'): Promise<void> {
    await Promise.all([...replicas].map((replica) => this.#stopReplica(replica, mode)));
  }

  /** Resolves when it has ended. One that drains may first have to start, or to start again. */
  async #stopReplica(replica: Replica, mode: StopMode): Promise<void> {
    replica.isLeaving = true;
    this.#leaving.add(replica);
    if (mode === 'drain') await this.#passed(replica);
    if (!replica.hasEnded) {
      const ended = replica.nextEnd();
      this.#home.stop(replica.ref, mode);
      await ended;
    }
    this.#leaving.delete(replica);
  }

  /** The actor of a replica has ended for good. */
  #ended(replica: Replica): void {
    replica.ended();
    if (this.#isEnding || replica.isLeaving || !this.dispatch.replicas.includes(replica)) return;
    if (this.#renew(replica)) this.dispatch.lane.go();
    else this.#giveUp(replica);
    this.onChange?.();
  }

  #renew(replica: Replica): boolean {
    const { host } = this.#home;
    if (!this.#home.maySpawn) return false;
    const now = host.clock.now();
    const recent = replica.renewals.filter((at) => now - at < LIMITS.replicaRenewalWindowMs);
    if (recent.length >= this.#settings.renewalsMax) {
      host.logger.error('a replica ended too often and is not replaced', {
        path: replica.ref.path,
        renewals: recent.length,
      });
      return false;
    }
    replica.renewals = [...recent, now];
    try {
      const ref = this.#spawn(replica.number, []);
      this.#home.whenEnded(ref, () => this.#ended(replica));
      replica.renewed(ref);
      return true;
    } catch (error) {
      host.logger.error('a replica could not be replaced', {
        path: replica.ref.path,
        error: errorToWire(error),
      });
      return false;
    }
  }

  #giveUp(replica: Replica): void {
    const { dispatch } = this;
    replica.isGivenUp = true;
    dispatch.handOver?.abandon(replica);
    this.#change(async () => {
      if (!this.#isEnding)
        await this.#reshape(dispatch.replicas.filter((other) => other !== replica));
    }).catch((error: unknown) => {
      this.#home.host.logger.error('a replica set could not go on without a replica', {
        error: errorToWire(error),
      });
    });
  }

  /** From here to the return of the first await nothing else runs: the new owners are in force at once. */
  async #reshape(next: readonly Replica[]): Promise<void> {
    const { dispatch } = this;
    const before = dispatch.replicas;
    const handOver = new HandOver(dispatch.ring, before, dispatch.tally);
    dispatch.handOver = handOver;
    dispatch.enforce(next);
    for (const replica of before) this.#routeAnew(replica.lane.takeAll(), replica);
    const gaveKeys = next.some((replica) => !before.includes(replica));
    const leaving: Promise<void>[] = [];
    for (const replica of before) {
      const finished = this.#finish(replica, next, gaveKeys).then(() => handOver.finished(replica));
      if (!next.includes(replica)) leaving.push(finished);
    }
    handOver.look();
    // One that came may have ended before it was in the set.
    for (const replica of next) if (replica.hasEnded && !replica.isGivenUp) this.#ended(replica);
    dispatch.lane.go();
    if (next.length === 0) this.#bury(dispatch.lane.takeAll());
    this.onChange?.();
    await handOver.done;
    dispatch.handOver = undefined;
    await Promise.all(leaving);
  }

  /** What waited for a replica goes on to who owns its key now. */
  #routeAnew(all: readonly Held[], from: Replica): void {
    const { dispatch } = this;
    for (const held of all) {
      const stays = held.key === undefined && dispatch.replicas.includes(from);
      const to = stays
        ? from
        : held.key === undefined
          ? undefined
          : dispatch.replicas[dispatch.ring.indexOf(held.key)];
      if (to === undefined) this.#bury([held]);
      else
        (
          (held.key === undefined ? undefined : dispatch.handOver?.laneFor(held.key, to)) ?? to.lane
        ).push(held);
    }
  }

  /** Resolves when a former owner has finished what it was sent before. */
  async #finish(replica: Replica, next: readonly Replica[], gaveKeys: boolean): Promise<void> {
    if (replica.isGivenUp) return;
    if (!next.includes(replica)) return this.#stopReplica(replica, 'drain');
    if (gaveKeys) await this.#passed(replica);
  }

  /** Its fence has come back, or the actor that had the keys has ended. A thread that dies gives neither: again then. */
  async #passed(replica: Replica): Promise<void> {
    if (replica.hasEnded) return;
    const ended = replica.nextEnd();
    if (replica.isEnding) return ended;
    const { ref } = replica;
    for (;;) {
      const passed = this.#home.passed(ref).then(
        () => true,
        () => false,
      );
      if (await Promise.race([ended.then(() => true), passed])) return;
      await Promise.race([ended, this.#pause()]);
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#home.host.clock.after(LIMITS.handOverRetryMs, resolve);
    });
  }

  /** Nothing more is taken or replaced; what still waits will not be sent. */
  #close(): void {
    const { dispatch } = this;
    this.#isEnding = true;
    dispatch.isClosed = true;
    this.#bury(dispatch.lane.takeAll());
    for (const replica of [...dispatch.replicas, ...this.#leaving]) {
      for (const lane of replica.lanes) this.#bury(lane.takeAll());
    }
    dispatch.handOver?.look();
    this.onChange?.();
  }

  #bury(all: readonly Held[]): void {
    const { dispatch } = this;
    for (const held of all) {
      const error =
        dispatch.refusal(held.message.name) ??
        actorStopped(dispatch.ref.path, `"${held.message.name}"`);
      held.giveUp(dispatch.host, dispatch.ref, error);
    }
  }
}
