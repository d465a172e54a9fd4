/**
 * One wheel per thread for deadlines that are nearly always cancelled: asks, sends, receive timeouts. A Node
 * timer for each would cost more than the ask itself; here add and cancel are a few writes and allocate nothing.
 * Runs on: any.
 *
 *      slot     0     1     2          1023      Each slot is a ring of entries whose due tick is the slot's
 *             +-----+-----+-----+ ... +-----+    number modulo 1024. The hand passes a slot per tick and takes
 *             |  o  |  o  |  o  |     |  o  |    out what is due; an entry of a later round stays for it.
 *             +--|--+--|--+-----+     +-----+
 *                A     C                         A is due in this round, B and C in this or a later one.
 *                B        ^ hand
 */
import type { Cancel, Clock } from './clock.js';
import { assert } from './errors.js';
import { LIMITS } from './limits.js';

/** What a wheel holds: extend it, leave its fields to the wheel. In one wheel at a time. */
export class WheelEntry {
  wheelNext: WheelEntry | undefined = undefined;
  wheelPrev: WheelEntry | undefined = undefined;
  /** Due when the clock has reached this many ticks. A whole number, so that V8 stores it unboxed. */
  deadlineTick = 0;
}

// Deadlines up to 8 s, the default of an ask among them, are looked at once.
const SLOTS = 1024;
const SLOT_MASK = SLOTS - 1;
const TICK_MS = LIMITS.wheelTickMs;
const SLEEP_TICKS = Math.max(1, Math.floor(LIMITS.wheelSleepMs / TICK_MS));
const UNARMED = Number.POSITIVE_INFINITY;
const WAKING = -1;

/**
 * Calls `onExpire` once for each entry whose time is over and that was not cancelled: never early by the clock,
 * at most two ticks late if the thread is free then. Those of one wake come in order of their ticks, unless the
 * thread was stalled for over a whole round. `onExpire` may add and cancel; it should not throw: if it does, the
 * error goes to the clock and the rest expire at the next wake.
 */
export class TimerWheel<E extends WheelEntry = WheelEntry> {
  readonly #clock: Clock;
  readonly #onExpire: (entry: E) => void;
  readonly #slots: readonly WheelEntry[] = Array.from({ length: SLOTS }, ring);
  readonly #due = ring();
  #size = 0;
  /** The last tick whose slot was passed. */
  #tick = 0;
  /** The tick the one outstanding timer is for. */
  #armedTick = UNARMED;
  #disarm: Cancel | undefined = undefined;

  constructor(clock: Clock, onExpire: (entry: E) => void) {
    this.#clock = clock;
    this.#onExpire = onExpire;
  }

  /** Entries waiting. */
  get size(): number {
    return this.#size;
  }

  /** True while a timer of the clock is outstanding. */
  get isArmed(): boolean {
    return this.#disarm !== undefined;
  }

  /** The entries waiting, in no order. */
  *[Symbol.iterator](): Iterator<E> {
    for (const slot of this.#slots) {
      for (let entry = slot.wheelNext!; entry !== slot; entry = entry.wheelNext!) yield entry as E;
    }
  }

  /**
   * Expires `entry` in `ms` (0 or more; Infinity never) from now, or from `toldNow`, a reading of the wheel's clock
   * that the caller had at hand. An entry already in the wheel gets the new deadline.
   */
  add(entry: E, ms: number, toldNow?: number): void {
    assert(ms >= 0, 'a deadline of 0 ms or more');
    if (entry.wheelNext !== undefined) this.cancel(entry);
    const now = toldNow ?? this.#clock.now();
    // Nothing waits in the slots between, so the hand may jump over them.
    if (this.#size === 0) this.#tick = Math.max(this.#tick, Math.floor(now / TICK_MS));
    const tick = Math.max(Math.ceil((now + ms) / TICK_MS), this.#tick + 1);
    entry.deadlineTick = tick;
    link(entry, this.#slots[tick & SLOT_MASK]!);
    this.#size++;
    // What was told may be old; a timer set by it would come late by its age.
    if (tick < this.#armedTick)
      this.#arm(
        Math.min(tick, this.#tick + SLEEP_TICKS),
        toldNow === undefined ? now : this.#clock.now(),
      );
  }

  /**
   * Takes `entry` out unexpired; one that is not in the wheel is left alone. The timer of a wheel that empties is
   * not taken back but left to end by itself, within {@link LIMITS.wheelSleepMs}: asks that follow each other
   * would otherwise pay for a Node timer each.
   */
  cancel(entry: E): void {
    if (entry.wheelNext === undefined) return;
    unlink(entry);
    this.#size--;
  }

  /** Forgets all entries, none expires, and takes its timer back at once. A later add starts it again. */
  stop(): void {
    for (const slot of this.#slots) while (slot.wheelNext !== slot) unlink(slot.wheelNext!);
    while (this.#due.wheelNext !== this.#due) unlink(this.#due.wheelNext!);
    this.#size = 0;
    this.#disarm?.();
    this.#disarm = undefined;
    if (this.#armedTick !== WAKING) this.#armedTick = UNARMED;
  }

  readonly #wake = (): void => {
    this.#disarm = undefined;
    this.#armedTick = WAKING; // lower than any tick: what is added now needs no timer of its own
    const now = this.#clock.now();
    this.#pass(Math.floor(now / TICK_MS));
    try {
      this.#expire();
    } finally {
      this.#armedTick = UNARMED;
      if (this.#size > 0) this.#armNext();
    }
  };

  /** Moves the hand to `nowTick`. After a stall of more than a round each slot is still passed only once. */
  #pass(nowTick: number): void {
    const last = Math.min(nowTick, this.#tick + SLOTS);
    for (let tick = this.#tick + 1; tick <= last; tick++) {
      const slot = this.#slots[tick & SLOT_MASK]!;
      let entry = slot.wheelNext!;
      while (entry !== slot) {
        const next = entry.wheelNext!;
        if (entry.deadlineTick <= nowTick) {
          unlink(entry);
          link(entry, this.#due);
        }
        entry = next;
      }
    }
    this.#tick = Math.max(this.#tick, nowTick);
  }

  // The due are in a ring of their own first: whatever onExpire adds or cancels, no cursor points at it.
  #expire(): void {
    const due = this.#due;
    while (due.wheelNext !== due) {
      const entry = due.wheelNext as E;
      unlink(entry);
      this.#size--;
      this.#onExpire(entry);
    }
  }

  #armNext(): void {
    let tick = this.#tick;
    if (this.#due.wheelNext === this.#due) {
      const last = tick + SLEEP_TICKS;
      do tick++;
      while (tick < last && isEmpty(this.#slots[tick & SLOT_MASK]!));
    }
    this.#arm(tick, this.#clock.now());
  }

  #arm(tick: number, now: number): void {
    this.#disarm?.();
    this.#armedTick = tick;
    this.#disarm = this.#clock.after(Math.max(0, tick * TICK_MS - now), this.#wake);
  }
}

/** An empty ring: a head linked to itself. */
function ring(): WheelEntry {
  const head = new WheelEntry();
  head.wheelNext = head;
  head.wheelPrev = head;
  return head;
}

function isEmpty(head: WheelEntry): boolean {
  return head.wheelNext === head;
}

function link(entry: WheelEntry, head: WheelEntry): void {
  const last = head.wheelPrev!;
  entry.wheelPrev = last;
  entry.wheelNext = head;
  last.wheelNext = entry;
  head.wheelPrev = entry;
}

function unlink(entry: WheelEntry): void {
  const next = entry.wheelNext!;
  const previous = entry.wheelPrev!;
  previous.wheelNext = next;
  next.wheelPrev = previous;
  entry.wheelNext = undefined;
  entry.wheelPrev = undefined;
}
