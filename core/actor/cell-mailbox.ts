/**
 * The waiting side of a cell: admission on its own thread, the queue, and what becomes of a message that is never
 * handled. It keeps the books: every message admitted here is settled here, once, as handled or as a dead letter.
 * Runs on: any.
 */
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { emptyTaken, type Taken } from '../mailbox/fifo.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import { evicted } from '../mailbox/overflow.js';
import { PriorityMailbox } from '../mailbox/priority-mailbox.js';
import { unwrapMoved } from '../message/codec.js';
import { ARGC_MASK, Argc, type Asker, type Envelope, type Meta } from '../message/envelope.js';
import { weightOf } from '../message/frame.js';
import type { EndReason } from '../message/signal.js';
import { Admission } from '../slot-table.js';
import { Counter, Word } from '../thread-table.js';
import { actorStopped } from './ask.js';
import type { CellExtras } from './cell-extras.js';
import type { CellHost } from './cell-host.js';
import { CellState, endedInstead } from './cell-state.js';
import { Child } from './children.js';
import { type SpawnSettings, UNBOUNDED } from './spawn-options.js';

// In this file, where V8 folds them: a constant of another module is loaded and checked at each use.
const NO_BOUND = UNBOUNDED;
const { draining: DRAINING, stopping: STOPPING, running: RUNNING, stopped: STOPPED } = CellState;
const { inTurn: IN_TURN, running: IN_HAND } = Word;
const { handled: HANDLED, deadLetters: DEAD_LETTERS } = Counter;
const { accepted: ACCEPTED, full: FULL, stopped: REFUSED } = Admission;

/** A queued notice of the runtime: runs as a message of the actor, in order with the others, uncounted. */
export const NOTICE = Symbol('notice');

export abstract class CellMailbox extends Child {
  settings: SpawnSettings;
  state: CellState = CellState.loading;
  extras: CellExtras | undefined = undefined;
  isQueued = false;
  /** In this pass' list of cells whose senders may wait. */
  isTouched = false;
  /** Async handlers in flight. */
  inFlight = 0;
  settled: number;
  #published: number;
  /** The only message, while there is no more than one: most mailboxes never need a queue. */
  #firstName: unknown = undefined;
  #firstPayload: unknown = undefined;
  #firstMeta: Meta = 0;
  #queue: Mailbox | undefined = undefined;

  constructor(
    readonly host: CellHost,
    readonly slot: number,
    readonly generation: number,
    settings: SpawnSettings,
  ) {
    super();
    this.settings = settings;
    this.settled = host.table.settled(slot);
    this.#published = this.settled;
  }

  abstract override readonly path: string;

  abstract more(): CellExtras;

  /** A turn on its thread, given by the pass loop. */
  abstract turn(): void;

  /** True when the message was asked by one this actor waits for, and is answered so. */
  protected abstract isAskedInCircle(
    name: string,
    payload: unknown,
    meta: Envelope,
    asker: Asker,
  ): boolean;

  get thread(): number {
    return this.host.thread;
  }

  get queued(): number {
    return (this.#queue?.size ?? 0) + (this.#firstName === undefined ? 0 : 1);
  }

  /** A message from this thread: by reference, admitted here. */
  offer(name: string, payload: unknown, meta: Meta): Admission {
    const { host, slot } = this;
    if (this.state >= DRAINING) return REFUSED;
    const { bound } = this.settings;
    if (!host.table.admitLocal(slot, this.settled, bound, host.counters)) return FULL;
    let value = payload;
    if (typeof payload === 'object') {
      try {
        value = unwrapMoved(payload);
      } catch (error) {
        host.table.withdrawLocal(slot, host.counters);
        throw error;
      }
    }
    this.enqueue(name, value, meta);
    return ACCEPTED;
  }

  /** Queues an admitted message, from whatever thread. */
  enqueue(name: string, payload: unknown, meta: Meta): void {
    if (this.state >= STOPPING) return this.#bury(name, payload, meta, 'stopped');
    if (typeof meta === 'object' && meta.asker !== undefined) {
      if (this.inFlight > 0 && this.isAskedInCircle(name, payload, meta, meta.asker)) return;
      if (this.host.running.cell?.slot === this.slot) this.more().hasAskedItself = true;
    }
    const { bound, bytesMax } = this.settings;
    if (bound === NO_BOUND && !this.#hasRoom()) return this.#bury(name, payload, meta, 'evicted');
    if (typeof payload === 'object') {
      if (payload !== null && bytesMax !== Infinity) this.#addBytes(payload);
    } else if (typeof payload === 'string' && payload.length > 1024) this.#addBytes(payload);
    this.push(name, payload, meta);
    if (!this.isQueued && this.isServing()) this.host.ready(this);
  }

  /** False when the message that has come is to be evicted; makes room for it where the oldest is. */
  #hasRoom(): boolean {
    const { overflow, capacity } = this.settings;
    if (overflow === 'reject') return true;
    const isOverBytes = this.extras?.isOverBytes === true && this.queued > 0;
    const messages = isOverBytes ? capacity : this.queued + this.inFlight;
    const which = evicted(overflow, messages, capacity);
    if (which === 'oldest') this.#evictOldest();
    return which !== 'newest';
  }

  /** After whatever settled messages: shows it to all threads and wakes who waits for room. */
  publish(): void {
    const { host } = this;
    if (this.settled !== this.#published) {
      host.table.storeSettled(this.slot, this.settled);
      host.words[IN_TURN] = 0;
      this.#published = this.settled;
    }
    if (this.state === STOPPED) host.retire(this);
    else host.roomMade(this);
  }

  /** The same at the end of a turn, without the barrier: the end of the pass has one for all its turns. */
  protected publishTurn(): void {
    const { host, slot } = this;
    if (this.state === STOPPED) return this.publish();
    if (this.settled === this.#published) return;
    host.table.storeSettledSoon(slot, this.settled);
    host.words[IN_TURN] = 0;
    this.#published = this.settled;
    if (this.isTouched) return;
    this.isTouched = true;
    host.touched(this);
  }

  /** Puts messages back at the front, the first given being the next handled. */
  putBack(messages: readonly { name: unknown; payload: unknown; meta: Meta }[]): void {
    this.#queue ??= this.#newQueue();
    if (this.#firstName !== undefined) {
      this.#queue.unshift(this.#firstName, this.#firstPayload, this.#firstMeta);
      this.#firstName = undefined;
    }
    for (let i = messages.length - 1; i >= 0; i--) {
      const { name, payload, meta } = messages[i] as (typeof messages)[number];
      this.#queue.unshift(name, payload, meta);
      this.host.table.admitHeld(this.slot);
      if (name !== NOTICE && this.settings.bytesMax !== Infinity) this.#addBytes(payload);
    }
    if (this.isServing()) this.host.ready(this);
  }

  /** A message that will never be handled: settled, counted, told to its asker. */
  bury(
    name: unknown,
    payload: unknown,
    meta: Meta,
    reason: EndReason | 'startFailed',
    error?: CodedError,
  ): void {
    if (name === NOTICE) return;
    const why = endedInstead(reason);
    const asked = error ?? actorStopped(this.path, `"${String(name)}"`);
    this.settleLost(name, payload, meta, why, asked);
  }

  /** The message in hand leaves the queue's count and enters the stash's. */
  settleStashed(stashed: number): void {
    const { words, table } = this.host;
    this.settled = (this.settled + 1) | 0;
    words[IN_TURN] = (words[IN_TURN] as number) + 1;
    table.setStashed(this.slot, stashed);
  }

  /** True while this thread is in a turn of this actor. */
  get isInTurn(): boolean {
    return this.host.words[IN_HAND] === this.slot + 1;
  }

  /** Settled here, but not yet to be seen by others. */
  get unpublished(): number {
    return (this.settled - this.#published) | 0;
  }

  /** A message its sender admitted and, dying, never sent: only its count is left. */
  settleOrphan(): void {
    this.settleAsDead();
    const error = new CodedError(
      'ACTOR_THREAD_DIED',
      'the sender died before it had sent the message',
    );
    const lost = { name: '', argc: Argc.none, payload: undefined, asker: undefined };
    this.host.deadLetter(this, lost, 'threadDied', error);
    this.publish();
  }

  protected push(name: unknown, payload: unknown, meta: Meta): void {
    if (this.#queue === undefined) {
      if (this.#firstName === undefined && this.settings.priorities === undefined) {
        this.#firstName = name;
        this.#firstPayload = payload;
        this.#firstMeta = meta;
        return;
      }
      this.#queue = this.#newQueue();
    }
    this.#queue.push(name, payload, meta);
    const { capacity } = this.settings;
    if (this.#queue.size * 2 > (capacity === Infinity ? LIMITS.mailboxMessages : capacity))
      this.more().rising(this.queued);
  }

  /** The oldest message makes room; the runtime's notices are none, and keep their place. */
  #evictOldest(): void {
    const oldest = emptyTaken();
    const notices: unknown[] = [];
    while (this.#shiftLeast(oldest)) {
      if (oldest.name !== NOTICE) {
        this.extras?.lightened(oldest.payload);
        this.#bury(oldest.name, oldest.payload, oldest.meta, 'evicted');
        if (this.extras?.isOverBytes !== true) break;
        continue;
      }
      notices.push(oldest.payload);
    }
    if (notices.length === 0) return;
    this.#queue ??= this.#newQueue();
    for (const notice of notices.reverse()) this.#queue.unshift(NOTICE, notice, 0);
  }

  #shiftLeast(into: Taken): boolean {
    return this.#firstName === undefined && this.#queue !== undefined
      ? this.#queue.shiftLeast(into)
      : this.shift(into);
  }

  protected shift(into: Taken): boolean {
    if (this.#firstName === undefined) return this.#queue?.shift(into) ?? false;
    into.name = this.#firstName;
    into.payload = this.#firstPayload;
    into.meta = this.#firstMeta;
    this.#firstName = undefined;
    this.#firstPayload = undefined;
    this.#firstMeta = 0;
    return true;
  }

  protected isServing(): boolean {
    return this.state === RUNNING || this.state === DRAINING;
  }

  protected settleAsHandled(): void {
    this.#settleAs(HANDLED);
  }

  protected settleAsDead(): void {
    this.#settleAs(DEAD_LETTERS);
  }

  /** Settled and accounted for in one straight line: a thread that dies leaves both done or neither. */
  #settleAs(counter: number): void {
    const { words, counters, table } = this.host;
    const settled = (this.settled + 1) | 0;
    this.settled = settled;
    if (this.isInTurn) {
      words[IN_TURN] = (words[IN_TURN] as number) + 1;
    } else {
      table.storeSettled(this.slot, settled);
      this.#published = settled;
    }
    counters[counter] = (counters[counter] as number) + 1;
  }

  #bury(name: unknown, payload: unknown, meta: Meta, reason: 'stopped' | 'evicted'): void {
    if (name === NOTICE) return;
    const error =
      reason === 'stopped'
        ? actorStopped(this.path, `"${String(name)}"`)
        : new CodedError(
            'MAILBOX_FULL',
            `"${String(name)}" was evicted from the full mailbox of ${this.path}`,
          );
    this.settleLost(name, payload, meta, reason, error);
    this.publish();
  }

  protected settleLost(
    name: unknown,
    payload: unknown,
    meta: Meta,
    reason: Parameters<CellHost['deadLetter']>[2],
    error: CodedError,
  ): void {
    const argc = (typeof meta === 'number' ? meta & ARGC_MASK : meta.argc) as Argc;
    const begun = typeof meta === 'number' ? meta & ~ARGC_MASK : meta.begun;
    if (begun !== 0) this.host.markBegun(begun);
    const asker = typeof meta === 'number' ? undefined : meta.asker;
    this.settleAsDead();
    this.host.deadLetter(this, { name, argc, payload, asker }, reason, error);
  }

  #addBytes(payload: unknown): void {
    const weight = weightOf(payload, 2);
    if (weight < 1024) return;
    this.more().addBytes(weight);
  }

  #newQueue(): Mailbox {
    const { priorities } = this.settings;
    return priorities === undefined ? this.host.takeQueue() : new PriorityMailbox(priorities);
  }

  /** Called after a turn: an empty queue goes back to the thread. */
  protected releaseQueue(): void {
    const queue = this.#queue;
    if (queue?.size !== 0) return;
    this.#queue = undefined;
    this.#giveBack(queue);
  }

  #giveBack(queue: Mailbox): void {
    if (this.settings.priorities === undefined) this.host.giveQueue(queue as never);
    else queue.release();
    this.extras?.noBytes();
  }

  /** Takes every queued message out, for the dead letters. */
  *takeAll(): Generator<Taken> {
    const register = emptyTaken();
    while (this.shift(register)) yield register;
    const queue = this.#queue;
    this.#queue = undefined;
    if (queue !== undefined) this.#giveBack(queue);
  }
}
