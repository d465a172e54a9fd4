/**
 * The dead letters of one partition, as it takes them into its log again or forgets them. A letter goes in the commit that
 * holds what became of it, and is passed over from the moment that is put: a read finds it until the commit has flushed.
 * Runs on: thread.
 */
import {
  type DeadLetter,
  decodeDeadLetter,
  encodeEntry,
  isEmptyTask,
  isSweep,
  type LogEntry,
  type PartitionState,
  partitionOf,
} from '../../stores/internal.js';
import type { ResultStore } from './result-store.js';
import type { ThreadKit } from './thread-kit.js';

export interface LettersOptions {
  readonly kit: ThreadKit;
  readonly partition: number;
  readonly state: PartitionState;
  readonly store: ResultStore;
  /** The entry of a letter without what has been erased since. */
  sift(letter: DeadLetter): LogEntry;
  /** Stores what has been put, so many rows for its outbox among it. */
  commit(rows: number): Promise<void>;
}

/** What became of a letter. */
type Fate = 'taken' | 'dropped' | 'kept';

export class PartitionLetters {
  readonly #options: LettersOptions;
  /** Removed, and not flushed yet. */
  readonly #leaving = new Set<number>();

  constructor(options: LettersOptions) {
    this.#options = options;
  }

  /**
   * Takes dead letters into the log again, by its own outbox, in the commit that removes them. One whose entity type the
   * model no longer has stays where it is. Answers how many, once that is stored.
   */
  replay(numbers: readonly number[]): Promise<number> {
    return this.#each(numbers, (bytes) => this.#replayed(decodeDeadLetter(bytes)));
  }

  /** Forgets dead letters; answers as {@link replay}. */
  drop(numbers: readonly number[]): Promise<number> {
    return this.#each(numbers, () => 'dropped');
  }

  /** The bytes of a letter; undefined when it is gone, or on its way. */
  left(number: number): Uint8Array | undefined {
    if (this.#leaving.has(number)) return undefined;
    const { kit, partition } = this.#options;
    return kit.deadLetters.get(partition, number);
  }

  /** Goes with the commit that is gathered now. */
  remove(number: number): void {
    this.#options.state.removeDeadLetter(number);
    this.#leaving.add(number);
  }

  /** To be called before a commit; what it answers, when that has flushed: reads then find none of these. */
  beforeCommit(): () => void {
    const leaving = [...this.#leaving];
    return () => {
      if (leaving.length > 0) this.#options.kit.environments.refresh();
      for (const number of leaving) this.#leaving.delete(number);
    };
  }

  async #each(numbers: readonly number[], become: (bytes: Uint8Array) => Fate): Promise<number> {
    this.#options.kit.environments.refresh();
    let count = 0;
    let rows = 0;
    for (const number of new Set(numbers)) {
      const bytes = this.left(number);
      if (bytes === undefined) continue;
      const fate = become(bytes);
      if (fate === 'kept') continue;
      if (fate === 'taken') rows++;
      this.remove(number);
      count++;
    }
    if (count > 0) await this.#options.commit(rows);
    return count;
  }

  #replayed(letter: DeadLetter): Fate {
    const { kit, partition, store, sift } = this.#options;
    const entry = sift(letter);
    const [task] = entry.tasks;
    if (entry !== letter.entry && entry.tasks.every(isEmptyTask)) return 'dropped';
    const entity = task && kit.numbers.entityOf(task.etype);
    if (task === undefined || entity === undefined) return 'kept';
    const { partitions, limits } = kit.init;
    const target = isSweep(task) ? partition : partitionOf(entity.id, task.eid, partitions);
    store.putOutbox(
      target,
      encodeEntry({
        ...entry,
        // Whatever asks how old it is finds the task that it was.
        cause: entry.cause ?? { partition, seq: letter.seq },
        depth: 0,
        budget: limits.derivedBudget,
      }),
    );
    return 'taken';
  }
}
