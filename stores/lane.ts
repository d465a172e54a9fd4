/**
 * The two lanes of a partition, and how far each has come. A lane is a numbered log; a number counts tasks, from 1, so
 * an entry that holds k tasks takes the numbers n to n + k - 1. Tasks may finish out of order; the cursor says which are
 * done:
 *
 *     done  done  done  .     done  .     .          low = 4, finished = [5]
 *      1     2     3    4      5    6     7
 *
 * Runs on: any.
 */
/** Derived tasks run before external ones and are never refused. */
export const LANES = { derived: 0, external: 1 } as const;
export type Lane = (typeof LANES)[keyof typeof LANES];

/** How far a lane has come: every number below `low` is done, and those in `finished` (ascending, all above `low`). */
export interface LaneCursor {
  readonly low: number;
  readonly finished: readonly number[];
}

/** What a partition knows of itself, moved by every commit together with what the commit changes. */
export interface PartitionCursor {
  /** By lane: derived, external. */
  readonly lanes: readonly [LaneCursor, LaneCursor];
  /** The number of its next outbox row; rises for ever, so that a target can tell old from new. */
  readonly outboxNext: number;
  /** The number of its next dead letter. */
  readonly deadLetterNext: number;
  /** The number of its next change. */
  readonly changeNext: number;
}

/** Of a partition that has done nothing. */
export const FIRST_CURSOR: PartitionCursor = {
  lanes: [
    { low: 1, finished: [] },
    { low: 1, finished: [] },
  ],
  outboxNext: 1,
  deadLetterNext: 1,
  changeNext: 1,
};

/** The number that identifies a task within its partition: 2 * number + lane. */
export function seqOf(number: number, lane: Lane): number {
  return number * 2 + lane;
}

/** The lane and number a seq was made of. */
export function placeOf(seq: number): { readonly number: number; readonly lane: Lane } {
  return { number: Math.floor(seq / 2), lane: seq % 2 === 0 ? LANES.derived : LANES.external };
}
