/**
 * What a partition takes: from ingest actors, from other partitions, from the engine. Declared apart from the actor, as
 * the thread's kit hands out refs to it.
 * Runs on: any.
 */
import type { ActorRef } from '../../core/index.js';
import type { Lane } from '../../stores/internal.js';
import type { DerivedRow } from './outbox-delivery.js';

/** A request that may be repeated: its key, and what it asked for, both as digests. */
export interface RequestKey {
  readonly key: Uint8Array;
  readonly body: Uint8Array;
}

/** What became of an append. */
export type AppendAnswer =
  /** Durable; the number of its last task. Of a repeated request, the number it had. */
  | { readonly type: 'stored'; readonly number: number }
  /** The key was used with another body; nothing was stored. */
  | { readonly type: 'conflict' }
  /** The disk takes nothing now; nothing was stored. */
  | { readonly type: 'full' };

export interface PartitionProtocol {
  /** An entry from outside; answered when it is durable. */
  append(entry: Uint8Array, tasks: number, request?: RequestKey): AppendAnswer;
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
  /** From itself: goes on with its tasks. */
  work(): void;
}

/** The address of a partition. */
export type PartitionRef = ActorRef<PartitionProtocol>;

/** The name a partition's actor is spawned by. */
export function partitionName(runId: number, partition: number): string {
  return `entities-${runId}-partition-${partition}`;
}
