/**
 * The ways into the partitions of a thread, for whoever has something for several of them: where a partition is beginning
 * anew, what is for it waits until it has, and no longer than somebody waits for the answer.
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

/** What is for a partition: its intake, or undefined when it was not up in time. */
type Then = (intake: Intake | undefined) => void;

interface Waiting {
  readonly untilMs: number;
  readonly then: Then;
}

export class HostedIntakes {
  readonly #waitMs: number;
  readonly #now: () => number;
  readonly #up = new Map<number, Intake>();
  /** By partition, the oldest first. */
  readonly #waiting = new Map<number, Waiting[]>();

  /** Nothing waits for longer than `waitMs` by the clock `now` (ms). */
  constructor(waitMs: number, now: () => number) {
    this.#waitMs = waitMs;
    this.#now = now;
  }

  /** A partition is up. */
  open(partition: number, intake: Intake): void {
    this.#up.set(partition, intake);
    this.#dropLate(partition);
    const waiting = this.#waiting.get(partition) ?? [];
    this.#waiting.delete(partition);
    for (const { then } of waiting) then(intake);
  }

  /** It has gone down, unless another incarnation is up already. */
  close(partition: number, intake: Intake): void {
    if (this.#up.get(partition) === intake) this.#up.delete(partition);
  }

  /** Calls back at once, or when the partition is up, or when that has taken too long and somebody looks. */
  with(partition: number, then: Then): void {
    const up = this.#up.get(partition);
    if (up !== undefined) return then(up);
    this.#dropLate(partition);
    const one = { untilMs: this.#now() + this.#waitMs, then };
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined) this.#waiting.set(partition, [one]);
    else waiting.push(one);
  }

  /** Who asked has been told long ago that nobody knows. */
  #dropLate(partition: number): void {
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined) return;
    const now = this.#now();
    const inTime = waiting.findIndex(({ untilMs }) => untilMs > now);
    const late = waiting.splice(0, inTime < 0 ? waiting.length : inTime);
    for (const { then } of late) then(undefined);
  }
}
