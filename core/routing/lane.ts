/**
 * Messages of a replica set that wait, first in first out: for room, for the replica to be replaced, or for a key's
 * former owner to finish. While a lane is shut (the latter two) it takes what may come; while it only waits for room
 * it takes those who wait for that themselves, and everybody else hears `full`, so that nobody overtakes them.
 *
 *   shut ──▶ open ──room──▶ empty         room is waited for as by any sender: a seat per mailbox (mailbox/room.ts)
 *     ▲________│ target is ending
 *
 * Runs on: any.
 */
import type { CellHost } from '../actor/cell-host.js';
import type { Ref } from '../actor/ref.js';
import type { CodedError } from '../errors.js';
import type { RoomEntry } from '../mailbox/room.js';
import { Admission } from '../slot-table.js';
import type { Held } from './held.js';
import type { Tally } from './tally.js';

/** Who takes what a lane holds. */
export interface LaneTarget {
  /** True while it can take nothing, and will be followed by one that can. */
  readonly isEnding: boolean;
  /** One of those, for texts. */
  readonly ref: Ref;
  give(held: Held): Admission;
  /** The mailboxes whose room it waits for. */
  slots(): number[];
}

export class Lane {
  readonly #host: CellHost;
  readonly #tally: Tally;
  readonly target: LaneTarget;
  /** Called each time the last message has left. */
  onEmpty: (() => void) | undefined = undefined;
  #queue: Held[] = [];
  #head = 0;
  #seats: Seat[] = [];
  #isHeldBack: boolean;
  #isGiving = false;

  constructor(host: CellHost, tally: Tally, target: LaneTarget, isHeldBack = false) {
    this.#host = host;
    this.#tally = tally;
    this.target = target;
    this.#isHeldBack = isHeldBack;
  }

  get size(): number {
    return this.#queue.length - this.#head;
  }

  get isShut(): boolean {
    return this.#isHeldBack || this.target.isEnding;
  }

  /** True when a message may go past it. */
  get isIdle(): boolean {
    return this.size === 0 && !this.isShut;
  }

  push(held: Held): void {
    this.#queue.push(held);
    this.#tally.add(1);
    if (this.#seats.length === 0) this.go();
  }

  /** Nothing holds it back any more but its target. */
  letGo(): void {
    this.#isHeldBack = false;
    this.go();
  }

  /** Gives what can be given, and waits for room for the rest. To be called when the target has changed. */
  go(): void {
    this.#leaveSeats();
    if (this.giveAll()) return;
    for (const slot of this.target.slots()) {
      if (this.size === 0 || this.isShut) return;
      const seat = new Seat(this);
      this.#seats.push(seat);
      this.#host.room.wait(slot, seat.at(slot));
    }
  }

  /** Everything out, in order. */
  takeAll(): Held[] {
    this.#leaveSeats();
    const all = this.#queue.slice(this.#head);
    this.#tally.add(-all.length);
    this.#queue = [];
    this.#head = 0;
    if (all.length > 0) this.onEmpty?.();
    return all;
  }

  /** Gives until it is empty or shut, which is true, or until there is no room. */
  giveAll(): boolean {
    // What a listener of an event does in between may lead back here.
    if (this.#isGiving) return true;
    this.#isGiving = true;
    const before = this.size;
    try {
      while (this.size > 0 && !this.isShut) {
        const answer = this.#give(this.#queue[this.#head] as Held);
        if (answer === Admission.full) return false;
        if (answer === Admission.stopped) return true;
        this.#shift();
      }
      return true;
    } finally {
      this.#isGiving = false;
      if (this.size === 0 && before > 0) this.onEmpty?.();
    }
  }

  #give(held: Held): Admission {
    if (held.isOver) return Admission.accepted;
    try {
      return this.target.give(held);
    } catch (error) {
      held.giveUp(this.#host, this.target.ref, error as CodedError);
      return Admission.accepted;
    }
  }

  #shift(): void {
    this.#head++;
    this.#tally.add(-1);
    if (this.#head < 256 && this.#head < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #leaveSeats(): void {
    const seats = this.#seats;
    this.#seats = [];
    for (const seat of seats) seat.leave(this.#host);
  }

  /** There is room in one of the mailboxes. True when its seat is no longer needed. */
  roomCame(seat: Seat): boolean {
    if (this.#isGiving || !this.giveAll()) return false;
    this.#seats = this.#seats.filter((other) => other !== seat);
    this.#leaveSeats();
    return true;
  }
}

/** A lane's place among those that wait for room in one mailbox. */
class Seat implements RoomEntry {
  isOver = false;
  #slot = -1;

  constructor(readonly lane: Lane) {}

  at(slot: number): this {
    this.#slot = slot;
    return this;
  }

  attempt(): boolean {
    return this.lane.roomCame(this);
  }

  leave(host: CellHost): void {
    this.isOver = true;
    host.room.leave(this.#slot, this);
  }
}
