/**
 * Per source of data-points, the latest instant they reach: by what monitoring sees that a sender has gone silent. Folded
 * from the log as far back as it reaches, each time from where the last look ended.
 * Runs on: any.
 */
import { LANES } from '../../stores/internal.js';
import type { TaskLog } from './logged-task.js';
import { TimeSlices } from './time-slice.js';

export interface SourceLimits {
  readonly readSliceMs: number;
  readonly scanMs: number;
  /** Sources that are told apart, and the characters of one; what others there are is not shown. */
  readonly sourcesMax: number;
  readonly sourceCharsMax: number;
}

/** One of a thread. */
export class SourceValidity {
  readonly #log: TaskLog;
  readonly #limits: SourceLimits;
  /** Number of the next task to look at, by partition and lane. */
  readonly #next: { readonly partition: number; readonly lane: 0 | 1; number: number }[];
  readonly #latest = new Map<string, number>();
  #looking: Promise<boolean> | undefined;

  constructor(log: TaskLog, partitions: number, limits: SourceLimits) {
    this.#log = log;
    this.#limits = limits;
    this.#next = Array.from({ length: partitions }, (_, partition) =>
      Object.values(LANES).map((lane) => ({ partition, lane, number: 1 })),
    ).flat();
  }

  /**
   * Source -> greatest t2 of its data-points, epoch ms; plain values have none. Undefined when the log is too long to be
   * read in time: ask again, and it goes on from there. Calls at one time share one look.
   */
  async latest(): Promise<ReadonlyMap<string, number> | undefined> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return (await this.#looking) ? new Map(this.#latest) : undefined;
  }

  async #look(): Promise<boolean> {
    const { readSliceMs: sliceMs, scanMs: totalMs } = this.#limits;
    const slices = new TimeSlices({ sliceMs, totalMs });
    for (const place of this.#next) {
      for (;;) {
        const entries = this.#log.entriesFrom(place.partition, place.lane, place.number);
        for (const { number, entry } of entries) {
          for (const task of entry.tasks) for (const point of task.points) this.#see(point);
          place.number = number + entry.tasks.length;
        }
        if (entries.length === 0) break;
        if (slices.isSpent && !(await slices.pause())) return false;
      }
    }
    return true;
  }

  #see({ src, t2 }: { readonly src?: string | undefined; readonly t2: number }): void {
    if (src === undefined || t2 === 0 || src.length > this.#limits.sourceCharsMax) return;
    const known = this.#latest.get(src);
    if (known === undefined && this.#latest.size >= this.#limits.sourcesMax) return;
    if (known === undefined || t2 > known) this.#latest.set(src, t2);
  }
}
