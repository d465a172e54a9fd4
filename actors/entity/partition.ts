/**
 * One partition: the only one that numbers and appends its log, works its tasks, and commits what they change. Begins from
 * what is stored; whatever goes wrong, it begins from there again.
 *
 *   append, derived ─> log ── flushed ──> answered ─> queue ─> worker ─> state ── flushed ──> outbox, feed, waiters
 *
 * Runs on: thread.
 */
import { type ActorContext, hasCode } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import {
  encodeEntry,
  LANES,
  type Lane,
  type PartitionState,
  partitionOf,
} from '../../stores/internal.js';
import { AppliedWaiters } from './applied-waiters.js';
import { decodeDeadLetter } from './dead-letters.js';
import { FeedTeller } from './feed-teller.js';
import { LaneProgress } from './lane-progress.js';
import { LaneQueue } from './lane-queue.js';
import { type DerivedRow, OutboxDelivery } from './outbox-delivery.js';
import { PartitionIntake } from './partition-intake.js';
import type { PieceLog } from './piece-log.js';
import { PoisonWatch } from './poison.js';
import { ResultStore } from './result-store.js';
import { TaskWorker } from './task-worker.js';
import type { ThreadKit } from './thread-kit.js';
import type { Worker } from './work-turns.js';

interface LaneState {
  readonly progress: LaneProgress;
  readonly queue: LaneQueue;
}

/** What has been put and is on its way to the disk, and what is to be told then. */
interface Flushing {
  readonly promise: Promise<void>;
  readonly pieces: PieceLog;
}

export class Partition {
  readonly intake: PartitionIntake;
  readonly #ctx: ActorContext;
  readonly #kit: ThreadKit;
  readonly #partition: number;
  readonly #wakeUp: () => boolean;
  readonly #state: PartitionState;
  readonly #lanes: readonly [LaneState, LaneState];
  readonly #store: ResultStore;
  readonly #poison: PoisonWatch;
  readonly #worker: TaskWorker;
  readonly #delivery: OutboxDelivery;
  readonly #feed: FeedTeller;
  readonly #waiters = new AppliedWaiters();
  readonly #flushing = new Set<Flushing>();
  readonly #turn: Worker = {
    begin: () => {
      this.#isWoken = this.#wakeUp();
      return this.#isWoken;
    },
    isUrgent: () => this.#isFarBehind(),
  };
  /** By lane: every task below is done, and that is stored. */
  #lows: readonly number[];
  #outboxRows: number;
  #failure: { readonly error: unknown } | undefined;
  #isWoken = false;
  #isReady = false;
  #isEnded = false;

  /** `wakeUp` has {@link work} called by the actor's mailbox; false when it could not. */
  constructor(ctx: ActorContext, kit: ThreadKit, partition: number, wakeUp: () => boolean) {
    this.#ctx = ctx;
    this.#kit = kit;
    this.#partition = partition;
    this.#wakeUp = wakeUp;
    kit.environments.refresh();
    kit.log.reopen(partition);
    this.#state = kit.committer.open(partition);
    this.#lanes = [this.#openLane(LANES.derived), this.#openLane(LANES.external)];
    this.#lows = this.#lanes.map(({ progress }) => progress.low);
    this.#store = new ResultStore(kit, this.#state);
    this.#poison = new PoisonWatch({
      words: kit.words,
      partition,
      careful: kit.careful && {
        notes: kit.careful,
        until: this.#lanes.map(({ queue }) => queue.end),
        deathsMax: kit.init.limits.processDeathsMax,
      },
    });
    const fail = (error: unknown): void => this.#fail(error);
    this.#worker = new TaskWorker({
      kit,
      partition,
      state: this.#state,
      store: this.#store,
      poison: this.#poison,
      lanes: this.#lanes,
      settle: (pieces) => this.#settle(pieces),
      fail,
    });
    this.intake = new PartitionIntake({
      kit,
      partition,
      queues: this.#lanes.map(({ queue }) => queue),
      appended: () => this.#tellAppended(),
      durable: () => this.wake(),
      fail,
    });
    this.#feed = new FeedTeller(ctx, kit);
    this.#outboxRows = kit.outbox.count(partition);
    this.#delivery = this.#openDelivery();
    this.#tellLoad();
  }

  /** Takes up what was left. */
  start(): void {
    for (const target of this.#kit.outbox.targets(this.#partition)) this.#delivery.pending(target);
    void this.#kit.modulesReady.then(() => {
      this.#isReady = true;
      this.wake();
    });
  }

  /** Throws what it failed with, so that its supervisor begins it anew. Called by every handler. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Called by the actor's mailbox when it is its turn. */
  work(): void {
    this.#isWoken = false;
    const start = systemClock.now();
    try {
      if (this.#isReady && !this.#isEnded && this.#worker.work() === 'more') this.wake();
    } finally {
      this.#kit.turns.leave(this.#turn, systemClock.now() - start);
    }
  }

  wake(): void {
    if (this.#isWoken || this.#isEnded) return;
    this.#isWoken = true;
    this.#kit.turns.ask(this.#turn);
  }

  /** Calls back when all tasks of a lane up to that number are applied and stored; true if they are. */
  whenApplied(lane: Lane, number: number, then: () => void): boolean {
    if (number < this.#lows[lane]!) return true;
    this.#waiters.add(lane, number, then);
    return false;
  }

  /**
   * Takes dead letters into the log again, by its own outbox, in the commit that removes them. One whose entity type the
   * model no longer has stays where it is.
   */
  async replay(numbers: readonly number[]): Promise<number> {
    return this.#letters(numbers, (bytes) => {
      const { entry } = decodeDeadLetter(bytes);
      const [task] = entry.tasks;
      const entity = task && this.#kit.numbers.entityOf(task.etype);
      if (entity === undefined) return 'kept';
      const { partitions, limits } = this.#kit.init;
      const target = partitionOf(entity.id, task!.eid, partitions);
      this.#store.putOutbox(
        target,
        encodeEntry({ ...entry, depth: 0, budget: limits.derivedBudget }),
      );
      return 'taken';
    });
  }

  async drop(numbers: readonly number[]): Promise<number> {
    return this.#letters(numbers, () => 'dropped');
  }

  /** Resolves when nothing of this incarnation is on its way any more. */
  async stop(): Promise<void> {
    this.#isEnded = true;
    this.#kit.turns.remove(this.#turn);
    this.#worker.stop();
    this.#delivery.stop();
    this.#poison.release();
    await this.intake.stop();
    await Promise.allSettled([...this.#flushing].map(({ promise }) => promise));
  }

  /** Removes each letter that is there, unless `put` says it stays; answers how many, once that is stored. */
  async #letters(
    numbers: readonly number[],
    put: (bytes: Uint8Array) => 'taken' | 'dropped' | 'kept',
  ): Promise<number> {
    this.#kit.environments.refresh();
    let count = 0;
    let rows = 0;
    for (const number of new Set(numbers)) {
      const bytes = this.#letterLeft(number);
      if (bytes === undefined) continue;
      const became = put(bytes);
      if (became === 'kept') continue;
      if (became === 'taken') rows++;
      this.#state.removeDeadLetter(number);
      this.#taken.add(number);
      count++;
    }
    if (count === 0) return 0;
    this.#worker.touched(rows);
    this.#worker.settle();
    await this.#state.commit();
    return count;
  }

  /** Letters that are gone, though a read may still find them. */
  readonly #taken = new Set<number>();

  #letterLeft(number: number): Uint8Array | undefined {
    if (this.#taken.has(number)) return undefined;
    return this.#kit.deadLetters.get(this.#partition, number);
  }

  #openLane(lane: Lane): LaneState {
    const { log, init } = this.#kit;
    const { laneBytesKept, laneRowsRead, laneBytesRead } = init.limits;
    const progress = new LaneProgress(this.#state.cursor.lanes[lane]);
    const queue = new LaneQueue({
      lane,
      progress,
      end: log.next(this.#partition, lane),
      bytesMax: laneBytesKept,
      read: (from) => {
        this.#kit.environments.refresh();
        const options = { countMax: laneRowsRead, bytesMax: laneBytesRead };
        return log.read(this.#partition, lane, from, options);
      },
    });
    return { progress, queue };
  }

  #openDelivery(): OutboxDelivery {
    const { init, outbox } = this.#kit;
    const { deliveryRows, deliveryBytes, deliveryMs, deliveryRetryMs, deliveryRetryMsMax } =
      init.limits;
    const options = { countMax: deliveryRows, bytesMax: deliveryBytes };
    return new OutboxDelivery({
      read: (target, from) => {
        this.#kit.environments.refresh();
        return outbox.read(this.#partition, target, from, options);
      },
      send: async (target, rows) => {
        const ref = await this.#kit.partition(this.#ctx, target);
        const to = ref.with({ deadlineMs: deliveryMs, whenFull: 'wait' });
        await to.ask('derived', this.#partition, rows);
      },
      remove: (target, rows) => this.#arrived(target, rows),
      later: (target, attempt, then) => {
        if (this.#isEnded) return;
        const ms = Math.min(deliveryRetryMsMax, deliveryRetryMs * 2 ** Math.min(attempt, 20));
        this.#ctx.timers.after(`deliver ${target}`, ms, then);
      },
    });
  }

  #arrived(target: number, rows: readonly DerivedRow[]): void {
    if (this.#isEnded) return;
    for (const { number } of rows) this.#state.removeOutbox(target, number);
    this.#worker.touched(-rows.length);
    this.#worker.settle();
  }

  /** What has been put since the last time goes with the commit that is gathered now. */
  #settle(pieces: PieceLog): void {
    this.#outboxRows += pieces.rows;
    this.#tellLoad();
    const promise = this.#state.commit();
    for (const flushing of this.#flushing) {
      if (flushing.promise !== promise) continue;
      flushing.pieces.join(pieces);
      return;
    }
    const flushing = { promise, pieces };
    this.#flushing.add(flushing);
    promise.then(
      () => {
        this.#flushing.delete(flushing);
        if (!this.#isEnded) this.#flushed(pieces);
      },
      (error: unknown) => {
        this.#flushing.delete(flushing);
        if (hasCode(error, 'STORE_FULL')) this.#kit.words.setFull(systemClock.wallNow());
        if (hasCode(error, 'VALUE_NOT_STORABLE')) this.#kit.weighed.add(this.#partition);
        this.#fail(error);
      },
    );
  }

  #flushed({ lows, targets, changes }: PieceLog): void {
    this.#kit.environments.refresh();
    this.#lows = lows;
    for (const lane of [LANES.derived, LANES.external]) this.#waiters.passed(lane, lows[lane]!);
    this.#tellLoad();
    this.#feed.tell(changes);
    for (const target of targets) this.#delivery.pending(target);
    this.wake();
  }

  #tellAppended(): void {
    this.#kit.words.addAppend(this.#partition);
    this.#tellLoad();
  }

  /** Rows count until their removal is gathered, tasks until their effects are stored: so nothing is in neither. */
  #tellLoad(): void {
    const { words, log } = this.#kit;
    const partition = this.#partition;
    const waiting = (lane: Lane): number => log.next(partition, lane) - this.#lows[lane]!;
    words.setOutbox(partition, this.#outboxRows);
    words.setLag(partition, waiting(LANES.derived) + waiting(LANES.external));
  }

  /** Half of what may wait does, or what is worked on has waited for long. */
  #isFarBehind(): boolean {
    const { words, init } = this.#kit;
    const { lagMax, behindMs } = init.limits;
    if (2 * words.lag(this.#partition) > lagMax) return true;
    return systemClock.wallNow() - this.#worker.takenFrom > behindMs;
  }

  #fail(error: unknown): void {
    if (this.#isEnded || this.#failure !== undefined) return;
    this.#failure = { error };
    this.#isEnded = true;
    // It begins anew after a while: others of the thread are not to wait for that.
    this.#kit.turns.remove(this.#turn);
    this.#worker.stop();
    this.#delivery.stop();
    this.#wakeUp();
  }
}
