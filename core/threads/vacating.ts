/**
 * The end of a thread on purpose, as the thread itself does it, so that another may take its place and nothing is lost:
 *
 *   serving ──(1) a moment with nothing in hand──▶ frozen ──(2) all has come──▶ ended ──(3)──▶ handed over, closed
 *
 * (1) In hand are async handlers, and answers that were put off: they may need anybody of this thread, so all goes on as
 *     ever until there are none; or until half of the deadline, since under a steady load there is no such moment.
 *     From then on actors that will be made again begin with nothing.
 * (2) Others hold back what is new. What was on its way comes; children, who are not made again, empty their mailboxes.
 *     What is still in hand at the deadline is given up, as at a restart.
 * (3) Every incarnation ends, hooks included. What had not begun, and what was stashed, goes to main, oldest first,
 *     and counts as begun for its senders: main gives it to the thread's next life.
 *
 * Runs on: any.
 */
import type { ActorCell } from '../actor/actor-cell.js';
import { stopCell, vacateCell } from '../actor/cell-life.js';
import { NOTICE } from '../actor/cell-mailbox.js';
import { CellState } from '../actor/cell-state.js';
import { RemoteParent } from '../actor/children.js';
import { RemoteAsker } from '../actor/remote-asker.js';
import { returnStash } from '../actor/stash.js';
import { LIMITS } from '../limits.js';
import type { Taken } from '../mailbox/fifo.js';
import { ARGC_MASK, type Argc } from '../message/envelope.js';
import { Word } from '../thread-table.js';
import type { SalvagedMessage } from '../transport/outgoing-channel.js';
import type { ActorHost } from './actor-host.js';

export class Vacating {
  readonly #host: ActorHost;
  readonly #vacated = new Set<ActorCell>();
  #isFrozen = false;

  constructor(host: ActorHost) {
    this.#host = host;
  }

  /** (1), for so long at most: whatever comes of it, new work is then to be held back. */
  async pause(deadlineMs: number): Promise<void> {
    await this.#until(() => this.#mayFreeze(), deadlineMs);
  }

  /** The rest. False when something in hand was given up at the deadline. Never rejects. */
  async run(deadlineMs: number): Promise<boolean> {
    const untilMs = this.#host.clock.now() + deadlineMs;
    const left = (): number => Math.max(0, untilMs - this.#host.clock.now());
    if (!this.#isFrozen) await this.#until(() => this.#mayFreeze(), deadlineMs / 2);
    this.#isFrozen = true;
    const isDone = await this.#until(() => this.#isOver(), left());
    const grace = (): number => left() + LIMITS.vacateGraceMs / 2;
    await this.#until(() => this.#haveEnded(), grace());
    await this.#until(() => this.#isEmpty(), grace());
    this.#host.close();
    return isDone;
  }

  /**
   * True, and frozen in the same turn of the loop, when nothing is in hand and nobody is just beginning: who began after
   * that might wait for one that is frozen.
   */
  #mayFreeze(): boolean {
    this.#isFrozen = !this.#isAnythingInHand() && !this.#isAnyoneChanging();
    if (this.#isFrozen) this.#freeze();
    return this.#isFrozen;
  }

  #freeze(): void {
    for (const cell of this.#madeAgain())
      if (cell.state === CellState.running) cell.state = CellState.suspended;
  }

  /** Who began late is frozen as soon as that is seen. */
  #isOver(): boolean {
    this.#freeze();
    if (this.#isAnythingInHand() || this.#isAnyoneChanging()) return false;
    if (this.#host.heldMessages > 0) return false;
    for (const cell of this.#host.cells())
      if (!isMadeAgain(cell) && cell.state !== CellState.stopped && cell.queued > 0) return false;
    return this.#host.channels.hasAllCome;
  }

  #isAnyoneChanging(): boolean {
    for (const cell of this.#host.cells()) if (isChanging(cell)) return true;
    return false;
  }

  #isAnythingInHand(): boolean {
    if (this.#host.words[Word.inFlight] !== 0) return true;
    for (const { extras } of this.#host.cells()) if ((extras?.deferred?.size ?? 0) > 0) return true;
    return false;
  }

  #haveEnded(): boolean {
    this.#vacate();
    for (const cell of this.#host.cells()) {
      if (cell.state === CellState.stopped) continue;
      if (cell.context !== undefined || !this.#isVacated(cell)) return false;
    }
    return true;
  }

  /** True when all that had not begun is with main. Who ends for good and has not in time is killed. */
  #isEmpty(): boolean {
    this.#vacate();
    for (const cell of this.#host.cells()) {
      if (this.#isVacated(cell)) this.#handOver(cell);
      else stopCell(cell, 'kill', 'killed');
    }
    return this.#host.channels.isQuiet;
  }

  /** False again for one that is stopped meanwhile. */
  #isVacated(cell: ActorCell): boolean {
    return this.#vacated.has(cell) && cell.state < CellState.draining;
  }

  /** Each once; a spawn may still come. */
  #vacate(): void {
    for (const cell of this.#madeAgain()) {
      if (this.#vacated.has(cell) || cell.state >= CellState.draining) continue;
      this.#vacated.add(cell);
      vacateCell(cell);
    }
  }

  /** Actors whose supervisor lives elsewhere, those included whose spawn has not come yet. */
  *#madeAgain(): Generator<ActorCell> {
    for (const cell of this.#host.cells())
      if (cell.state !== CellState.stopped && isMadeAgain(cell)) yield cell;
  }

  #handOver(cell: ActorCell): void {
    returnStash(cell);
    const { thread } = this.#host;
    for (const taken of cell.takeAll()) {
      if (taken.name === NOTICE) continue;
      const message = this.#messageOf(cell, taken);
      this.#host.signal(0, { type: 'handedOver', thread, message });
    }
  }

  #messageOf({ slot, generation }: ActorCell, { name, payload, meta }: Taken): SalvagedMessage {
    const isPlain = typeof meta === 'number';
    const argc = (isPlain ? meta & ARGC_MASK : meta.argc) as Argc;
    const mark = isPlain ? meta & ~ARGC_MASK : meta.begun;
    if (mark !== 0) this.#host.markBegun(mark);
    const asker = isPlain ? undefined : meta.asker;
    return {
      slot,
      generation,
      name: name as string,
      argc,
      payload,
      traceparent: isPlain ? undefined : meta.traceparent,
      // Who asked from this thread ends with it.
      replyTo: asker instanceof RemoteAsker ? asker.replyTo : undefined,
    };
  }

  /** Looks now and then; answers whether it came to hold before the deadline. */
  #until(holds: () => boolean, deadlineMs: number): Promise<boolean> {
    const { clock } = this.#host;
    const untilMs = clock.now() + deadlineMs;
    return new Promise((resolve) => {
      const look = (): void => {
        if (holds()) resolve(true);
        else if (clock.now() >= untilMs) resolve(false);
        else clock.after(LIMITS.vacateLookMs, look);
      };
      look();
    });
  }
}

function isMadeAgain({ parent, definition }: ActorCell): boolean {
  return parent instanceof RemoteParent || (parent === undefined && definition === undefined);
}

/** On its way from one state of rest to another. One that waits for its spawn is at rest. */
function isChanging({ state, definition, parent }: ActorCell): boolean {
  if (state === CellState.loading) return definition !== undefined || parent !== undefined;
  const isResting =
    state === CellState.running || state === CellState.suspended || state === CellState.stopped;
  return !isResting;
}
