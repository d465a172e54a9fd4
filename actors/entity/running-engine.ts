/**
 * The front of an engine whose actors run: hands requests to ingest actors, looks at the shared words to see what is left
 * to do, and ends it all in order.
 *
 *   stop: closed to new requests ─> those under way answered ─> all stored tasks applied, or the deadline
 *         ─> ingest, partitions, modules, feed end ─> readers of changes end
 *
 * Runs on: main.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ActorRef,
  type ActorSystem,
  CodedError,
  hasCode,
  type Logger,
  move,
} from '../../core/index.js';
import { systemClock, textOf } from '../../core/internal.js';
import { type Folder, type Model, ModelNumbers } from '../../stores/internal.js';
import type { PlatformErrorCode } from '../errors.js';
import { awaitApplied, PASSING_CODES } from './await-applied.js';
import { removeCarefulNotes } from './careful-notes.js';
import type { ChangeReading, SubscribeOptions } from './change-feed.js';
import { type ChangeHub, changesNotKept } from './change-hub.js';
import { type ChangeSource, liveChanges } from './change-source.js';
import { DeadLetterDesk } from './dead-letter-desk.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import type { DeadLetterView } from './dead-letters.js';
import { DiskWatch } from './disk-watch.js';
import type {
  EngineStats,
  EntityEngine,
  IngestAnswer,
  IngestOptions,
  Position,
} from './entity-engine.js';
import { EraseDesk } from './erase-desk.js';
import type { Erasure } from './erasure.js';
import type { TaskInput } from './hook.js';
import type { IngestRef } from './ingest-actor.js';
import { busyAnswer, lostAnswer } from './ingest-answer.js';
import type { KitInit } from './kit-init.js';
import type { PartitionRef } from './partition-protocol.js';
import { releaseNotes } from './poison.js';
import { forgetMemory } from './run-board-actor.js';
import type { SharedWords } from './shared-words.js';
import type { KitCounters } from './thread-kit.js';
import { ThreadWatch } from './thread-watch.js';

/** How often the shared words are looked at while something is waited for. */
const LOOK_MS = 3;

const STOPPED = ['PLATFORM_STOPPED', 'SYSTEM_STOPPED', 'ACTOR_STOPPED'] as const;

/** Everything that was spawned. */
export interface EngineActors {
  readonly partitions: readonly PartitionRef[];
  readonly appenders: readonly ActorRef<unknown>[];
  readonly ingests: readonly IngestRef[];
  /** By actor of `moduleActors`, then by thread. */
  readonly modules: readonly (readonly ActorRef<unknown>[])[];
  /** The feed and the board. */
  readonly onMain: readonly ActorRef<unknown>[];
}

export interface EngineParts {
  readonly system: ActorSystem;
  readonly init: KitInit;
  readonly actors: EngineActors;
  readonly hub: ChangeHub;
  readonly model: Model;
  readonly folder: Folder;
  readonly words: SharedWords;
  readonly logger: Logger;
}

export class RunningEngine implements EntityEngine {
  readonly init: KitInit;
  readonly moduleRefs: EngineActors['modules'];
  readonly #parts: EngineParts;
  readonly #words: SharedWords;
  readonly #changes: ChangeSource;
  readonly #letters: DeadLetterReader;
  readonly #letterDesk: DeadLetterDesk;
  readonly #erasing: EraseDesk;
  readonly #threads: ThreadWatch;
  readonly #disk: DiskWatch;
  #requests = 0;
  #nextIngest = 0;
  #stopping: Promise<{ drained: boolean; left: number }> | undefined;

  constructor(parts: EngineParts) {
    const { init, actors, model, folder, words, logger } = parts;
    this.#parts = parts;
    this.init = init;
    this.moduleRefs = actors.modules;
    this.#words = parts.words;
    this.#changes = liveChanges(folder, parts.words);
    const numbers = ModelNumbers.of(init.numbers, model);
    this.#letters = new DeadLetterReader(folder, numbers, init.limits);
    this.#letterDesk = new DeadLetterDesk(actors.partitions, init.limits);
    this.#erasing = new EraseDesk({ folder, numbers, partitions: actors.partitions, init });
    this.#threads = new ThreadWatch(parts.system);
    const quietMs = init.limits.diskQuietMs;
    this.#disk = new DiskWatch({ words, dir: init.dir, quietMs, logger });
    if (!init.isFormerModel) this.#erasing.resume();
  }

  ingest(
    body: Uint8Array | string | readonly unknown[],
    options: IngestOptions = {},
  ): Promise<IngestAnswer> {
    return this.#request(options, (ingest, deadlineMs) => {
      const to = ingest.with({ deadlineMs });
      if (Array.isArray(body)) return to.ask('ingestItems', body, options);
      const bytes = typeof body === 'string' ? Buffer.from(body) : (body as Uint8Array);
      return to.ask('ingest', move(bytes), options);
    });
  }

  submit(tasks: readonly TaskInput[], options: IngestOptions = {}): Promise<IngestAnswer> {
    return this.#request(options, (ingest, deadlineMs) =>
      ingest.with({ deadlineMs }).ask('submit', tasks, options),
    );
  }

  async applied(
    positions: readonly Position[],
    options: { deadlineMs?: number } = {},
  ): Promise<void> {
    const deadlineMs = options.deadlineMs ?? this.init.limits.appliedMs;
    const until = systemClock.now() + deadlineMs;
    await Promise.all(positions.map((position) => this.#appliedAt(position, until)));
  }

  async idle(options: { deadlineMs?: number } = {}): Promise<void> {
    const deadlineMs = options.deadlineMs ?? this.init.limits.appliedMs;
    if (await this.#quiet(systemClock.now() + deadlineMs)) return;
    throw new CodedError(
      'ASK_TIMEOUT',
      `expected all stored tasks to be applied within ${deadlineMs} ms, got ${this.#left()} left`,
    );
  }

  subscribe(options: SubscribeOptions = {}): ChangeReading {
    this.#assertOpen();
    const unknown = options.etypes?.find((etype) => !this.#parts.model.entities.has(etype));
    if (unknown !== undefined) throw unknownType(unknown);
    if (this.init.changesKeptMax === 0) throw changesNotKept();
    return this.#parts.hub.subscribe(this.#changes, options);
  }

  async refresh(etype: string): Promise<number> {
    this.#assertOpen();
    if (!this.#parts.model.entities.has(etype)) throw unknownType(etype);
    const { actors } = this.#parts;
    const counts = await Promise.all(
      actors.partitions.map((ref) =>
        ref.with({ deadlineMs: Number.POSITIVE_INFINITY }).ask('refresh', etype),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async deadLetters(
    options: { countMax?: number; after?: string } = {},
  ): Promise<DeadLetterView[]> {
    return this.#letters.list(options);
  }

  async replayDeadLetters(ids: readonly string[]): Promise<number> {
    this.#assertOpen();
    return this.#letterDesk.each(ids, 'replayDeadLetters');
  }

  async dropDeadLetters(ids: readonly string[]): Promise<number> {
    this.#assertOpen();
    return this.#letterDesk.each(ids, 'dropDeadLetters');
  }

  async erase(etype: string, eid: unknown): Promise<string> {
    this.#assertOpen();
    const entity = this.#parts.model.entities.get(etype);
    if (entity === undefined) throw unknownType(etype);
    const id = entity.idType.parse(eid);
    if (typeof id === 'object')
      throw new CodedError<PlatformErrorCode>(
        'ENTITY_ID_INVALID',
        `expected an id of type ${entity.idType.name} for "${etype}", got ${textOf(eid)}`,
      );
    return this.#erasing.ask(entity, id);
  }

  async erased(id: string): Promise<Erasure | undefined> {
    return this.#erasing.ended(id);
  }

  erasures(): readonly Erasure[] {
    return this.#erasing.list();
  }

  async stats(): Promise<EngineStats> {
    const { actors, init } = this.#parts;
    const answers = await Promise.allSettled(actors.ingests.map((ref) => ref.ask('counters')));
    const counters = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const sum = (name: keyof KitCounters): number =>
      counters.reduce((total, one) => total + one[name], 0);
    const each = (read: (partition: number) => number): number[] =>
      Array.from({ length: init.partitions }, (_, partition) => read(partition));
    const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
    const lags = each((partition) => this.#words.lag(partition));
    return {
      tasksAppended: sum('tasksAppended'),
      tasksApplied: sum('tasksApplied'),
      tasksDerived: sum('tasksDerived'),
      tasksDenied: sum('tasksDenied'),
      pointsApplied: sum('pointsApplied'),
      entitiesCreated: sum('entitiesCreated'),
      entitiesDeleted: sum('entitiesDeleted'),
      hooksFailed: sum('hooksFailed'),
      deadLetters: sum('deadLetters'),
      commits: sum('commits'),
      partitionRestarts: total(each((partition) => this.#words.restarts(partition))),
      lag: total(lags),
      outbox: total(each((partition) => this.#words.outbox(partition))),
      deadLettersStored: this.#letters.stored(),
      diskFull: this.isDiskFull ? 1 : 0,
      lags,
      ...this.#threads.counts(),
    };
  }

  get restingThreads(): readonly number[] {
    return this.#threads.resting;
  }

  get isDiskFull(): boolean {
    return this.#disk.isFull;
  }

  forgive(thread: number): void {
    for (const [partition, ref] of this.#parts.actors.partitions.entries())
      if (ref.address.thread === thread) releaseNotes(this.#words, partition);
  }

  stop(options: { deadlineMs?: number } = {}): Promise<{ drained: boolean; left: number }> {
    this.#stopping ??= this.#stop(options.deadlineMs ?? this.init.limits.engineStopMs);
    return this.#stopping;
  }

  async #stop(deadlineMs: number): Promise<{ drained: boolean; left: number }> {
    const { system, actors, hub, init } = this.#parts;
    const until = systemClock.now() + deadlineMs;
    this.#words.close();
    this.#erasing.halt();
    while (this.#requests > 0 && systemClock.now() < until) await sleep(LOOK_MS);
    const drained = await this.#quiet(until);
    const end = (refs: readonly ActorRef<unknown>[]): Promise<unknown> =>
      Promise.all(refs.map((ref) => system.stopActor(ref)));
    await end(actors.ingests);
    await end(actors.appenders);
    await end(actors.partitions);
    await this.#erasing.settled();
    await end(actors.modules.flat());
    await end(actors.onMain);
    hub.end();
    this.#threads.end();
    this.#disk.end();
    forgetMemory(init.runId);
    const left = this.#left();
    removeCarefulNotes(init.dir);
    return { drained: drained && left === 0, left };
  }

  /** Asks the ingest actors in turn. What only says that it was not to be now is an answer. */
  async #request(
    { idempotencyKey }: IngestOptions,
    ask: (ingest: IngestRef, deadlineMs: number) => Promise<IngestAnswer>,
  ): Promise<IngestAnswer> {
    this.#assertOpen();
    const { ingests } = this.#parts.actors;
    const { appendMs, appliedMs, retryAfterMs } = this.init.limits;
    const ingest = ingests[this.#nextIngest++ % ingests.length]!;
    this.#requests++;
    try {
      return await ask(ingest, 2 * (appendMs + appliedMs));
    } catch (error) {
      if (hasCode(error, 'MAILBOX_FULL'))
        return busyAnswer('The request could not be taken now', retryAfterMs);
      if (PASSING_CODES.some((code) => hasCode(error, code)))
        return lostAnswer({ isUnknown: true, isKeyed: idempotencyKey !== undefined, retryAfterMs });
      if (STOPPED.some((code) => hasCode(error, code))) throw stopped();
      throw error;
    } finally {
      this.#requests--;
    }
  }

  async #appliedAt([partition, lane, number]: Position, untilMs: number): Promise<void> {
    const ref = this.#parts.actors.partitions[partition];
    if (ref === undefined || (lane !== 0 && lane !== 1)) return;
    try {
      await awaitApplied(ref, { lane, number, untilMs });
    } catch (error) {
      throw STOPPED.some((code) => hasCode(error, code)) ? stopped() : error;
    }
  }

  /**
   * True when nothing is left to do: two looks at empty partitions between which nothing was appended anywhere, since what
   * leaves an outbox is counted at its target before it is gone.
   */
  async #quiet(until: number): Promise<boolean> {
    for (;;) {
      const before = this.#appends();
      if (this.#left() === 0 && this.#left() === 0 && this.#appends() === before) return true;
      if (systemClock.now() >= until) return false;
      await sleep(LOOK_MS);
    }
  }

  #left(): number {
    let left = 0;
    for (let partition = 0; partition < this.init.partitions; partition++)
      left += this.#words.lag(partition) + this.#words.outbox(partition);
    return left;
  }

  #appends(): number {
    let appends = 0;
    for (let partition = 0; partition < this.init.partitions; partition++)
      appends = (appends + this.#words.appends(partition)) | 0;
    return appends;
  }

  #assertOpen(): void {
    if (this.#stopping !== undefined) throw stopped();
  }
}

function unknownType(etype: string): CodedError<PlatformErrorCode> {
  return new CodedError('ENTITY_UNKNOWN', `expected an entity type of the model, got "${etype}"`);
}

function stopped(): CodedError<PlatformErrorCode> {
  return new CodedError('PLATFORM_STOPPED', 'expected a running platform, got one that stops');
}
