/**
 * Erases entities, for the main thread: has partitions do each step, and stores what is done, so that whoever starts the
 * folder next goes on from there.
 *
 *   ask ─> asked ──┬─ its partition takes nothing for it from now on, and deletes it by a task
 *                  │  every partition says how far its log is; that is stored: accepted
 *                  │  partitions read it: nothing older says anything of the entity any more, what is newer counts
 *                  └─> round, of all that are accepted then:
 *                        drained    all that is older applied and delivered, stage by stage, however deep it derives
 *                        scrubbed   each partition clears what it has stored; one partition of a thread at a time
 *                        ended      its name goes too
 *
 * A step that fails (its partition begins anew, the disk is full) is tried again until it is done or the platform stops.
 * Runs on: main.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import {
  type AcceptedErasure,
  addCounts,
  type EntityId,
  type EntityType,
  type EraseCounts,
  type EraseLedger,
  eraseCut,
  type Folder,
  LANES,
  type ModelNumbers,
  NO_COUNTS,
  partitionOf,
  readEraseLedger,
  writeEraseLedger,
} from '../../stores/internal.js';
import type { PlatformErrorCode } from '../errors.js';
import { hostOf } from './append-protocol.js';
import { EraseWaiters } from './erase-waiters.js';
import { type Erasure, endedView, openView } from './erasure.js';
import type { KitInit } from './kit-init.js';
import type { PartitionRef } from './partition-protocol.js';

export interface EraseDeskParts {
  readonly folder: Folder;
  readonly numbers: ModelNumbers;
  readonly partitions: readonly PartitionRef[];
  readonly init: KitInit;
}

/** Beside the hooks: a link that comes late is refused, the refusal is done, and what that did is told. */
const LINK_STAGES = 4;

export class EraseDesk {
  readonly #parts: EraseDeskParts;
  readonly #waiters = new EraseWaiters();
  readonly #halted = new AbortController();
  #ledger: EraseLedger;
  #changing: Promise<unknown> = Promise.resolve();
  #accepting: Promise<void> | undefined;
  #working: Promise<void> | undefined;
  #phase: 'draining' | 'scrubbing' = 'draining';
  #scrubbed = 0;
  #fault: string | undefined;

  constructor(parts: EraseDeskParts) {
    this.#parts = parts;
    parts.folder.environments.refresh();
    this.#ledger = readEraseLedger(parts.folder.environments.state);
  }

  /** Goes on with what was left. */
  resume(): void {
    this.#accept();
    this.#work();
  }

  /** Resolves with the id when nothing stored before this call will be left. Rejects ERASE_REFUSED, PLATFORM_STOPPED. */
  async ask(entity: EntityType, eid: EntityId): Promise<string> {
    const { numbers, init } = this.#parts;
    const { erasuresMax } = init.limits;
    const asked = { etype: numbers.etypeNo(entity.id), name: entity.id, eid };
    let id = 0;
    await this.#change((ledger) => {
      if (ledger.asked.length + ledger.accepted.length >= erasuresMax)
        throw new CodedError<PlatformErrorCode>(
          'ERASE_REFUSED',
          `expected at most ${erasuresMax} erasures that are not done, got one more`,
        );
      id = ledger.next;
      const one = { ...asked, id, askedAt: systemClock.wallNow() };
      return { ...ledger, next: id + 1, asked: [...ledger.asked, one] };
    });
    const accepted = this.#waiters.accepted(id);
    this.#accept();
    await accepted;
    return String(id);
  }

  /** Resolves when that one is done; undefined when it is not known (any more). Rejects PLATFORM_STOPPED. */
  async ended(id: string): Promise<Erasure | undefined> {
    if (this.get(id)?.state !== 'done') {
      if (this.get(id) === undefined) return undefined;
      await this.#waiters.ended(Number(id));
    }
    return this.get(id);
  }

  get(id: string): Erasure | undefined {
    return this.list().find((one) => one.id === id);
  }

  /** The last ones that are done, then those that are not, oldest first. */
  list(): Erasure[] {
    const { asked, accepted, round, ended } = this.#ledger;
    const partitions = this.#parts.partitions.length;
    const open = [...accepted, ...asked].map((one) => {
      const isInRound = round?.erasures.includes(one.id) === true;
      const isAsked = !('cuts' in one);
      const state = isInRound ? this.#phase : isAsked ? 'asked' : 'accepted';
      const scrubbed = isInRound ? this.#scrubbed : 0;
      return openView(one, { state, scrubbed, partitions, fault: this.#fault });
    });
    return [...ended.map((one) => endedView(one, partitions)), ...open];
  }

  /** Begins nothing more; who waits is told. What is not done is stored. */
  halt(): void {
    this.#halted.abort();
    this.#waiters.reject(halted());
  }

  /** Resolves when nothing is under way any more; after {@link halt}, and when the partitions have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#accepting, this.#working, this.#changing]);
  }

  #accept(): void {
    this.#accepting ??= this.#acceptAll()
      .catch(ignoreHalt)
      .finally(() => {
        this.#accepting = undefined;
        if (this.#ledger.asked.length > 0 && !this.#halted.signal.aborted) this.#accept();
      });
  }

  async #acceptAll(): Promise<void> {
    while (this.#ledger.asked.length > 0) {
      const { asked } = this.#ledger;
      const placed = await Promise.all(
        asked.map(async (one) => {
          const partition = partitionOf(one.name, one.eid, this.#parts.partitions.length);
          await this.#ask(partition, (ref) => ref.ask('eraseOrder', one.etype, one.eid));
          return { ...one, partition };
        }),
      );
      const cuts = await this.#askAll((ref) => ref.ask('eraseCuts'));
      const ids = new Set(placed.map(({ id }) => id));
      await this.#insist(() =>
        this.#change((ledger) => ({
          ...ledger,
          asked: ledger.asked.filter(({ id }) => !ids.has(id)),
          accepted: [...ledger.accepted, ...placed.map((one) => ({ ...one, cuts }))],
        })),
      );
      await this.#askAll((ref) => ref.ask('eraseRead'));
      for (const id of ids) this.#waiters.resolve(id, 'accepted');
      this.#work();
    }
  }

  #work(): void {
    this.#working ??= this.#workAll()
      .catch(ignoreHalt)
      .finally(() => {
        this.#working = undefined;
        if (this.#ledger.accepted.length > 0 && !this.#halted.signal.aborted) this.#work();
      });
  }

  async #workAll(): Promise<void> {
    for (;;) {
      this.#phase = 'draining';
      this.#scrubbed = 0;
      if (this.#ledger.round === undefined) {
        if (this.#ledger.accepted.length === 0) return;
        await this.#insist(() => this.#change(withRound));
      }
      const ids = new Set(this.#ledger.round?.erasures);
      await this.#drain(this.#ledger.accepted.filter(({ id }) => ids.has(id)));
      this.#phase = 'scrubbing';
      const counts = await this.#scrub();
      await this.#insist(() =>
        this.#change((ledger) => withEnded(ledger, counts, systemClock.wallNow())),
      );
      await this.#askAll((ref) => ref.ask('eraseRead'));
      for (const id of ids) this.#waiters.resolve(id, 'ended');
    }
  }

  /**
   * Each stage applies what is in the logs and delivers what that derives. When a whole one has brought nothing to any derived
   * lane there is nothing left; else after as many as tasks can derive deep.
   */
  async #drain(erasures: readonly AcceptedErasure[]): Promise<void> {
    const { init } = this.#parts;
    let before = await this.#derivedEnds();
    for (let left = init.limits.derivedDepthMax + LINK_STAGES; left >= 0; left--) {
      await this.#askAll((ref, partition) => {
        const cuts = erasures.map((one) => eraseCut(one, partition, LANES.external));
        return patient(ref).ask('eraseDrain', Math.max(...cuts));
      });
      const ends = await this.#derivedEnds();
      if (ends.every((end, partition) => end === before[partition])) return;
      before = ends;
    }
  }

  async #derivedEnds(): Promise<number[]> {
    const cuts = await this.#askAll((ref) => ref.ask('eraseCuts'));
    return cuts.map((cut) => cut[LANES.derived]);
  }

  /** By id of the erasure. */
  async #scrub(): Promise<ReadonlyMap<number, EraseCounts>> {
    const { partitions, init } = this.#parts;
    const sums = new Map<number, EraseCounts>();
    const scrubOne = async (partition: number): Promise<void> => {
      const counts = await this.#ask(partition, (ref) => patient(ref).ask('eraseScrub'));
      for (const [id, more] of Object.entries(counts))
        sums.set(Number(id), addCounts(sums.get(Number(id)) ?? NO_COUNTS, more));
      this.#scrubbed++;
    };
    await Promise.all(
      Array.from({ length: init.hosts }, async (_, host) => {
        for (const partition of partitions.keys())
          if (hostOf(partition, init.hosts) === host) await scrubOne(partition);
      }),
    );
    return sums;
  }

  /** One after the other; what `make` throws is the caller's. Resolves when it is durable. */
  #change(make: (ledger: EraseLedger) => EraseLedger): Promise<void> {
    const change = this.#changing.then(async () => {
      this.#assertGoing();
      const ledger = make(this.#ledger);
      await writeEraseLedger(this.#parts.folder.environments.state, ledger);
      this.#ledger = ledger;
    });
    this.#changing = change.catch(() => {});
    return change;
  }

  #askAll<T>(act: (ref: PartitionRef, partition: number) => Promise<T>): Promise<T[]> {
    return Promise.all(
      this.#parts.partitions.map((_, partition) =>
        this.#ask(partition, (ref) => act(ref, partition)),
      ),
    );
  }

  #ask<T>(partition: number, act: (ref: PartitionRef) => Promise<T>): Promise<T> {
    return this.#insist(() => act(this.#parts.partitions[partition]!));
  }

  /** Until it is done. Rejects PLATFORM_STOPPED. */
  async #insist<T>(act: () => Promise<T>): Promise<T> {
    const { eraseRetryMs, eraseRetryMsMax } = this.#parts.init.limits;
    for (let attempt = 0; ; attempt++) {
      this.#assertGoing();
      try {
        const value = await act();
        this.#fault = undefined;
        return value;
      } catch (error) {
        this.#assertGoing();
        this.#fault = error instanceof Error ? error.message : String(error);
        const ms = Math.min(eraseRetryMsMax, eraseRetryMs * 2 ** Math.min(attempt, 20));
        await sleep(ms, undefined, { signal: this.#halted.signal }).catch(() => {});
      }
    }
  }

  #assertGoing(): void {
    if (this.#halted.signal.aborted) throw halted();
  }
}

/** Without a deadline: the log may be long, and a partition that goes down says so. */
function patient(ref: PartitionRef) {
  return ref.with({ deadlineMs: Number.POSITIVE_INFINITY });
}

function withRound(ledger: EraseLedger): EraseLedger {
  const erasures = ledger.accepted.map(({ id }) => id);
  return { ...ledger, next: ledger.next + 1, round: { id: ledger.next, erasures } };
}

function withEnded(
  ledger: EraseLedger,
  counts: ReadonlyMap<number, EraseCounts>,
  endedAt: number,
): EraseLedger {
  const ids = new Set(ledger.round?.erasures);
  const done = ledger.accepted.filter(({ id }) => ids.has(id));
  const ended = done.map(({ id, name, askedAt }) => {
    return { id, name, askedAt, endedAt, counts: counts.get(id) ?? NO_COUNTS };
  });
  const accepted = ledger.accepted.filter(({ id }) => !ids.has(id));
  return { ...ledger, accepted, round: undefined, ended: [...ledger.ended, ...ended] };
}

/** A desk that was halted has told who waits; nothing else ends a loop. */
function ignoreHalt(error: unknown): void {
  if (!(error instanceof CodedError) || error.code !== 'PLATFORM_STOPPED') throw error;
}

function halted(): CodedError<PlatformErrorCode> {
  return new CodedError(
    'PLATFORM_STOPPED',
    'expected a running platform, got one that stops: what is not erased yet is erased after its next start',
  );
}
