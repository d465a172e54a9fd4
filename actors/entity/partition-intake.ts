/**
 * The way into a partition's log: entries from outside, rows of other partitions' outboxes, tasks it gives itself. Each is
 * answered when it is durable, and once, however often it comes.
 *
 *   repeated?  ─ a request's key, a source's mark ─> answered as before
 *   numbered, appended ─> flushed ─> into its lane's queue, answered
 *
 * Runs on: thread.
 */
import { hasCode } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import {
  decodeEntry,
  encodeEntry,
  LANES,
  type Lane,
  outboxSource,
  sweepTask,
  type Task,
} from '../../stores/internal.js';
import type { AppendOutcome } from './append-protocol.js';
import type { Intake } from './hosted-intakes.js';
import type { LaneQueue } from './lane-queue.js';
import type { DerivedRow } from './outbox-delivery.js';
import type { RequestKey } from './partition-protocol.js';
import type { ThreadKit } from './thread-kit.js';

/** What the intake needs of its partition. */
export interface IntakeOptions {
  readonly kit: ThreadKit;
  readonly partition: number;
  /** By lane. */
  readonly queues: readonly LaneQueue[];
  /** Something was numbered: the lag has grown. */
  readonly appended: () => void;
  /** Something is durable: there is work. */
  readonly durable: () => void;
  /** The log could not be written: begin anew from what is stored. */
  readonly fail: (error: unknown) => void;
}

/** An entry on its way to the disk. */
interface WrittenEntry {
  /** Of its first task. */
  readonly number: number;
  readonly tasks: number;
  readonly bytes: Uint8Array;
  readonly settled: ((outcome: AppendOutcome) => void) | undefined;
}

/** Entries that flush together. */
interface WrittenGroup {
  readonly flushed: Promise<void>;
  readonly entries: WrittenEntry[];
  readonly stored: Promise<void>;
}

export class PartitionIntake implements Intake {
  readonly #options: IntakeOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  /** By lane: the last group of entries that the log writes together. */
  readonly #groups: (WrittenGroup | undefined)[] = [];
  #lastDerived: Promise<void> = Promise.resolve();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  append(
    entry: { readonly bytes: Uint8Array; readonly tasks: number },
    request: RequestKey | undefined,
    settled: (outcome: AppendOutcome) => void,
  ): void {
    try {
      const repeated = request && this.#repeated(request, settled);
      if (repeated === true) return;
      const at = systemClock.wallNow();
      void this.#write(LANES.external, entry.bytes, entry.tasks, {
        request: request && { ...request, at },
        settled,
      });
    } catch (error) {
      this.#options.fail(error);
      settled('failed');
    }
  }

  async claim(request: RequestKey): Promise<'new' | 'repeated' | 'conflict' | 'full'> {
    const { kit, partition } = this.#options;
    const at = systemClock.wallNow();
    const seen = kit.log.request(partition, request.key, at);
    if (seen !== undefined) {
      if (!isSame(seen.body, request.body)) return 'conflict';
      await seen.flushed;
      return 'repeated';
    }
    try {
      await this.#tracked(kit.log.claim(partition, { ...request, at }));
      return 'new';
    } catch (error) {
      if (!hasCode(error, 'STORE_FULL')) throw error;
      kit.words.setFull(systemClock.wallNow());
      return 'full';
    }
  }

  /** Rows that were taken before have no second effect; they are answered when those they came with are durable. */
  derived(source: number, rows: readonly DerivedRow[]): Promise<void> {
    const { kit, partition } = this.#options;
    const name = outboxSource(source);
    const taken = kit.log.mark(partition, name);
    for (const { number, bytes } of rows) {
      if (number <= taken) continue;
      const { tasks } = decodeEntry(bytes);
      const mark = { source: name, number };
      this.#lastDerived = this.#write(LANES.derived, bytes, tasks.length, { mark });
    }
    return this.#lastDerived;
  }

  /** Logs a task by which the creation hooks of all entities of a type run again. Answers how many there are. */
  async refresh(etype: string): Promise<number> {
    const { kit, partition } = this.#options;
    const etypeNo = kit.numbers.etypeNo(etype);
    kit.environments.refresh();
    const count = kit.entities.count(etypeNo, partition);
    await this.#write(
      LANES.derived,
      this.#ownEntry([sweepTask(etypeNo, { work: 'begin-sweep' })]),
      1,
      {},
    );
    return count;
  }

  /** Resolves when what is under way has settled. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #ownEntry(tasks: readonly Task[]): Uint8Array {
    const { numbers, init } = this.#options.kit;
    return encodeEntry({
      receivedAt: systemClock.wallNow(),
      schema: numbers.schema,
      origin: { by: 'api' },
      cause: undefined,
      depth: 0,
      budget: init.limits.derivedBudget,
      tasks,
    });
  }

  /** True for a request that was taken before: it is told what that came to. */
  #repeated(request: RequestKey, settled: (outcome: AppendOutcome) => void): boolean {
    const { kit, partition } = this.#options;
    const seen = kit.log.request(partition, request.key, systemClock.wallNow());
    if (seen === undefined) return false;
    if (!isSame(seen.body, request.body)) {
      settled('conflict');
      return true;
    }
    // One that was only claimed has no tasks yet.
    if (seen.tasks === 0) return false;
    const last = seen.number + seen.tasks - 1;
    Promise.resolve(seen.flushed).then(
      () => settled(last),
      () => settled('failed'),
    );
    return true;
  }

  /** Resolves when it is durable and queued. */
  #write(
    lane: Lane,
    bytes: Uint8Array,
    tasks: number,
    beside: {
      readonly mark?: { readonly source: string; readonly number: number };
      readonly request?: (RequestKey & { readonly at: number }) | undefined;
      readonly settled?: (outcome: AppendOutcome) => void;
    },
  ): Promise<void> {
    const { kit, partition } = this.#options;
    const { mark, request, settled } = beside;
    const { number, flushed } = kit.log.append({ partition, lane, bytes, tasks, mark, request });
    this.#options.appended();
    let group = this.#groups[lane];
    if (group?.flushed !== flushed) {
      const entries: WrittenEntry[] = [];
      group = { flushed, entries, stored: this.#tracked(this.#stored(lane, flushed, entries)) };
      this.#groups[lane] = group;
    }
    group.entries.push({ number, tasks, bytes, settled });
    return group.stored;
  }

  /** What the log writes together is told together. */
  async #stored(
    lane: Lane,
    flushed: Promise<void>,
    entries: readonly WrittenEntry[],
  ): Promise<void> {
    const { kit, queues, durable, fail } = this.#options;
    try {
      await flushed;
    } catch (error) {
      const isFull = hasCode(error, 'STORE_FULL');
      if (isFull) kit.words.setFull(systemClock.wallNow());
      fail(error);
      for (const { settled } of entries) settled?.(isFull ? 'full' : 'failed');
      throw error;
    }
    for (const { number, tasks, bytes, settled } of entries) {
      kit.counters.tasksAppended += tasks;
      queues[lane]!.durable(number, tasks, bytes);
      settled?.(number + tasks - 1);
    }
    durable();
  }

  #tracked<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise);
    const letGo = (): void => void this.#underWay.delete(promise);
    promise.then(letGo, letGo);
    return promise;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
