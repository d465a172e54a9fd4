/**
 * The machinery behind one actor: its turns and the call of its handlers. What waits for them is in cell-mailbox.ts. Its
 * life (start, restart, stop) is a state table in cell-life.ts. Kept small: a system may hold a million of them, so
 * whatever most actors never use is in `extras`, made at first need.
 * Runs on: any.
 */
import { CodedError } from '../errors.js';
import type { DeadLetterReason } from '../events.js';
import { LIMITS } from '../limits.js';
import { emptyTaken, type Taken } from '../mailbox/fifo.js';
import {
  ARGC_MASK,
  type Argc,
  type Asker,
  type Envelope,
  linkOf,
  type Meta,
} from '../message/envelope.js';
import type { EndReason } from '../message/signal.js';
import { SlotState } from '../slot-table.js';
import { Counter, Word } from '../thread-table.js';
import { askCycle, handlerError } from './ask.js';
import { CellExtras, type Flight } from './cell-extras.js';
import type { CellCommand, LostMessage } from './cell-host.js';
import { mayFinishStop, runCommands, startCell } from './cell-life.js';
import { CellMailbox, NOTICE } from './cell-mailbox.js';
import { CellState } from './cell-state.js';
import type { Child, RemoteParent, Supervisor } from './children.js';
import type { Context } from './context.js';
import { DeferredReply } from './deferred-reply.js';
import { type ActorDefinition, NO_ARGS } from './definition.js';
import {
  callHandler,
  type HandlerFunction,
  isAsync,
  liveHandler,
  onlyWhile,
  SchemaRefusal,
} from './live-handler.js';
import type { Ref } from './ref.js';
import { pumpStream } from './stream.js';
import type { SupervisionOptions } from './supervision.js';

// In this file, where V8 folds them: a constant of another module is loaded and checked at each use.
const ARGC_BITS = ARGC_MASK;
const { loading: LOADING, draining: DRAINING, stopping: STOPPING } = CellState;
const { inTurn: IN_TURN, running: IN_HAND, begun: BEGUN } = Word;
const { turnMessages: TURN_MESSAGES } = LIMITS;

const NO_SUPERVISION: SupervisionOptions = {};

export class ActorCell extends CellMailbox implements Supervisor {
  definition: ActorDefinition | undefined = undefined;
  args: readonly unknown[] = NO_ARGS;
  parent: ActorCell | RemoteParent | undefined = undefined;
  ref: Ref | undefined = undefined;
  handlers: Record<string, unknown> | undefined = undefined;
  context: Context | undefined = undefined;
  commands: CellCommand[] | undefined = undefined;
  isEnding = false;
  endReason: EndReason | undefined = undefined;
  #lastName = '';
  #lastFn: HandlerFunction | undefined = undefined;
  #lastIsAsync = false;

  get name(): string {
    return this.settings.name ?? `${this.definition?.name ?? ''}#${this.slot}.${this.generation}`;
  }

  get path(): string {
    let path = '';
    let above: ActorCell | RemoteParent | undefined = this;
    for (; above instanceof ActorCell; above = above.parent) path = `/${above.name}${path}`;
    return `${above?.path ?? ''}${path}`;
  }

  /** What most actors never need, made at first use. */
  more(): CellExtras {
    this.extras ??= new CellExtras(this);
    return this.extras;
  }

  get supervision(): SupervisionOptions {
    return this.definition?.options.supervision ?? NO_SUPERVISION;
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

  /** Queues a notice for this incarnation behind what is queued: the next one does not get it. */
  notice(fn: () => unknown): void {
    const { context } = this;
    this.fence(onlyWhile(() => this.context === context, fn));
  }

  /** Queues a notice for whichever incarnation has its turn then. */
  fence(fn: () => unknown): void {
    if (this.state >= STOPPING) return;
    this.push(NOTICE, fn, 0);
    if (!this.isQueued) this.host.ready(this);
  }

  /** Tells it something that overtakes its mailbox. */
  command(command: CellCommand): void {
    if (this.state === CellState.stopped) return;
    if (this.commands === undefined) this.commands = [command];
    else this.commands.push(command);
    if (!this.isInTurn) this.host.ready(this);
  }

  /** One turn: commands, then at most TURN_MESSAGES messages. */
  turn(): void {
    const { host } = this;
    const { words } = host;
    words[IN_TURN] = 0;
    words[IN_HAND] = this.slot + 1;
    if (this.commands !== undefined) runCommands(this);
    if (this.state === LOADING && this.definition !== undefined) startCell(this);
    const concurrency = this.definition?.concurrency ?? 1;
    let left = TURN_MESSAGES;
    while (left-- > 0 && this.inFlight < concurrency && this.isServing()) {
      if (!this.shift(host.taken)) break;
      const { name, payload, meta } = host.taken;
      this.#handle(name, payload, meta);
      if (this.commands !== undefined) runCommands(this);
      // The pass looks at its time after each turn.
      if (this.queued === 0 || host.isPassOver()) break;
    }
    this.publishTurn();
    words[IN_HAND] = 0;
    this.releaseQueue();
    if (this.commands !== undefined) host.ready(this);
    if (this.queued === 0) {
      if (this.state === DRAINING) mayFinishStop(this);
    } else if (this.inFlight < concurrency && this.isServing()) host.ready(this);
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
    if (this.state >= DRAINING) return;
    this.state = CellState.suspended;
    this.host.table.setState(this.slot, this.generation, SlotState.suspended);
    this.host.reportFailure(this, phase, handler, error);
  }

  handedOn(asker: Asker, to: Ref): void {
    this.more().handedOn(asker, to);
  }

  /** An async handler has ended. */
  land(flight: Flight, hasFailed: boolean, value: unknown): void {
    if (flight.isOver) return;
    this.removeFlight(flight);
    const { asker } = flight;
    if (!hasFailed) this.#answer(value, asker, flight.name, flight);
    if (hasFailed) this.#threw(value, flight);
    else if (!flight.isStashed) this.settleAsHandled();
    this.publish();
    if (this.state === STOPPING || this.state === DRAINING) mayFinishStop(this);
    if (this.isServing() && this.queued > 0) this.host.ready(this);
  }

  /** A message in flight that is given up. */
  loseFlight(flight: Flight, reason: DeadLetterReason, error: CodedError): void {
    this.settleAsDead();
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

  #handle(name: unknown, payload: unknown, meta: Meta): void {
    if (typeof name !== 'string') return this.#notice(payload as () => unknown);
    const { host } = this;
    const { words, running } = host;
    const isPlain = typeof meta === 'number';
    if (!isPlain) this.#begin(meta);
    else if (meta > ARGC_BITS) host.markBegun(meta);
    const argc = (isPlain ? meta & ARGC_BITS : meta.argc) as Argc;
    const fn = name === this.#lastName ? this.#lastFn : this.#find(name);
    words[BEGUN] = ((words[BEGUN] as number) + 1) | 0;
    if (this.extras !== undefined) this.extras.beforeMessage(payload);
    if (fn === undefined)
      return this.#unknown(name, argc, payload, isPlain ? undefined : meta.asker);
    running.cell = this;
    running.turn++;
    running.asker = isPlain ? undefined : meta.asker;
    running.traceparent = isPlain ? undefined : meta.traceparent;
    running.isStashed = false;
    try {
      const result = this.#lastIsAsync
        ? this.#callAsync(fn, argc, payload)
        : callHandler(fn, this.handlers, argc, payload);
      running.cell = undefined;
      if (typeof result === 'object' && result !== null) {
        this.#returned(result, name, argc, payload);
        return;
      }
      if (running.asker !== undefined) this.#answer(result, running.asker, name, running);
      if (!running.isStashed) this.settleAsHandled();
    } catch (thrown) {
      running.cell = undefined;
      if (running.isStashed) return this.#failQuietly(name, thrown);
      this.#threw(thrown, { name, argc, payload, asker: running.asker, turn: running.turn });
    }
  }

  /** Tells those who want to hear that the message of an envelope begins. */
  #begin({ traceparent, begun, asker }: Envelope): void {
    const { host } = this;
    if (traceparent !== undefined) host.running.hasTraces = true;
    if (begun !== 0) host.markBegun(begun);
    if (asker?.wantsBegun) asker.begins?.();
  }

  /** Apart, so that a handler that is not async pays for no closure. */
  #callAsync(fn: HandlerFunction, argc: Argc, payload: unknown): unknown {
    return this.host.running.runAsync(this, () => callHandler(fn, this.handlers, argc, payload));
  }

  /** A handler's result that is an object: a promise, a stream, a deferred answer, or plainly a value. */
  #returned(result: object, name: string, argc: Argc, payload: unknown): void {
    const { running } = this.host;
    const { asker, isStashed, turn } = running;
    if (typeof (result as PromiseLike<unknown>).then === 'function') {
      const { traceparent } = running;
      const flight: Flight = {
        ...{ name, argc, payload, asker, turn, traceparent, isStashed },
        isOver: false,
      };
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
    if (asker !== undefined) this.#answer(result, asker, name, running);
    if (!isStashed) this.settleAsHandled();
  }

  /** Gives the asker its answer, or the stream its source. */
  #answer(
    value: unknown,
    asker: Asker | undefined,
    name: string,
    from: { readonly turn: number; readonly traceparent: string | undefined },
  ): void {
    if (asker === undefined || value instanceof DeferredReply) return;
    const isSource = typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
    if (!asker.isStream && !isSource) return asker.reply(value);
    if (asker.isStream && isSource) {
      const { turn, traceparent } = from;
      const execution = { cell: this, turn, asker, traceparent, link: undefined };
      return pumpStream(execution, name, value as AsyncIterable<unknown>);
    }
    const expected = asker.isStream ? 'an async generator' : 'a handler that answers once';
    const got = isSource ? 'an async generator' : 'another result';
    const text = `expected ${expected} in "${name}" of ${this.path}, got ${got}`;
    asker.fail(
      new CodedError('STREAM_EXPECTED', text, { details: { handler: name, path: this.path } }),
    );
  }

  #threw(thrown: unknown, lost: LostMessage & { readonly turn: number }): void {
    const { asker, turn } = lost;
    const name = lost.name as string;
    const error = handlerError(this.path, name, thrown);
    this.extras?.abandonDeferred(turn, error);
    if (error.name === 'Refusal') {
      asker?.fail(error);
      return this.settleAsHandled();
    }
    this.settleAsDead();
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
    this.settleAsDead();
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

  /** With one message at a time, an actor whose handler waits for the asker can never answer it. */
  protected override isAskedInCircle(
    name: string,
    payload: unknown,
    meta: Envelope,
    asker: Asker,
  ): boolean {
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
    this.settleLost(name, payload, meta, 'askCycle', error);
    this.publish();
    return true;
  }

  /** What it asked of itself in the synchronous part of a handler, which only now is known to wait. */
  #findCircles(): void {
    this.more().hasAskedItself = false;
    const kept: Taken[] = [];
    for (let one = emptyTaken(); this.shift(one); one = emptyTaken()) {
      const { name, payload, meta } = one;
      const asker = typeof meta === 'object' ? meta.asker : undefined;
      const isCircle =
        asker !== undefined &&
        this.isAskedInCircle(name as string, payload, meta as Envelope, asker);
      if (!isCircle) kept.push(one);
    }
    for (const { name, payload, meta } of kept) this.push(name, payload, meta);
  }
}
