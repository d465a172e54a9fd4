/**
 * What a partition takes beside entries from outside (see append-protocol.ts): from ingest actors, from other partitions,
 * from the engine. Declared apart from the actor, as the thread's kit hands out refs to it.
 * Runs on: any.
 */
import type { ActorRef } from '../../core/index.js';
import type { EntityId, EraseCounts, Lane } from '../../stores/internal.js';
import type { DerivedRow } from './outbox-delivery.js';

/** A request that may be repeated: its key, and what it asked for, both as digests. */
export interface RequestKey {
  readonly key: Uint8Array;
  readonly body: Uint8Array;
}

export interface PartitionProtocol {
  /** Whether a request with that key may go on; durable when answered. */
  claim(request: RequestKey): 'new' | 'repeated' | 'conflict' | 'full';
  /** Rows of another partition's outbox; answered when they are durable, again or for the first time. */
  derived(source: number, rows: readonly DerivedRow[]): void;
  /** Answered when all tasks of the lane up to that number are applied and stored. */
  applied(lane: Lane, number: number): void;
  /** Logs a task for each entity of a type, by which its creation hooks run again. Answers how many. */
  refresh(etype: string): number;
  /** Takes dead letters into the log again; answers how many there were. */
  replayDeadLetters(numbers: readonly number[]): number;
  dropDeadLetters(numbers: readonly number[]): number;
  /** Stores the task that deletes an entity to be erased, and applies nothing else of it until that is accepted. */
  eraseOrder(etype: number, eid: EntityId): void;
  /** The number that the next entry of each lane gets. */
  eraseCuts(): readonly [number, number];
  /** Reads what is being erased from the folder, and applies nothing of it from then on. */
  eraseRead(): void;
  /** Answered when all below that number of the external lane, and the derived lane, is applied and delivered. */
  eraseDrain(external: number): void;
  /** Clears what is stored of the entities of the round; answers what that took away, by erasure. */
  eraseScrub(): Readonly<Record<string, EraseCounts>>;
  /** From itself: goes on with its tasks. */
  work(): void;
}

/** The address of a partition. */
export type PartitionRef = ActorRef<PartitionProtocol>;

/** The name a partition's actor is spawned by. */
export function partitionName(runId: number, partition: number): string {
  return `entities-${runId}-partition-${partition}`;
}
