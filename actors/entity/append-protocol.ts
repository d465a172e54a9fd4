/**
 * What the appender of a thread takes: of one request all that belongs to partitions of that thread, in one message, since
 * a request of some hundred data-points touches most partitions.
 *
 *   partitions [17, 4]   tasks [3, 1]   sizes [310, 120]   bytes | entry for 17 | entry for 4 |
 *
 * Runs on: any.
 */
import type { ActorRef } from '../../core/index.js';
import type { RequestKey } from './partition-protocol.js';

/** Encoded entries, one for each partition; the lists are of one length. */
export interface AppendParts {
  readonly partitions: readonly number[];
  /** Tasks in each: the numbers it takes. */
  readonly tasks: readonly number[];
  /** Bytes of each, in order. */
  readonly sizes: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * What became of one part: durable, and the number of its last task (of a repeated request the one it had); `conflict`, the
 * key was used with another body; `full`, the disk takes nothing now; `failed`, its partition went down over it, and
 * nobody knows. Of `conflict` and `full` nothing is stored.
 */
export type AppendOutcome = number | 'conflict' | 'full' | 'failed';

export interface AppenderProtocol {
  /** Answered when all parts are durable or have failed, in their order. */
  append(parts: AppendParts, request?: RequestKey): readonly AppendOutcome[];
}

export type AppenderRef = ActorRef<AppenderProtocol>;

/** Which of the run's hosts has a partition, as an index. */
export function hostOf(partition: number, hosts: number): number {
  return partition % hosts;
}

/** The name the appender of a host is spawned by. */
export function appenderName(runId: number, host: number): string {
  return `entities-${runId}-appender-${host}`;
}
