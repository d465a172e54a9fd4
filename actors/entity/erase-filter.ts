/**
 * What of a task is left when entities are being erased: whatever was stored before an erasure was accepted, or follows
 * from that, may say nothing of its entity any more, wherever it still is: waiting in a log, in an outbox, as a letter.
 *
 *   task ── names an entity that is erased? ── no ──► as it is
 *             └── its causes, back to the task from outside: stored after the erasure was accepted? ── yes ──► as it is
 *                   └── its own: only what keeps links in step     of another: without values that link to it
 *
 * Runs on: any.
 */
import {
  type AcceptedErasure,
  type AttributeOf,
  type DeadLetter,
  ErasedIndex,
  eraseCut,
  eraseFromEntry,
  isTaskOf,
  type Lane,
  type LogEntry,
  placeOf,
  type Task,
  withoutPointsTo,
} from '../../stores/internal.js';
import type { QueuedTask } from './lane-queue.js';
import type { TaskLog } from './logged-task.js';

/** Where a task is in the logs. */
export interface TaskPlace {
  readonly partition: number;
  readonly lane: Lane;
  readonly number: number;
}

export interface EraseFilterOptions {
  readonly erasures: readonly AcceptedErasure[];
  readonly attributeOf: AttributeOf;
  readonly log: TaskLog;
  /** Lets reads of the log see all that is stored. */
  readonly refresh: () => void;
  /** Whose tasks are looked at. */
  readonly partition: number;
  /** Causes that are followed at most: more than tasks may have. */
  readonly causesMax: number;
}

export class EraseFilter {
  readonly index: ErasedIndex<AcceptedErasure>;
  readonly #options: EraseFilterOptions;

  constructor(options: EraseFilterOptions) {
    this.#options = options;
    this.index = new ErasedIndex(options.erasures, options.attributeOf);
  }

  /** The task as it may be applied. */
  sifted(queued: QueuedTask): QueuedTask {
    const { entry, lane, number } = queued;
    if (queued.task.isErase === true) return queued;
    const named = this.index.in(queued.task);
    if (named.length === 0) return queued;
    const place = { partition: this.#options.partition, lane: lane as Lane, number };
    let { task } = queued;
    let isVoid = false;
    for (const erasure of this.#older(named, entry, place)) {
      if (isTaskOf(task, erasure)) {
        isVoid = true;
        task = { etype: task.etype, eid: task.eid, points: [], links: task.links ?? [] };
      } else task = withoutPointsTo(task, erasure, this.#options.attributeOf);
    }
    if (task === queued.task) return queued;
    return isVoid ? { ...queued, task, isVoid } : { ...queued, task };
  }

  /** A dead letter's entry without what is erased: the same, if nothing is. */
  siftedLetter(letter: DeadLetter): LogEntry {
    return this.without(letter.entry, this.ofLetter(letter));
  }

  /** An entry of the log without what is erased; the same, if nothing is. */
  without(entry: LogEntry, erasures: readonly AcceptedErasure[]): LogEntry {
    const { attributeOf } = this.#options;
    return erasures.reduce((left, one) => eraseFromEntry(left, one, attributeOf), entry);
  }

  /** The erasures that an entry of this partition has to be cleared of. */
  ofEntry(entry: LogEntry, lane: Lane, number: number): readonly AcceptedErasure[] {
    const { partition } = this.#options;
    return this.#older(this.#namedIn(entry.tasks), entry, { partition, lane, number });
  }

  /** The erasures that a dead letter of this partition has to be cleared of. */
  ofLetter({ entry, seq }: DeadLetter): readonly AcceptedErasure[] {
    const { partition } = this.#options;
    return this.#older(this.#namedIn(entry.tasks), entry, { partition, ...placeOf(seq) });
  }

  /** True when the task there, or the one it follows from, was stored before the erasure was accepted. */
  isOlder(erasure: AcceptedErasure, place: TaskPlace): boolean {
    const { number, lane } = place;
    const logged = this.#options.log.task(place.partition, number * 2 + lane);
    return logged === undefined || isBefore(erasure, this.#rootOf(logged.entry, place));
  }

  #namedIn(tasks: readonly Task[]): readonly AcceptedErasure[] {
    return [...new Set(tasks.flatMap((task) => this.index.in(task)))];
  }

  #older(
    named: readonly AcceptedErasure[],
    entry: LogEntry,
    place: TaskPlace,
  ): readonly AcceptedErasure[] {
    if (named.length === 0) return named;
    // A cause that a view is too old for would be taken for one that is gone.
    this.#options.refresh();
    const root = this.#rootOf(entry, place);
    return named.filter((one) => isBefore(one, root));
  }

  /** Where the task from outside is that all began with; undefined where the logs do not reach so far back. */
  #rootOf(entry: LogEntry, place: TaskPlace): TaskPlace | undefined {
    let at = place;
    let { cause } = entry;
    for (let left = this.#options.causesMax; cause !== undefined; left--) {
      const logged = left > 0 ? this.#options.log.task(cause.partition, cause.seq) : undefined;
      if (logged === undefined) return undefined;
      at = { partition: cause.partition, ...placeOf(cause.seq) };
      cause = logged.entry.cause;
    }
    return at;
  }
}

/** What nothing is known of is old. */
function isBefore(erasure: AcceptedErasure, root: TaskPlace | undefined): boolean {
  if (root === undefined) return true;
  return root.number < eraseCut(erasure, root.partition, root.lane);
}
