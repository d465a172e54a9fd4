/**
 * Writes what the partitions of a thread have changed: one commit at a time, and each takes all that has gathered, up to a
 * bound, so that commits are small when little happens and large when much does.
 *
 *     partitions  ──request──▶  waiting   ──┐ the commit before has flushed
 *                                           ▼
 *                               a block per partition, each with its cursor as guard, in one transaction
 *
 * A partition whose guard does not hold is refused alone; a transaction that fails fails for all in it.
 * Runs on: any.
 */
import { assert, systemClock } from '../core/internal.js';
import { decodeCursor } from './cursor-codec.js';
import { EntityStore } from './entity-store.js';
import type { Environments, StateEnvironment } from './environment.js';
import * as keys from './keys.js';
import { STORE_LIMITS } from './limits.js';
import { LinkIndex } from './link-index.js';
import { PartitionState } from './partition-state.js';

export interface CommitterOptions {
  /** Changes of each partition that are kept for readers; default 0. */
  readonly changesKeptMax?: number;
  /** Epoch ms; default the system clock's. */
  readonly wallNow?: () => number;
}

/** One per thread. */
export class Committer {
  readonly #environment: StateEnvironment;
  readonly #entities: EntityStore;
  readonly #links: LinkIndex;
  readonly #changesKeptMax: number;
  readonly #wallNow: () => number;
  readonly #waiting = new Set<PartitionState>();
  #isCommitting = false;
  #commits = 0;

  constructor(environments: Environments, options: CommitterOptions = {}) {
    this.#environment = environments.state;
    this.#entities = new EntityStore(environments);
    this.#links = new LinkIndex(environments);
    this.#changesKeptMax = options.changesKeptMax ?? 0;
    this.#wallNow = options.wallNow ?? (() => systemClock.wallNow());
  }

  /** Commits that have been begun since the thread began; only grows. */
  get commits(): number {
    return this.#commits;
  }

  /** A partition's state as it is stored now. Whatever this thread had of it before is refused when it is written. */
  open(partition: number): PartitionState {
    this.#environment.refresh();
    const { cursors } = this.#environment.tables;
    const key = keys.partitionKey(partition);
    const bytes = cursors.get(key);
    const version = cursors.version(key);
    assert(
      bytes !== undefined && version !== undefined,
      `partition ${partition} to be one of this folder`,
    );
    return new PartitionState(
      partition,
      { cursor: decodeCursor(bytes), version },
      {
        environment: this.#environment,
        entities: this.#entities,
        links: this.#links,
        changesKeptMax: this.#changesKeptMax,
        wallNow: this.#wallNow,
        request: (state) => this.#request(state),
      },
    );
  }

  #request(state: PartitionState): void {
    this.#waiting.add(state);
    if (!this.#isCommitting) void this.#commitAll();
  }

  /** Never rejects: who waits for a partition's commit hears of it. */
  async #commitAll(): Promise<void> {
    this.#isCommitting = true;
    while (this.#waiting.size > 0) {
      const taken = this.#takeWaiting();
      if (taken.length > 0) this.#commits++;
      await Promise.all(taken.map((state) => this.#commit(state)));
    }
    this.#isCommitting = false;
  }

  /** Those who asked first, as many as one commit may take, but for those that failed since. */
  #takeWaiting(): PartitionState[] {
    const taken: PartitionState[] = [];
    let puts = 0;
    for (const state of this.#waiting) {
      if (taken.length > 0 && puts + state.size > STORE_LIMITS.commitPuts) break;
      puts += state.size;
      this.#waiting.delete(state);
      if (!state.isBroken) taken.push(state);
    }
    return taken;
  }

  async #commit(state: PartitionState): Promise<void> {
    try {
      if (await this.#environment.write(() => state.seal())) state.flushed();
      else state.failed();
    } catch (fault) {
      state.failed(fault);
    }
  }
}
