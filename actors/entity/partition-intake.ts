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
  type Task,
} from '../../stores/internal.js';
import type { LaneQueue } from './lane-queue.js';
import type { DerivedRow } from './outbox-delivery.js';
import type { AppendAnswer, RequestKey } from './partition-protocol.js';
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

/** Entities whose creation hooks are run again in one entry. */
const REFRESH_TASKS = 256;

export class PartitionIntake {
  readonly #options: IntakeOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #lastDerived: Promise<void> = Promise.resolve();
  #isEnded = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  async append(
    bytes: Uint8Array,
    tasks: number,
    request: RequestKey | undefined,
  ): Promise<AppendAnswer> {
    const { kit, partition } = this.#options;
    const now = systemClock.wallNow();
    if (request !== undefined) {
      const seen = kit.log.request(partition, request.key, now);
      if (seen !== undefined && !isSame(seen.body, request.body)) return { type: 'conflict' };
      // One that was only claimed has no tasks yet.
      if (seen !== undefined && seen.tasks > 0) {
        await seen.flushed;
        return { type: 'stored', number: seen.number + seen.tasks - 1 };
      }
    }
    const number = this.#write(LANES.external, bytes, tasks, {
      request: request === undefined ? undefined : { ...request, at: now },
    });
    try {
      await number.flushed;
      return { type: 'stored', number: number.first + tasks - 1 };
    } catch (error) {
      if (hasCode(error, 'STORE_FULL')) return { type: 'full' };
      throw error;
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
      this.#lastDerived = this.#write(LANES.derived, bytes, tasks.length, { mark }).flushed;
    }
    return this.#lastDerived;
  }

  /** Logs a task for each entity of a type by which its creation hooks run again; some hundreds at a time. */
  async refresh(etype: string): Promise<number> {
    const { kit, partition } = this.#options;
    const etypeNo = kit.numbers.etypeNo(etype);
    let count = 0;
    let after: string | number | undefined;
    for (;;) {
      kit.environments.refresh();
      const found = kit.entities.listOf(etypeNo, partition, { after, countMax: REFRESH_TASKS });
      if (found.length === 0 || this.#isEnded) return count;
      const tasks = found.map(({ eid }): Task => {
        return { etype: etypeNo, eid, points: [], refresh: true };
      });
      await this.#write(LANES.derived, this.#ownEntry(tasks), tasks.length, {}).flushed;
      count += tasks.length;
      after = found.at(-1)!.eid;
    }
  }

  /** Resolves when what is under way has settled. */
  async stop(): Promise<void> {
    this.#isEnded = true;
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

  #write(
    lane: Lane,
    bytes: Uint8Array,
    tasks: number,
    beside: {
      readonly mark?: { readonly source: string; readonly number: number };
      readonly request?: (RequestKey & { readonly at: number }) | undefined;
    },
  ): { readonly first: number; readonly flushed: Promise<void> } {
    const { kit, partition, queues } = this.#options;
    const { number, flushed } = kit.log.append({ partition, lane, bytes, tasks, ...beside });
    this.#options.appended();
    const stored = flushed.then(
      () => {
        kit.counters.tasksAppended += tasks;
        queues[lane]!.durable(number, tasks, bytes);
        this.#options.durable();
      },
      (error: unknown) => {
        if (hasCode(error, 'STORE_FULL')) kit.words.setFull(systemClock.wallNow());
        this.#options.fail(error);
        throw error;
      },
    );
    return { first: number, flushed: this.#tracked(stored) };
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
