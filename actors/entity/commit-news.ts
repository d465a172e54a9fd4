/**
 * What is to be told when a commit has flushed: gathered while tasks are stored in the partition's state, one for each
 * commit.
 * Runs on: thread.
 */

export class CommitNews {
  /** Something has been put. */
  isDirty = false;
  /** Partitions that rows were put for. */
  readonly targets = new Set<number>();
  /** By lane: every task below is done. */
  lows: readonly number[] = [];
  /** Outbox rows more, or less, than before. */
  rows = 0;

  /** What came after, in the same commit. */
  join(later: CommitNews): void {
    for (const target of later.targets) this.targets.add(target);
    this.lows = later.lows;
    this.rows += later.rows;
  }
}
