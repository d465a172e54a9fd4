/**
 * One place in a replica set: a number that stays, and the actor that has it now. When that one ends it is ending
 * until a fresh one has its number; what is sent to it meanwhile waits in lanes.
 *
 *   serving ──ended for good──▶ ending ──▶ serving (a fresh actor, a new ref)
 *                                 └──────▶ given up: over the budget, or its supervisor is ending
 *
 * Runs on: any.
 */
import type { CellHost } from '../actor/cell-host.js';
import type { Ref, Route } from '../actor/ref.js';
import type { Argc, Envelope } from '../message/envelope.js';
import { Admission, SlotState } from '../slot-table.js';
import { aim, type Held } from './held.js';
import { Lane, type LaneTarget } from './lane.js';
import type { Tally } from './tally.js';

export class Replica implements Route, LaneTarget {
  readonly #host: CellHost;
  /** What waits for it. */
  readonly lane: Lane;
  isEnding = false;
  /** Its actor is gone. */
  hasEnded = false;
  /** It will not be replaced. */
  isGivenUp = false;
  /** It was told to stop, so its end is no reason for another. */
  isLeaving = false;
  /** Times at which it was replaced, the recent ones. */
  renewals: readonly number[] = [];
  readonly #lanes = new Set<Lane>();
  #whenEnded: (() => void)[] = [];

  constructor(
    host: CellHost,
    tally: Tally,
    /** What it is known by on the hash ring, and in its name. */
    readonly number: number,
    public ref: Ref,
  ) {
    this.#host = host;
    this.lane = new Lane(host, tally, this);
    this.#lanes.add(this.lane);
  }

  offer(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    const { room } = this.#host;
    if (room.size !== 0 && room.has(this.ref.slot)) return Admission.full;
    return this.attempt(name, argc, payload, envelope);
  }

  attempt(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    const answer = this.ref.give(name, argc, payload, envelope);
    if (answer === Admission.stopped) this.isEnding = true;
    else if (answer === Admission.accepted && envelope !== undefined) aim(envelope, this.ref);
    return answer;
  }

  give(held: Held): Admission {
    const { name, argc, payload, envelope } = held.message;
    const answer = this.attempt(name, argc, payload, envelope);
    if (answer === Admission.accepted) held.taken(this.ref);
    return answer;
  }

  slots(): number[] {
    return [this.ref.slot];
  }

  /** Messages queued or on their way; Infinity while it cannot handle any: lower is better. */
  get load(): number {
    const { table, thread } = this.#host;
    const { slot } = this.ref;
    if (this.isEnding || !isServing(table.state(slot))) return Infinity;
    if (this.ref.thread !== thread) {
      const channel = this.#host.channelTo(this.ref.thread);
      if (channel === undefined || channel.isHeld) return Infinity;
    }
    return table.depth(slot);
  }

  /** A lane of messages for it: shut while it is ending, and told when it is replaced. */
  makeLane(tally: Tally, isHeldBack: boolean): Lane {
    const lane = new Lane(this.#host, tally, this, isHeldBack);
    this.#lanes.add(lane);
    return lane;
  }

  /** Its own lane first. */
  get lanes(): Iterable<Lane> {
    return this.#lanes;
  }

  removeLane(lane: Lane): void {
    this.#lanes.delete(lane);
  }

  /** The actor that had the number has ended for good. */
  ended(): void {
    this.isEnding = true;
    this.hasEnded = true;
    const waiting = this.#whenEnded;
    this.#whenEnded = [];
    for (const then of waiting) then();
  }

  /** Resolves at the next end. */
  nextEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEnded.push(resolve);
    });
  }

  /** Another actor has the number now. */
  renewed(ref: Ref): void {
    this.ref = ref;
    this.isEnding = false;
    this.hasEnded = false;
    for (const lane of [...this.#lanes]) lane.go();
  }
}

function isServing(state: SlotState): boolean {
  return state === SlotState.running || state === SlotState.starting;
}
