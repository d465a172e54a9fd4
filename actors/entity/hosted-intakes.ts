/**
 * The ways into the partitions of a thread, for whoever has something for several of them: where a partition is beginning
 * anew, what is for it waits until it has.
 * Runs on: thread.
 */
import type { AppendOutcome } from './append-protocol.js';
import type { RequestKey } from './partition-protocol.js';

/** The way into one partition that is up. */
export interface Intake {
  /** Numbers and appends an entry from outside; `settled` is told once, later, what became of it. */
  append(
    entry: { readonly bytes: Uint8Array; readonly tasks: number },
    request: RequestKey | undefined,
    settled: (outcome: AppendOutcome) => void,
  ): void;
}

export class HostedIntakes {
  readonly #up = new Map<number, Intake>();
  readonly #waiting = new Map<number, ((intake: Intake) => void)[]>();

  /** A partition is up. */
  open(partition: number, intake: Intake): void {
    this.#up.set(partition, intake);
    const waiting = this.#waiting.get(partition) ?? [];
    this.#waiting.delete(partition);
    for (const then of waiting) then(intake);
  }

  /** It has gone down, unless another incarnation is up already. */
  close(partition: number, intake: Intake): void {
    if (this.#up.get(partition) === intake) this.#up.delete(partition);
  }

  /** Calls back at once, or when the partition is up. */
  with(partition: number, then: (intake: Intake) => void): void {
    const up = this.#up.get(partition);
    if (up !== undefined) return then(up);
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined) this.#waiting.set(partition, [then]);
    else waiting.push(then);
  }
}
