/**
 * A partition's part in erasing entities: what it applies says nothing of them any more, it says when all that was stored
 * before is done and delivered, and then it clears what it has stored. In turns, and from where it was when it ended.
 *
 *   order    the task that deletes the entity, into the log        read     what is to be erased from now on
 *   drain    applied up to there, and its outbox delivered         scrub    see partition-scrub.ts
 *
 * Runs on: thread.
 */
import { CodedError } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import {
  type DeadLetter,
  type EntityId,
  type EraseCounts,
  encodeEntry,
  LANES,
  type Lane,
  type LogEntry,
  type PartitionState,
  partitionOf,
  readEraseLedger,
} from '../../stores/internal.js';
import type { AppendOutcome } from './append-protocol.js';
import { EraseFilter } from './erase-filter.js';
import type { QueuedTask } from './lane-queue.js';
import { TaskLog } from './logged-task.js';
import { PartitionScrub } from './partition-scrub.js';
import type { ThreadKit } from './thread-kit.js';

/** What it needs of its partition. */
export interface EraserOptions {
  readonly kit: ThreadKit;
  readonly partition: number;
  readonly state: PartitionState;
  /** Takes an encoded entry of one task into the external lane. */
  readonly append: (bytes: Uint8Array, settled: (outcome: AppendOutcome) => void) => void;
  /** Calls back when all tasks of a lane up to that number are applied and stored; true if they are. */
  readonly whenApplied: (lane: Lane, number: number, then: () => void) => boolean;
  /** Commits what has been put into the state, the cursor where it is now; resolves when that has flushed. */
  readonly commit: () => Promise<void>;
  /** The number that the next row of its outbox gets. */
  readonly outboxNext: () => number;
  /** The bytes of a dead letter that nobody has taken. */
  readonly letterLeft: (number: number) => Uint8Array | undefined;
  readonly removeLetter: (number: number) => void;
  /** The partition works no more: nothing may be put. */
  readonly isEnded: () => boolean;
}

export class PartitionEraser {
  readonly #options: EraserOptions;
  readonly #log: TaskLog;
  #filter: EraseFilter | undefined;
  #deliveries: { readonly below: number; readonly resolve: () => void }[] = [];
  #scrubbing: Promise<Readonly<Record<string, EraseCounts>>> | undefined;

  constructor(options: EraserOptions) {
    this.#options = options;
    this.#log = new TaskLog(options.kit.log);
    this.read();
  }

  /** What is being erased is what the folder says now. Of what is only asked for, nothing at all is applied here. */
  read(): void {
    const { kit, partition } = this.#options;
    kit.environments.refresh();
    const { asked, accepted } = readEraseLedger(kit.environments.state);
    const own = asked
      .filter(({ name, eid }) => partitionOf(name, eid, kit.init.partitions) === partition)
      .map((one) => ({ ...one, partition, cuts: [] }));
    const all = [...accepted, ...own];
    this.#filter = all.length === 0 ? undefined : this.#filterOf(all);
  }

  /** The task as it may be applied. */
  sifted(queued: QueuedTask): QueuedTask {
    return this.#filter === undefined ? queued : this.#filter.sifted(queued);
  }

  /** The entry of a dead letter as it may be applied. */
  siftedLetter(letter: DeadLetter): LogEntry {
    return this.#filter === undefined ? letter.entry : this.#filter.siftedLetter(letter);
  }

  /**
   * Stores the task that deletes an entity that is asked to be erased, and what others have of it. Until the erasure is
   * accepted nothing else is applied to the entity, so that nothing older comes after that task. Rejects STORE_FULL.
   */
  async order(etype: number, eid: EntityId): Promise<void> {
    const { kit, append } = this.#options;
    this.read();
    const bytes = encodeEntry({
      receivedAt: systemClock.wallNow(),
      schema: kit.numbers.schema,
      origin: { by: 'api' },
      cause: undefined,
      depth: 0,
      budget: kit.init.limits.derivedBudget,
      tasks: [{ etype, eid, points: [], isDelete: true, isErase: true }],
    });
    const outcome = await new Promise<AppendOutcome>((resolve) => append(bytes, resolve));
    if (typeof outcome === 'number') return;
    throw new CodedError(
      outcome === 'full' ? 'STORE_FULL' : 'STORE_FAILED',
      `expected the deletion of an entity to be stored, got "${outcome}"`,
    );
  }

  /** The number that the next entry of each lane gets. */
  cuts(): readonly [number, number] {
    const { kit, partition } = this.#options;
    return [kit.log.next(partition, LANES.derived), kit.log.next(partition, LANES.external)];
  }

  /**
   * Resolves when all below that number of the external lane, and all that is in the derived lane then, has been applied, and
   * when what that derived is in the logs it is for.
   */
  async drain(external: number): Promise<void> {
    const { commit, outboxNext } = this.#options;
    await this.#applied(LANES.external, external - 1);
    await this.#applied(LANES.derived, this.cuts()[LANES.derived] - 1);
    await commit();
    const below = outboxNext();
    await new Promise<void>((resolve) => {
      this.#deliveries.push({ below, resolve });
      this.flushed();
    });
  }

  /** A commit has flushed: rows of the outbox may be gone. */
  flushed(): void {
    if (this.#deliveries.length === 0) return;
    const { kit, partition } = this.#options;
    kit.environments.refresh();
    const oldest = kit.outbox.oldest(partition) ?? Infinity;
    const waiting = this.#deliveries;
    this.#deliveries = waiting.filter(({ below }) => oldest < below);
    for (const { below, resolve } of waiting) if (oldest >= below) resolve();
  }

  /** Clears what is stored of the round's entities; answers what that took away, by the ids of the erasures. */
  scrub(): Promise<Readonly<Record<string, EraseCounts>>> {
    this.#scrubbing ??= this.#scrub().finally(() => {
      this.#scrubbing = undefined;
    });
    return this.#scrubbing;
  }

  async #scrub(): Promise<Readonly<Record<string, EraseCounts>>> {
    const { environments } = this.#options.kit;
    environments.refresh();
    const { accepted, round } = readEraseLedger(environments.state);
    if (round === undefined) return {};
    const filter = this.#filterOf(accepted.filter(({ id }) => round.erasures.includes(id)));
    return new PartitionScrub(this.#options, filter, round.id).run();
  }

  #filterOf(erasures: EraseFilter['index']['all']): EraseFilter {
    const { kit, partition } = this.#options;
    return new EraseFilter({
      erasures,
      attributeOf: (etype, attr) => kit.numbers.attributeOf(etype, attr),
      log: this.#log,
      refresh: () => kit.environments.refresh(),
      partition,
      causesMax: 2 * kit.init.limits.derivedDepthMax + 8,
    });
  }

  #applied(lane: Lane, number: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#options.whenApplied(lane, number, resolve)) resolve();
    });
  }
}
