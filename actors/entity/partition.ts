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
import { LANES, type Lane, type PartitionState } from '../../stores/internal.js';
import { AppliedWaiters } from './applied-waiters.js';
import type { CommitNews } from './commit-news.js';
import { FeedTeller } from './feed-teller.js';
import { LaneProgress } from './lane-progress.js';
import { LaneQueue } from './lane-queue.js';
import { type DerivedRow, OutboxDelivery } from './outbox-delivery.js';
import { PartitionEraser } from './partition-eraser.js';
import { PartitionIntake } from './partition-intake.js';
import { PartitionLetters } from './partition-letters.js';
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
  readonly news: CommitNews;
}

/** What a partition needs of its actor. */
export interface PartitionTies {
  /** Has {@link Partition.work} called by the actor's mailbox; false when it could not. */
  readonly wakeUp: () => boolean;
  /** The disk took nothing: this one is over, and the next begins when there is room. */
  readonly full: (error: Error) => void;
}

export class Partition {
  readonly intake: PartitionIntake;
  readonly eraser: PartitionEraser;
  readonly letters: PartitionLetters;
  readonly #ctx: ActorContext;
  readonly #kit: ThreadKit;
  readonly #partition: number;
  readonly #ties: PartitionTies;
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
      this.#isWoken = this.#ties.wakeUp();
      return this.#isWoken;
    },
    isUrgent: () => !this.#waiters.isEmpty || this.#isFarBehind(),
  };
  /** By lane: every task below is done, and that is stored. */
  #lows: readonly number[];
  #outboxRows: number;
  #failure: { readonly error: unknown } | undefined;
  #isWoken = false;
  #isReady = false;
  #isEnded = false;

  constructor(ctx: ActorContext, kit: ThreadKit, partition: number, ties: PartitionTies) {
    this.#ctx = ctx;
    this.#kit = kit;
    this.#partition = partition;
    this.#ties = ties;
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
      sift: (queued) => this.eraser.sifted(queued),
      settle: (news) => this.#settle(news),
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
    this.letters = new PartitionLetters({
      kit,
      partition,
      state: this.#state,
      store: this.#store,
      sift: (letter) => this.eraser.siftedLetter(letter),
      commit: (rows) => this.#commit(rows),
    });
    this.eraser = this.#openEraser();
    this.#feed = new FeedTeller(ctx, kit, partition);
    this.#outboxRows = kit.outbox.count(partition);
    this.#delivery = this.#openDelivery();
    this.#tellLoad();
  }

  /** Takes up what was left, and whatever comes. */
  start(): void {
    this.#kit.intakes.open(this.#partition, this.intake);
    this.#feed.begin(this.#state.changesFlushed);
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

  /** Resolves when nothing of this incarnation is on its way any more. */
  async stop(): Promise<void> {
    this.#isEnded = true;
    this.#kit.intakes.close(this.#partition, this.intake);
    this.#kit.turns.remove(this.#turn);
    this.#worker.stop();
    this.#delivery.stop();
    this.#poison.release();
    await this.intake.stop();
    await Promise.allSettled([...this.#flushing].map(({ promise }) => promise));
  }

  /** Stores what has been put beside tasks, so many rows for its outbox among it. */
  async #commit(rows = 0): Promise<void> {
    this.#worker.touched(rows);
    this.#worker.settle();
    const flushed = this.letters.beforeCommit();
    await this.#state.commit();
    flushed();
  }

  #openEraser(): PartitionEraser {
    return new PartitionEraser({
      kit: this.#kit,
      partition: this.#partition,
      state: this.#state,
      append: (bytes, settled) => this.intake.append({ bytes, tasks: 1 }, undefined, settled),
      whenApplied: (lane, number, then) => this.whenApplied(lane, number, then),
      commit: () => this.#commit(),
      outboxNext: () => this.#store.outboxNext,
      letterLeft: (number) => this.letters.left(number),
      removeLetter: (number) => this.letters.remove(number),
      isEnded: () => this.#isEnded,
    });
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
  #settle(news: CommitNews): void {
    this.#outboxRows += news.rows;
    this.#tellLoad();
    const promise = this.#state.commit();
    for (const flushing of this.#flushing) {
      if (flushing.promise !== promise) continue;
      flushing.news.join(news);
      return;
    }
    const flushing = { promise, news };
    this.#flushing.add(flushing);
    promise.then(
      () => {
        this.#flushing.delete(flushing);
        if (!this.#isEnded) this.#flushed(news);
      },
      (error: unknown) => {
        this.#flushing.delete(flushing);
        if (hasCode(error, 'STORE_FULL')) this.#kit.words.setFull(systemClock.wallNow());
        if (hasCode(error, 'VALUE_NOT_STORABLE')) this.#kit.weighed.add(this.#partition);
        this.#fail(error);
      },
    );
  }

  #flushed({ lows, targets }: CommitNews): void {
    this.#kit.environments.refresh();
    this.#lows = lows;
    for (const lane of [LANES.derived, LANES.external]) this.#waiters.passed(lane, lows[lane]!);
    this.#tellLoad();
    this.#feed.flushed(this.#state.changesFlushed);
    for (const target of targets) this.#delivery.pending(target);
    this.eraser.flushed();
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
    this.#kit.intakes.close(this.#partition, this.intake);
    // It begins anew after a while: others of the thread are not to wait for that.
    this.#kit.turns.remove(this.#turn);
    this.#worker.stop();
    this.#delivery.stop();
    if (hasCode(error, 'STORE_FULL')) this.#ties.full(error);
    else this.#ties.wakeUp();
  }
}
