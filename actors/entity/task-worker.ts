/**
 * Works through the tasks of one partition: derived ones first, each entity one at a time, some entities at once while
 * their hooks are waited for. What a task changes goes into the state in one piece with the cursor; what has flushed is
 * told to those who wait for it.
 *
 *   lanes ─> turns ─> task run ─┬─ at once ─────────────> stored in the state ─┐
 *                               └─ waits for hooks ... ─> stored in the state ─┴─> commit ─> flushed: outbox, feed, waiters
 *
 * Runs on: thread.
 */
import { hasCode } from '../../core/index.js';
import { systemClock, textOf } from '../../core/internal.js';
import { type Lane, type PartitionState, seqOf } from '../../stores/internal.js';
import { CommitNews } from './commit-news.js';
import { EntityTurns } from './entity-turns.js';
import type { LaneProgress } from './lane-progress.js';
import type { LaneQueue, QueuedTask } from './lane-queue.js';
import type { Poison, PoisonWatch } from './poison.js';
import type { Prepared, ResultStore } from './result-store.js';
import {
  runTask,
  type TaskInHand,
  type TaskReads,
  type TaskResult,
  type TaskRun,
} from './task-run.js';
import { TaskScope } from './task-scope.js';
import type { ThreadKit } from './thread-kit.js';

/** What a worker needs of its partition. */
export interface WorkerOptions {
  readonly kit: ThreadKit;
  readonly partition: number;
  readonly state: PartitionState;
  readonly store: ResultStore;
  readonly poison: PoisonWatch;
  /** By lane. */
  readonly lanes: readonly { readonly progress: LaneProgress; readonly queue: LaneQueue }[];
  /** What may be applied of a task. */
  readonly sift: (queued: QueuedTask) => QueuedTask;
  /** What has been put is to be committed; `news` says what to tell when it has flushed. */
  readonly settle: (news: CommitNews) => void;
  /** It cannot go on: begin anew from what is stored. */
  readonly fail: (error: unknown) => void;
}

/** A task that has begun. */
interface InFlight {
  readonly hand: TaskInHand;
  readonly run: TaskRun;
  readonly note: number;
  /** It has had to wait for a hook: its entity is busy. */
  isHeld: boolean;
}

/** Errors of the store that no other task would fare better with. */
const STORE_CODES = ['FOLDER_FOREIGN', 'STORE_FULL', 'STORE_FAILED', 'COMMIT_REFUSED'] as const;

export class TaskWorker {
  readonly #options: WorkerOptions;
  readonly #turns: EntityTurns<QueuedTask>;
  readonly #reads: TaskReads;
  #news = new CommitNews();
  #isEnded = false;
  /** When the last task that was taken had been accepted, epoch ms; Infinity before the first. */
  takenFrom = Number.POSITIVE_INFINITY;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#turns = new EntityTurns(options.kit.init.limits.parkedMax);
    this.#reads = readsOf(options);
  }

  /** Works for a while. `more`: there is more to do at once; else a flush, a hook or an append makes some. */
  work(): 'more' | 'idle' {
    const { kit, state } = this.#options;
    const { limits } = kit.init;
    kit.environments.refresh();
    const until = systemClock.now() + limits.workSliceMs;
    let isMore = false;
    while (state.size < limits.gatheredRowsMax) {
      const inFlightMax = this.#options.poison.isSerial ? 1 : limits.entitiesInFlightMax;
      const queued = this.#turns.next(() => this.#take(), inFlightMax);
      if (queued === undefined) break;
      this.#begin(queued);
      if (this.#isEnded) return 'idle';
      isMore = systemClock.now() >= until;
      if (isMore) break;
    }
    this.settle();
    return isMore ? 'more' : 'idle';
  }

  /** Takes nothing more; hooks that are waited for come too late. */
  stop(): void {
    this.#isEnded = true;
  }

  /** Moves the cursor to where the tasks are, for whatever has been put beside them too. */
  settle(): void {
    const { store, lanes } = this.#options;
    if (!this.#news.isDirty) return;
    store.moveCursor(lanes[0]!.progress.cursor(), lanes[1]!.progress.cursor());
    const news = this.#news;
    for (const target of store.takeTargets()) news.targets.add(target);
    news.lows = [lanes[0]!.progress.low, lanes[1]!.progress.low];
    this.#news = new CommitNews();
    this.#options.settle(news);
  }

  /** Something beside a task has been put into the state: a row removed, a letter replayed. */
  touched(rows = 0): void {
    this.#news.isDirty = true;
    this.#news.rows += rows;
  }

  #take(): QueuedTask | undefined {
    const [derived, external] = this.#options.lanes;
    const queued = derived!.queue.take() ?? external!.queue.take();
    if (queued === undefined) return undefined;
    this.takenFrom = queued.entry.receivedAt;
    return this.#options.sift(queued);
  }

  #begin(queued: QueuedTask): void {
    const note = this.#options.poison.begin(queued.lane, queued.number);
    if (typeof note === 'object') {
      this.#bury(queued, { reason: 'poison', message: this.#poisoned(note) });
      this.#ended(queued, false);
      return;
    }
    const hand = this.#handOf(queued, note);
    this.#go({ hand, run: runTask(hand), note, isHeld: false }, (run) => run.next());
  }

  #poisoned({ hook }: Poison): string {
    const text =
      'expected a thread to survive this task, got two deaths at it, or three of the process';
    if (hook === 0) return `${text}, before any hook began`;
    const known = this.#options.kit.table.hookOf(hook);
    const name = known === undefined ? 'one that is no more' : `${known.name} (${known.type})`;
    return `${text}; the hook that began last: ${name}`;
  }

  #handOf(queued: QueuedTask, note: number): TaskInHand {
    const { kit, partition, poison } = this.#options;
    const reads = this.#reads;
    const scope = new TaskScope({
      kit,
      partition,
      queued,
      reads,
      current: () => hand.current,
      now: systemClock.wallNow(),
      poison,
      note,
    });
    const seq = seqOf(queued.number, queued.lane as Lane);
    const hand: TaskInHand = { queued, seq, kit, reads, scope, current: undefined };
    return hand;
  }

  /** As far as it goes without waiting. */
  #go(task: InFlight, step: (run: TaskRun) => IteratorResult<Promise<unknown>, TaskResult>): void {
    const { queued } = task.hand;
    let prepared: Prepared;
    try {
      const taken = step(task.run);
      if (taken.done !== true) {
        this.#wait(task, taken.value);
        return;
      }
      prepared = this.#options.store.prepare(queued, taken.value, task.hand.scope.now);
    } catch (error) {
      this.#failed(task, error);
      return;
    }
    try {
      this.#news.rows += this.#options.store.put(prepared);
    } catch (error) {
      // Half of it may be in the state: only what is stored is to be trusted.
      this.#broken(error);
      return;
    }
    this.#count(prepared.result);
    this.#options.poison.end(task.note);
    this.#ended(queued, task.isHeld);
  }

  #wait(task: InFlight, promise: Promise<unknown>): void {
    if (!task.isHeld) this.#turns.hold(task.hand.queued);
    task.isHeld = true;
    const goOn = (step: (run: TaskRun) => IteratorResult<Promise<unknown>, TaskResult>): void => {
      if (this.#isEnded) return;
      this.#options.kit.environments.refresh();
      this.#go(task, step);
      if (!this.#isEnded) this.settle();
    };
    promise.then(
      (value) => goOn((run) => run.next(value)),
      (error: unknown) => goOn((run) => run.throw(error)),
    );
  }

  /** Nothing of the task is in the state. Hooks never throw here: it is our own code, or the store. */
  #failed(task: InFlight, error: unknown): void {
    const { queued } = task.hand;
    if (STORE_CODES.some((code) => hasCode(error, code))) {
      this.#broken(error);
      return;
    }
    const text = error instanceof Error ? error.message : textOf(error);
    this.#bury(queued, {
      reason: 'failed',
      message: `expected the task to be applied, got: ${text}`,
    });
    this.#options.poison.end(task.note);
    this.#ended(queued, task.isHeld);
  }

  #broken(error: unknown): void {
    this.#isEnded = true;
    this.#options.fail(error);
  }

  #bury(queued: QueuedTask, why: { reason: 'poison' | 'failed'; message: string }): void {
    this.#options.store.bury(queued, why, systemClock.wallNow());
  }

  #ended(queued: QueuedTask, wasHeld: boolean): void {
    this.#options.lanes[queued.lane]!.progress.finish(queued.number);
    this.#turns.end(queued, wasHeld);
    this.#news.isDirty = true;
    this.#options.kit.counters.tasksApplied++;
  }

  #count(result: TaskResult): void {
    const { counters } = this.#options.kit;
    counters.pointsApplied += result.points;
    if (result.effect === 'created') counters.entitiesCreated++;
    if (result.effect === 'deleted') counters.entitiesDeleted++;
    if (result.effect === 'denied') counters.tasksDenied++;
  }
}

function readsOf({ state, kit, partition }: WorkerOptions): TaskReads {
  const { unlinksAtOnce, refreshedAtOnce } = kit.init.limits;
  return {
    record: (etype, eid) => state.record({ etype, eid }),
    lastIncarnation: (etype, eid) => state.tombstone({ etype, eid }),
    chunks: (etype, eid, attr, t1From, t1To) =>
      state.chunks({ etype, eid }, attr, { t1From, t1To }),
    links: (etype, eid, from) => state.links({ etype, eid }, from),
    linksPage: (etype, eid, after) => state.linksPage({ etype, eid }, after, unlinksAtOnce),
    ids: (etype, after) =>
      kit.entities
        .listOf(etype, partition, { after, countMax: refreshedAtOnce })
        .map(({ eid }) => eid),
  };
}
