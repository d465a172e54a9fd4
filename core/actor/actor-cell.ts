/**
 * The machinery behind one actor: its queue, its turns, the call of its handlers. Its life (start, restart, stop) is
 * a state table in cell-life.ts. Kept small: a system may hold a million of them, so whatever most actors never
 * use is in `extras`, made at first need.
 * Runs on: any.
 */
import { CodedError } from '../errors.js';
import type { DeadLetterReason } from '../events.js';
import type { Taken } from '../mailbox/fifo.js';
import type { Mailbox } from '../mailbox/mailbox.js';
import { evicted } from '../mailbox/overflow.js';
import { PriorityMailbox } from '../mailbox/priority-mailbox.js';
import {
  ARGC_MASK,
  Argc,
  type Asker,
  argsOf,
  Envelope,
  linkOf,
  type Meta,
} from '../message/envelope.js';
import { unwrapMoved } from '../message/codec.js';
import { weightOf } from '../message/frame.js';
import type { EndReason } from '../message/signal.js';
import { Admission, SlotState } from '../slot-table.js';
import { Counter, Word } from '../thread-table.js';
import { actorStopped, askCycle, handlerError } from './ask.js';
import type { CellCommand, CellHost } from './cell-host.js';
import { CellExtras, type Flight } from './cell-extras.js';
import { CellState, endedInstead, mayFinishStop, runCommands, startCell } from './cell-life.js';
import { Child, type RemoteParent, type Supervisor } from './children.js';
import type { Context } from './context.js';
import type { ActorDefinition } from './definition.js';
import { DeferredReply } from './deferred-reply.js';
import {
  type HandlerFunction,
  isAsync,
  liveHandler,
  onlyWhile,
  SchemaRefusal,
} from './live-handler.js';
import type { Ref } from './ref.js';
import type { SpawnSettings } from './spawn-options.js';
import { pumpStream } from './stream.js';
import type { SupervisionOptions } from './supervision.js';
import { LIMITS } from '../limits.js';

/** A queued notice of the runtime: runs as a message of the actor, in order with the others, uncounted. */
export const NOTICE = Symbol('notice');

const NO_SUPERVISION: SupervisionOptions = {};

export class ActorCell extends Child implements Supervisor {
  definition: ActorDefinition | undefined = undefined;
  args: readonly unknown[] = [];
  settings: SpawnSettings;
  parent: ActorCell | RemoteParent | undefined = undefined;
  parentPath = '';
  ref: Ref | undefined = undefined;
  handlers: Record<string, unknown> | undefined = undefined;
  context: Context | undefined = undefined;
  extras: CellExtras | undefined = undefined;
  commands: CellCommand[] | undefined = undefined;
  state: CellState = CellState.loading;
  isQueued = false;
  /** In this pass' list of cells whose senders may wait. */
  isTouched = false;
  isEnding = false;
  endReason: EndReason | undefined = undefined;
  /** Async handlers in flight. */
  inFlight = 0;
  settled: number;
  #published: number;
  /** The only message, while there is no more than one: most mailboxes never need a queue. */
  #firstName: unknown = undefined;
  #firstPayload: unknown = undefined;
  #firstMeta: Meta = 0;
  #queue: Mailbox | undefined = undefined;
  #lastName = '';
  #lastFn: HandlerFunction | undefined = undefined;
  #lastIsAsync = false;

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

  get thread(): number {
    return this.host.thread;
  }

  get name(): string {
    return this.settings.name ?? `${this.definition?.name ?? ''}#${this.slot}.${this.generation}`;
  }

  get path(): string {
    return `${this.parentPath}/${this.name}`;
  }

  get supervision(): SupervisionOptions {
    return this.definition?.options.supervision ?? NO_SUPERVISION;
  }

  get queued(): number {
    return (this.#queue?.size ?? 0) + (this.#firstName === undefined ? 0 : 1);
  }

  /** What most actors never need, made at first use. */
  more(): CellExtras {
    this.extras ??= new CellExtras(this);
    return this.extras;
  }

  refTo(): Ref {
    this.ref ??= this.host.refTo(this.slot, this.generation, this.host.thread);
    return this.ref;
  }

  escalate(_child: Child, error: Error): void {
    this.fail('handle', undefined, error);
  }

  childless(): void {
    this.extras?.whenChildless?.();
  }

  /** A message from this thread: by reference, admitted here. */
  offer(name: string, payload: unknown, meta: Meta): Admission {
    const { host, slot } = this;
    if (this.state >= CellState.draining) return Admission.stopped;
    const { capacity, overflow } = this.settings;
    const bound = overflow === 'reject' ? capacity : Infinity;
    if (!host.table.admitLocal(slot, this.settled, bound, host.counters)) return Admission.full;
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
    return Admission.accepted;
  }

  /** Queues an admitted message, from whatever thread. */
  enqueue(name: string, payload: unknown, meta: Meta): void {
    if (this.state >= CellState.stopping) return this.#bury(name, payload, meta, 'stopped');
    if (typeof meta === 'object' && meta.asker !== undefined) {
      if (this.inFlight > 0 && this.#isAskedInCircle(name, payload, meta, meta.asker)) return;
      if (this.host.running.cell === this) this.more().hasAskedItself = true;
    }
    const { overflow, capacity } = this.settings;
    if (overflow !== 'reject') {
      const isOverBytes = this.extras?.isOverBytes === true && this.queued > 0;
      const which = evicted(
        overflow,
        isOverBytes ? capacity : this.queued + this.inFlight,
        capacity,
      );
      if (which === 'newest') return this.#bury(name, payload, meta, 'evicted');
      if (which === 'oldest') this.#evictOldest();
    }
    if (this.settings.bytesMax !== Infinity && typeof payload === 'object' && payload !== null) {
      this.#addBytes(payload);
    } else if (typeof payload === 'string' && payload.length > 1024) this.#addBytes(payload);
    this.#push(name, payload, meta);
    if (!this.isQueued && this.#isServing()) this.host.ready(this);
  }

  /** Queues a notice for this incarnation behind what is queued: the next one does not get it. */
  notice(fn: () => unknown): void {
    const { context } = this;
    this.fence(onlyWhile(() => this.context === context, fn));
  }

  /** Queues a notice for whichever incarnation has its turn then. */
  fence(fn: () => unknown): void {
    if (this.state >= CellState.stopping) return;
    this.#push(NOTICE, fn, 0);
    if (!this.isQueued) this.host.ready(this);
  }

  /** Tells it something that overtakes its mailbox. */
  command(command: CellCommand): void {
    if (this.state === CellState.stopped) return;
    this.commands ??= [];
    this.commands.push(command);
    if (!this.isInTurn) this.host.ready(this);
  }

  /** One turn: commands, then at most LIMITS.turnMessages messages. */
  turn(): void {
    const { host } = this;
    const { words } = host;
    words[Word.inTurn] = 0;
    words[Word.running] = this.slot + 1;
    if (this.commands !== undefined) runCommands(this);
    if (this.state === CellState.loading && this.definition !== undefined) startCell(this);
    const concurrency = this.definition?.options.concurrency ?? 1;
    let left = LIMITS.turnMessages;
    while (left-- > 0 && this.inFlight < concurrency && this.#isServing()) {
      if (!this.#shift(host.taken)) break;
      const { name, payload, meta } = host.taken;
      this.#handle(name, payload, meta);
      if (this.commands !== undefined) runCommands(this);
      if (host.isPassOver()) break;
    }
    this.#publishTurn();
    words[Word.running] = 0;
    const queue = this.#queue;
    if (queue?.size === 0) {
      this.#queue = undefined;
      this.#giveBack(queue);
    }
    if (this.commands !== undefined) host.ready(this);
    if (this.#queue === undefined && this.#firstName === undefined) {
      if (this.state === CellState.draining) mayFinishStop(this);
    } else if (this.inFlight < concurrency && this.#isServing()) host.ready(this);
  }

  /** After whatever settled messages: shows it to all threads and wakes who waits for room. */
  publish(): void {
    const { host } = this;
    if (this.settled !== this.#published) {
      host.table.storeSettled(this.slot, this.settled);
      host.words[Word.inTurn] = 0;
      this.#published = this.settled;
    }
    if (this.state === CellState.stopped) host.retire(this);
    else host.roomMade(this);
  }

  /** The same at the end of a turn, without the barrier: the end of the pass has one for all its turns. */
  #publishTurn(): void {
    const { host, slot } = this;
    if (this.state === CellState.stopped || host.table.waiters(slot) !== 0) return this.publish();
    if (this.settled === this.#published) return;
    host.table.storeSettledSoon(slot, this.settled);
    host.words[Word.inTurn] = 0;
    this.#published = this.settled;
    if (this.isTouched) return;
    this.isTouched = true;
    host.touched(this);
  }

  /** Forgets the last handler looked up: the map has changed. */
  handlersChanged(): void {
    this.#lastName = '';
    this.#lastFn = undefined;
  }

  /** A failure of this actor: it waits, suspended, for what its supervisor decides. */
  fail(phase: 'start' | 'handle' | 'restart', handler: string | undefined, error: Error): void {
    const { counters } = this.host;
    counters[Counter.failures] = (counters[Counter.failures] as number) + 1;
    if (this.state >= CellState.draining) return;
    this.state = CellState.suspended;
    this.host.table.setState(this.slot, this.generation, SlotState.suspended);
    this.host.reportFailure(this, phase, handler, error);
  }

  /** Takes every queued message out, for the dead letters. */
  *takeAll(): Generator<Taken> {
    const register: Taken = { name: undefined, payload: undefined, meta: 0 };
    while (this.#shift(register)) yield register;
    const queue = this.#queue;
    this.#queue = undefined;
    if (queue !== undefined) this.#giveBack(queue);
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
    }
    if (this.#isServing()) this.host.ready(this);
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
    this.#settleLost(name, payload, meta, why, asked);
  }

  handedOn(asker: Asker, to: Ref): void {
    this.more().handedOn(asker, to);
  }

  /** An async handler has ended. */
  land(flight: Flight, hasFailed: boolean, value: unknown): void {
    if (flight.isOver) return;
    this.removeFlight(flight);
    const { asker } = flight;
    if (!hasFailed) this.#answer(value, asker, flight.name);
    if (hasFailed) this.#threw(value, flight.name, flight.argc, flight.payload, asker);
    else if (!flight.isStashed) this.#done();
    this.publish();
    if (this.state === CellState.stopping || this.state === CellState.draining) mayFinishStop(this);
    if (this.#isServing() && this.queued > 0) this.host.ready(this);
  }

  /** The message in hand leaves the queue's count and enters the stash's. */
  settleStashed(stashed: number): void {
    const { words, table } = this.host;
    this.settled = (this.settled + 1) | 0;
    words[Word.inTurn] = (words[Word.inTurn] as number) + 1;
    table.setStashed(this.slot, stashed);
  }

  /** True while this thread is in a turn of this actor. */
  get isInTurn(): boolean {
    return this.host.words[Word.running] === this.slot + 1;
  }

  /** Settled here, but not yet to be seen by others. */
  get unpublished(): number {
    return (this.settled - this.#published) | 0;
  }

  /** A message its sender admitted and, dying, never sent: only its count is left. */
  settleOrphan(): void {
    this.#settle();
    const error = new CodedError(
      'ACTOR_THREAD_DIED',
      'the sender died before it had sent the message',
    );
    const lost = { name: '', argc: Argc.none, payload: undefined, asker: undefined };
    this.host.deadLetter(this, lost, 'threadDied', error);
    this.publish();
  }

  /** A message in flight that is given up. */
  loseFlight(flight: Flight, reason: DeadLetterReason, error: CodedError): void {
    this.#settle();
    this.host.deadLetter(this, flight, reason, error);
  }

  removeFlight(flight: Flight): void {
    flight.isOver = true;
    const { flights, fences } = this.more();
    flights.splice(flights.indexOf(flight), 1);
    fences?.landed(flight);
    this.inFlight--;
    const { words } = this.host;
    words[Word.inFlight] = (words[Word.inFlight] as number) - 1;
  }

  #push(name: unknown, payload: unknown, meta: Meta): void {
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
    const oldest: Taken = { name: undefined, payload: undefined, meta: 0 };
    const notices: unknown[] = [];
    while (this.#shift(oldest)) {
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

  #shift(into: Taken): boolean {
    if (this.#firstName === undefined) return this.#queue?.shift(into) ?? false;
    into.name = this.#firstName;
    into.payload = this.#firstPayload;
    into.meta = this.#firstMeta;
    this.#firstName = undefined;
    this.#firstPayload = undefined;
    this.#firstMeta = 0;
    return true;
  }

  #isServing(): boolean {
    return this.state === CellState.running || this.state === CellState.draining;
  }

  #handle(name: unknown, payload: unknown, meta: Meta): void {
    if (typeof name !== 'string') return this.#notice(payload as () => unknown);
    const { host } = this;
    const { words, running } = host;
    let argc: Argc;
    let asker: Asker | undefined;
    let traceparent: string | undefined;
    if (typeof meta === 'number') {
      argc = (meta & ARGC_MASK) as Argc;
      if (meta > ARGC_MASK) host.markBegun(meta);
    } else {
      ({ argc, asker, traceparent } = meta);
      if (meta.begun !== 0) host.markBegun(meta.begun);
      if (asker?.wantsBegun) asker.begins?.();
    }
    const fn = name === this.#lastName ? this.#lastFn : this.#find(name);
    words[Word.begun] = ((words[Word.begun] as number) + 1) | 0;
    if (this.extras !== undefined) this.extras.beforeMessage(payload);
    if (fn === undefined) return this.#unknown(name, argc, payload, asker);
    running.cell = this;
    running.turn++;
    running.asker = asker;
    running.traceparent = traceparent;
    running.isStashed = false;
    try {
      const result = this.#lastIsAsync
        ? running.runAsync(this, () => call(fn, this.handlers, argc, payload))
        : call(fn, this.handlers, argc, payload);
      running.cell = undefined;
      if (typeof result === 'object' && result !== null) {
        this.#returned(result, name, argc, payload);
        return;
      }
      if (running.asker !== undefined) this.#answer(result, running.asker, name);
      if (!running.isStashed) this.#done();
    } catch (thrown) {
      running.cell = undefined;
      if (running.isStashed) return this.#failQuietly(name, thrown);
      this.#threw(thrown, name, argc, payload, running.asker);
    }
  }

  /** A handler's result that is an object: a promise, a stream, a deferred answer, or plainly a value. */
  #returned(result: object, name: string, argc: Argc, payload: unknown): void {
    const { running } = this.host;
    const { asker, isStashed, turn } = running;
    if (typeof (result as PromiseLike<unknown>).then === 'function') {
      const flight: Flight = { name, argc, payload, asker, turn, isStashed, isOver: false };
      this.more().flights.push(flight);
      this.inFlight++;
      const { words } = this.host;
      words[Word.inFlight] = (words[Word.inFlight] as number) + 1;
      if (this.more().hasAskedItself) this.#findCircles();
      (result as PromiseLike<unknown>).then(
        (value) => this.land(flight, false, value),
        (error) => this.land(flight, true, error),
      );
      return;
    }
    if (asker !== undefined) this.#answer(result, asker, name);
    if (!isStashed) this.#done();
  }

  /** Gives the asker its answer, or the stream its source. */
  #answer(value: unknown, asker: Asker | undefined, name: string): void {
    if (asker === undefined || value instanceof DeferredReply) return;
    const isSource = typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
    if (!asker.isStream && !isSource) return asker.reply(value);
    if (asker.isStream && isSource) return pumpStream(this, asker, value as AsyncIterable<unknown>);
    const expected = asker.isStream ? 'an async generator' : 'a handler that answers once';
    const got = isSource ? 'an async generator' : 'another result';
    const text = `expected ${expected} in "${name}" of ${this.path}, got ${got}`;
    asker.fail(
      new CodedError('STREAM_EXPECTED', text, { details: { handler: name, path: this.path } }),
    );
  }

  #threw(
    thrown: unknown,
    name: string,
    argc: Argc,
    payload: unknown,
    asker: Asker | undefined,
  ): void {
    const error = handlerError(this.path, name, thrown);
    if (error.name === 'Refusal') {
      asker?.fail(error);
      return this.#done();
    }
    const lost = { name, argc, payload, asker };
    this.#settle();
    if (thrown instanceof SchemaRefusal) {
      return this.host.deadLetter(this, lost, 'refusedBySchema', thrown.named(this.path, name));
    }
    this.host.deadLetter(this, lost, 'handlerFailed', error as CodedError);
    this.fail('handle', name, thrown instanceof Error ? thrown : error);
  }

  /** The message was stashed before the handler threw: it is kept, only the actor fails. */
  #failQuietly(name: string, thrown: unknown): void {
    this.fail(
      'handle',
      name,
      thrown instanceof Error ? thrown : handlerError(this.path, name, thrown),
    );
  }

  #unknown(name: string, argc: Argc, payload: unknown, asker: Asker | undefined): void {
    this.#settle();
    const known = Object.keys(this.handlers ?? {}).join(', ');
    const text = `expected one of the handlers of ${this.path} (${known}), got "${name}"`;
    const details = { handler: name, path: this.path };
    const error = new CodedError('HANDLER_UNKNOWN', text, { details });
    this.host.deadLetter(this, { name, argc, payload, asker }, 'unknownHandler', error);
  }

  #notice(fn: () => unknown): void {
    const { running } = this.host;
    running.cell = this;
    running.turn++;
    running.asker = undefined;
    running.traceparent = undefined;
    running.isStashed = false;
    try {
      const result = isAsync(fn) ? running.runAsync(this, fn) : fn();
      running.cell = undefined;
      if (typeof result === 'object' && result !== null && 'then' in result) {
        const { context } = this;
        Promise.resolve(result).catch((error: unknown) => {
          if (this.context === context) this.#failQuietly('a callback', error);
        });
      }
    } catch (thrown) {
      running.cell = undefined;
      this.#failQuietly('a callback', thrown);
    }
  }

  #find(name: string): HandlerFunction | undefined {
    const fn = liveHandler(this.definition, this.extras?.overlay, this.handlers, name);
    if (fn === undefined) return undefined;
    this.#lastName = name;
    this.#lastFn = fn;
    this.#lastIsAsync = isAsync(fn);
    this.host.words[Word.handler] = this.host.handlerNumber(name);
    return fn;
  }

  #done(): void {
    this.#settleAs(Counter.handled);
  }

  #settle(): void {
    this.#settleAs(Counter.deadLetters);
  }

  /** Settled and accounted for in one straight line: a thread that dies leaves both done or neither. */
  #settleAs(counter: number): void {
    const { words, counters, table } = this.host;
    const settled = (this.settled + 1) | 0;
    this.settled = settled;
    if (this.isInTurn) {
      words[Word.inTurn] = (words[Word.inTurn] as number) + 1;
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
    this.#settleLost(name, payload, meta, reason, error);
    this.publish();
  }

  #settleLost(
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
    this.#settle();
    this.host.deadLetter(this, { name, argc, payload, asker }, reason, error);
  }

  /** With one message at a time, an actor whose handler waits for the asker can never answer it. */
  #isAskedInCircle(name: string, payload: unknown, meta: Envelope, asker: Asker): boolean {
    const { concurrency = 1, reentrant = false } = this.definition?.options ?? {};
    if (this.inFlight < concurrency) return false;
    const link = linkOf(asker.chain, this.slot, this.generation);
    if (link === undefined || !this.more().hasFlight(link.turn)) return false;
    if (reentrant) {
      this.more().letIn(() => {
        Object.assign(this.host.taken, { name, payload, meta });
        this.#handle(name, payload, meta);
      });
      return true;
    }
    const expected = `${this.path} to be free to answer`;
    const error = askCycle(this.path, name, asker.chain, expected);
    this.#settleLost(name, payload, meta, 'askCycle', error);
    this.publish();
    return true;
  }

  /** What it asked of itself in the synchronous part of a handler, which only now is known to wait. */
  #findCircles(): void {
    this.more().hasAskedItself = false;
    const kept: Taken[] = [];
    for (let one = emptyTaken(); this.#shift(one); one = emptyTaken()) {
      const { name, payload, meta } = one;
      const asker = typeof meta === 'object' ? meta.asker : undefined;
      const isCircle =
        asker !== undefined &&
        this.#isAskedInCircle(name as string, payload, meta as Envelope, asker);
      if (!isCircle) kept.push(one);
    }
    for (const { name, payload, meta } of kept) this.#push(name, payload, meta);
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

  #giveBack(queue: Mailbox): void {
    if (this.settings.priorities === undefined) this.host.giveQueue(queue as never);
    else queue.release();
    this.extras?.noBytes();
  }
}

function emptyTaken(): Taken {
  return { name: undefined, payload: undefined, meta: 0 };
}

function call(fn: HandlerFunction, map: unknown, argc: Argc, payload: unknown): unknown {
  if (argc === Argc.one) return fn.call(map, payload);
  if (argc === Argc.none) return fn.call(map);
  return fn.apply(map, argsOf(argc, payload) as unknown[]);
}
