/**
 * The log as reads see it: one task by its place, and the tasks of a lane from the newest back.
 * Runs on: any.
 */
import {
  decodeEntry,
  type EntryLog,
  LANES,
  type Lane,
  type LogEntry,
  placeOf,
  seqOf,
  type Task,
} from '../../stores/internal.js';

/** A task, and the entry it came in. */
export interface LoggedTask {
  readonly task: Task;
  readonly entry: LogEntry;
  readonly partition: number;
  readonly seq: number;
}

/** No task has a higher number: what is asked for behind it is the last entry. */
const NUMBER_MAX = 2 ** 52;
/** Numbers of a lane that are looked at in one read. */
const WINDOW = 64;
/** And about so many bytes of entries, which may be large. */
const WINDOW_BYTES = 256 * 1024;

export class TaskLog {
  readonly #log: EntryLog;

  constructor(log: EntryLog) {
    this.#log = log;
  }

  /** Undefined where the log has been cut since. */
  task(partition: number, seq: number): LoggedTask | undefined {
    const { number, lane } = placeOf(seq);
    const [row] = this.#log.read(partition, lane, number, { countMax: 1 });
    if (row === undefined || row.number > number) return undefined;
    const entry = decodeEntry(row.bytes);
    const task = entry.tasks[number - row.number];
    return task === undefined ? undefined : { task, entry, partition, seq };
  }

  /** Some entries of a lane, those with task `from` and later ones, in order; none when there are none. */
  entriesFrom(
    partition: number,
    lane: Lane,
    from: number,
  ): readonly { readonly number: number; readonly entry: LogEntry }[] {
    return this.#log
      .read(partition, lane, from, { countMax: WINDOW, bytesMax: WINDOW_BYTES })
      .filter((row) => row.number >= from)
      .map((row) => ({ number: row.number, entry: decodeEntry(row.bytes) }));
  }

  /** Tasks of both lanes of a partition, as two sequences that each go from the newest back. Nothing is held between two. */
  backward(partition: number): readonly Iterable<LoggedTask>[] {
    return Object.values(LANES).map((lane) => this.#lane(partition, lane));
  }

  *#lane(partition: number, lane: Lane): Generator<LoggedTask, void, undefined> {
    const [last] = this.#log.read(partition, lane, NUMBER_MAX, { countMax: 1 });
    if (last === undefined) return;
    let below = last.number + 1;
    while (below > 1) {
      const from = Math.max(1, below - WINDOW);
      // What lies between is at most WINDOW entries, since each takes a number at least.
      const rows = this.#log.read(partition, lane, from, { countMax: WINDOW });
      const window = rows.filter((row) => row.number < below);
      if (window.length === 0) return;
      for (const row of window.reverse()) yield* tasksOf(row, { partition, lane });
      below = (window.at(-1) as { number: number }).number;
    }
  }
}

/** The tasks of an entry, the last first. */
function* tasksOf(
  row: { readonly number: number; readonly bytes: Uint8Array },
  place: { readonly partition: number; readonly lane: Lane },
): Generator<LoggedTask, void, undefined> {
  const entry = decodeEntry(row.bytes);
  for (let at = entry.tasks.length - 1; at >= 0; at--) {
    const task = entry.tasks[at] as Task;
    yield { task, entry, partition: place.partition, seq: seqOf(row.number + at, place.lane) };
  }
}
