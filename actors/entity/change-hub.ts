/**
 * The readers of changes of one run, and how they hear that there is more. Partitions store what changes with their commits;
 * they tell nothing but that, and only when a reader waits:
 *
 *   partition   commit ── flushed ──> its end into shared words ── does anybody wait? ──> feed actor (main) ──> readers look
 *   reader      looks: nothing new ──> "wanted" into shared words ──> looks once more ──> sleeps
 *
 * No wake-up is lost: a partition that does not see "wanted" had written its end before the reader's second look.
 * Runs on: main.
 */
import { type ActorRef, CodedError, defineActor, type ProtocolOf } from '../../core/index.js';
import type { PlatformErrorCode } from '../errors.js';
import type { ChangeReading, SubscribeOptions } from './change-feed.js';
import { ChangeReader } from './change-reader.js';
import type { ChangeSource } from './change-source.js';

/** Is told by partitions that there is more to read. */
export const changeFeed = defineActor(
  import.meta.url,
  'troupe.entity-change-feed',
  (_ctx, runId: number) => {
    const hub = ChangeHub.of(runId);
    return {
      more() {
        hub.wake();
      },
    };
  },
);

export type ChangeFeedProtocol = ProtocolOf<typeof changeFeed>;
export type ChangeFeed = ActorRef<ChangeFeedProtocol>;

/** The name it is spawned by. */
export function feedName(runId: number): string {
  return `entities-${runId}-feed`;
}

export class ChangeHub {
  static readonly #hubs = new Map<number, ChangeHub>();
  readonly #readers = new Set<ChangeReader>();
  readonly #runId: number;
  #isEnded = false;

  private constructor(runId: number) {
    this.#runId = runId;
  }

  static of(runId: number): ChangeHub {
    let hub = ChangeHub.#hubs.get(runId);
    if (hub === undefined) {
      hub = new ChangeHub(runId);
      ChangeHub.#hubs.set(runId, hub);
    }
    return hub;
  }

  /** There may be more. */
  wake(): void {
    for (const reader of this.#readers) reader.wake();
  }

  /** Begins a reading. Throws CHANGE_CURSOR_INVALID. */
  subscribe(source: ChangeSource, options: SubscribeOptions): ChangeReading {
    const reader = new ChangeReader(source, options, () => this.#readers.delete(reader));
    if (!reader.isEnded) this.#readers.add(reader);
    if (this.#isEnded) reader.end();
    return reader;
  }

  /** Readers that wait are given what is stored; then all come to their end. */
  end(): void {
    this.#isEnded = true;
    ChangeHub.#hubs.delete(this.#runId);
    for (const reader of [...this.#readers]) reader.finish();
  }
}

/** Of a platform that keeps no changes. */
export function changesNotKept(): CodedError<PlatformErrorCode> {
  const text = 'expected a platform that keeps changes, got one with changes.keptMax 0';
  return new CodedError('CHANGES_NOT_KEPT', text);
}
