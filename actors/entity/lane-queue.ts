/**
 * The tasks of one lane that are durable and not begun, in their order. What was just appended is taken from memory, up
 * to a bound of bytes; beyond it, and after a start, from the log.
 *
 *     done …  low … | taken | in memory | only in the log | appended, not flushed
 *                              from        tail              end
 *
 * Runs on: thread.
 */
import { decodeEntry, type LogEntry, type Task } from '../../stores/internal.js';
import type { LaneProgress } from './lane-progress.js';

/** One row of the log. */
export interface LaneRow {
  /** Of its first task. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** A task that is to be worked on. */
export interface QueuedTask {
  readonly lane: number;
  readonly number: number;
  readonly task: Task;
  /** The entry it came in. */
  readonly entry: LogEntry;
  /** Entity type and id as one word. */
  readonly key: string;
  /** It is older than the erasure of its entity: of it only what keeps links in step counts. */
  readonly isVoid?: boolean;
}

export interface LaneQueueOptions {
  readonly lane: number;
  readonly progress: LaneProgress;
  /** The number that the next append will take: all below are durable. */
  readonly end: number;
  /** Bytes of entries kept in memory. */
  readonly bytesMax: number;
  /** Rows of the log from the one that holds the number `from` on; at least one if there is one. */
  readonly read: (from: number) => readonly LaneRow[];
}

export class LaneQueue {
  readonly #options: LaneQueueOptions;
  #rows: LaneRow[] = [];
  #bytes = 0;
  /** Numbers below it are taken or in memory. */
  #tail: number;
  #end: number;
  /** Flushed before what stands before it. */
  readonly #early = new Map<number, { readonly tasks: number; readonly bytes: Uint8Array }>();
  #entry: LogEntry | undefined;
  #entryNumber = 0;
  #index = 0;

  constructor(options: LaneQueueOptions) {
    this.#options = options;
    this.#tail = options.progress.low;
    this.#end = options.end;
  }

  /** The number after the last durable task. */
  get end(): number {
    return this.#end;
  }

  /** An entry has been flushed. */
  durable(number: number, tasks: number, bytes: Uint8Array): void {
    this.#early.set(number, { tasks, bytes });
    for (;;) {
      const next = this.#early.get(this.#end);
      if (next === undefined) return;
      this.#early.delete(this.#end);
      this.#keep(this.#end, next.tasks, next.bytes);
      this.#end += next.tasks;
    }
  }

  /** The next task that is not done. */
  take(): QueuedTask | undefined {
    for (;;) {
      const entry = this.#entry;
      if (entry === undefined || this.#index >= entry.tasks.length) {
        if (!this.#nextEntry()) return undefined;
        continue;
      }
      const number = this.#entryNumber + this.#index;
      const task = entry.tasks[this.#index++]!;
      if (this.#options.progress.isDone(number)) continue;
      const { lane } = this.#options;
      return { lane, number, task, entry, key: `${task.etype}/${task.eid}` };
    }
  }

  /** Only what continues what is there: the rest is read from the log when its turn comes. */
  #keep(number: number, tasks: number, bytes: Uint8Array): void {
    if (number !== this.#tail || this.#bytes + bytes.length > this.#options.bytesMax) return;
    this.#rows.push({ number, bytes });
    this.#bytes += bytes.length;
    this.#tail += tasks;
  }

  #nextEntry(): boolean {
    this.#entry = undefined;
    let row = this.#rows.shift();
    if (row === undefined) {
      this.#refill();
      row = this.#rows.shift();
      if (row === undefined) return false;
    }
    this.#bytes -= row.bytes.length;
    this.#entry = decodeEntry(row.bytes);
    this.#entryNumber = row.number;
    this.#index = 0;
    if (row.number + this.#entry.tasks.length > this.#tail)
      this.#tail = row.number + this.#entry.tasks.length;
    return true;
  }

  #refill(): void {
    if (this.#tail >= this.#end) return;
    for (const row of this.#options.read(this.#tail)) {
      if (row.number >= this.#end) break;
      this.#rows.push(row);
      this.#bytes += row.bytes.length;
    }
  }
}
