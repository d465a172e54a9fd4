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
import { type ActorRef, type ActorSystem, CodedError, hasCode, move } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import { type Folder, type Model, ModelNumbers } from '../../stores/internal.js';
import type { PlatformErrorCode } from '../errors.js';
import { removeCarefulNotes } from './careful-notes.js';
import type { Change, ChangeGap, ChangeHub, SubscribeOptions } from './change-feed.js';
import { DeadLetterDesk } from './dead-letter-desk.js';
import type { DeadLetterView } from './dead-letters.js';
import type {
  EngineStats,
  EntityEngine,
  IngestAnswer,
  IngestOptions,
  Position,
} from './entity-engine.js';
import type { TaskInput } from './hook.js';
import type { IngestRef } from './ingest-actor.js';
import { busyAnswer } from './ingest-answer.js';
import type { KitInit } from './kit-init.js';
import type { PartitionRef } from './partition-protocol.js';
import { forgetMemory } from './run-board-actor.js';
import type { SharedWords } from './shared-words.js';
import type { KitCounters } from './thread-kit.js';

/** How often the shared words are looked at while something is waited for. */
const LOOK_MS = 3;

/** How an ask ends that was not taken, or whose actor went down over it. */
const PASSING = [
  'MAILBOX_FULL',
  'ACTOR_THREAD_DIED',
  'ACTOR_RESTARTED',
  'ASK_TIMEOUT',
  'THREAD_DIED',
] as const;
const STOPPED = ['PLATFORM_STOPPED', 'SYSTEM_STOPPED', 'ACTOR_STOPPED'] as const;

/** Everything that was spawned. */
export interface EngineActors {
  readonly partitions: readonly PartitionRef[];
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
}

export class RunningEngine implements EntityEngine {
  readonly init: KitInit;
  readonly moduleRefs: EngineActors['modules'];
  readonly #parts: EngineParts;
  readonly #words: SharedWords;
  readonly #letters: DeadLetterDesk;
  #requests = 0;
  #nextIngest = 0;
  #stopping: Promise<{ drained: boolean; left: number }> | undefined;

  constructor(parts: EngineParts) {
    const { init, actors, hub, model, folder } = parts;
    this.#parts = parts;
    this.init = init;
    this.moduleRefs = actors.modules;
    this.#words = parts.words;
    hub.onReaders = (change) => this.#words.addSubscribers(change);
    const numbers = ModelNumbers.of(init.numbers, model);
    this.#letters = new DeadLetterDesk(folder, numbers, actors.partitions, init.limits);
  }

  ingest(
    body: Uint8Array | string | readonly unknown[],
    options: IngestOptions = {},
  ): Promise<IngestAnswer> {
    return this.#request((ingest, deadlineMs) => {
      const to = ingest.with({ deadlineMs });
      if (Array.isArray(body)) return to.ask('ingestItems', body, options);
      const bytes = typeof body === 'string' ? Buffer.from(body) : (body as Uint8Array);
      return to.ask('ingest', move(bytes), options);
    });
  }

  submit(tasks: readonly TaskInput[], options: IngestOptions = {}): Promise<IngestAnswer> {
    return this.#request((ingest, deadlineMs) =>
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

  subscribe(options: SubscribeOptions = {}): AsyncIterable<Change | ChangeGap> {
    return this.#parts.hub.subscribe(options);
  }

  async refresh(etype: string): Promise<number> {
    this.#assertOpen();
    if (!this.#parts.model.entities.has(etype))
      throw new CodedError<PlatformErrorCode>(
        'ENTITY_UNKNOWN',
        `expected an entity type of the model, got "${etype}"`,
      );
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
    return this.#letters.each(ids, 'replayDeadLetters');
  }

  async dropDeadLetters(ids: readonly string[]): Promise<number> {
    this.#assertOpen();
    return this.#letters.each(ids, 'dropDeadLetters');
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
      lags,
    };
  }

  stop(options: { deadlineMs?: number } = {}): Promise<{ drained: boolean; left: number }> {
    this.#stopping ??= this.#stop(options.deadlineMs ?? this.init.limits.engineStopMs);
    return this.#stopping;
  }

  async #stop(deadlineMs: number): Promise<{ drained: boolean; left: number }> {
    const { system, actors, hub, init } = this.#parts;
    const until = systemClock.now() + deadlineMs;
    this.#words.close();
    while (this.#requests > 0 && systemClock.now() < until) await sleep(LOOK_MS);
    const drained = await this.#quiet(until);
    const end = (refs: readonly ActorRef<unknown>[]): Promise<unknown> =>
      Promise.all(refs.map((ref) => system.stopActor(ref)));
    await end(actors.ingests);
    await end(actors.partitions);
    await end(actors.modules.flat());
    await end(actors.onMain);
    hub.end();
    forgetMemory(init.runId);
    const left = this.#left();
    removeCarefulNotes(init.dir);
    return { drained: drained && left === 0, left };
  }

  /** Asks the ingest actors in turn. What only says that it was not to be now is an answer. */
  async #request(
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
      if (PASSING.some((code) => hasCode(error, code)))
        return busyAnswer('The request could not be taken now', retryAfterMs);
      if (STOPPED.some((code) => hasCode(error, code))) throw stopped();
      throw error;
    } finally {
      this.#requests--;
    }
  }

  /** A partition that begins anew forgets who waits; it is asked again. */
  async #appliedAt([partition, lane, number]: Position, until: number): Promise<void> {
    const ref = this.#parts.actors.partitions[partition];
    if (ref === undefined || (lane !== 0 && lane !== 1)) return;
    for (;;) {
      const deadlineMs = Math.max(1, until - systemClock.now());
      try {
        await ref.with({ deadlineMs }).ask('applied', lane, number);
        return;
      } catch (error) {
        if (STOPPED.some((code) => hasCode(error, code))) throw stopped();
        const isPassing =
          PASSING.some((code) => hasCode(error, code)) || hasCode(error, 'HANDLER_FAILED');
        if (!isPassing || systemClock.now() >= until) throw error;
        await sleep(LOOK_MS);
      }
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

function stopped(): CodedError<PlatformErrorCode> {
  return new CodedError('PLATFORM_STOPPED', 'expected a running platform, got one that stops');
}
