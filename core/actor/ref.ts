/**
 * The one implementation of ActorRef: an address, and the way of a message to it. On its own thread it is a call
 * on the cell; to another thread it is an admission in shared memory and an entry in a channel.
 * Runs on: any.
 */
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { ActorAddress } from '../message/address.js';
import { registerClass } from '../message/codec.js';
import { Argc, Envelope } from '../message/envelope.js';
import { Admission } from '../slot-table.js';
import { Counter } from '../thread-table.js';
import type { OutgoingChannel } from '../transport/outgoing-channel.js';
import type { ActorCell } from './actor-cell.js';
import type { ActorRef, AskOptions, Sender, Told } from './actor-ref.js';
import { actorStopped, askAborted, askCycle, PendingAsk } from './ask.js';
import type { CellHost } from './cell-host.js';
import { replyToOf } from './remote-asker.js';
import { openStream } from './stream.js';
import { waitForRoom } from './waiting-send.js';

// In this file, where V8 folds them: a constant of another module is loaded and checked at each use.
const { accepted: ACCEPTED, full: FULL, stopped: STOPPED } = Admission;
const { none: NONE, one: ONE, many: MANY } = Argc;
const { asks: ASKS } = Counter;

const ANSWERS: readonly Told[] = ['accepted', 'full', 'stopped'];
export const TOLD = ANSWERS;
const NO_OPTIONS: AskOptions = {};

/** Where a prepared message goes: to one actor, or to whichever of several is its turn. */
export interface Route {
  /** Gives it, unless others wait for that already. */
  offer(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission;
  /** Gives it, for one that has waited its turn. */
  attempt(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission;
}

/** What an ask of the runtime itself may want beside what users can. */
export interface InnerAskOptions extends AskOptions {
  readonly onBegun?: (() => void) | undefined;
}

export class Ref implements Route, ActorRef<Record<string, (...args: unknown[]) => unknown>> {
  constructor(
    readonly host: CellHost,
    readonly slot: number,
    readonly generation: number,
    readonly thread: number,
    /** Set while the actor is on this thread. */
    public cell: ActorCell | undefined,
    private knownPath: string | undefined,
  ) {}

  get path(): string {
    return this.cell?.path ?? this.knownPath ?? `/#${this.slot}.${this.generation}`;
  }

  /** True when it knows a path worth sending along. */
  get hasPath(): boolean {
    return this.knownPath !== undefined;
  }

  get address(): ActorAddress {
    const { path, slot, generation, thread } = this;
    return { path, slot, generation, thread };
  }

  equals(other: ActorRef<unknown>): boolean {
    return other instanceof Ref && other.slot === this.slot && other.generation === this.generation;
  }

  tell(name: string, ...args: unknown[]): Told {
    // The rest array is only read, never handed on: then it is not even made.
    const argc = args.length;
    if (this.host.running.hasTraces) return this.#tellTraced(name, args);
    if (argc === 1) return ANSWERS[this.offer(name, ONE, args[0], undefined)] as Told;
    if (argc === 0) return ANSWERS[this.offer(name, NONE, undefined, undefined)] as Told;
    const payload: unknown[] = new Array(argc);
    for (let i = 0; i < argc; i++) payload[i] = args[i];
    return ANSWERS[this.offer(name, MANY, payload, undefined)] as Told;
  }

  #tellTraced(name: string, args: readonly unknown[]): Told {
    const argc = Math.min(args.length, 2) as Argc;
    const payload = argc === ONE ? args[0] : argc === NONE ? undefined : args;
    return ANSWERS[this.offer(name, argc, payload, this.tracedTell(argc))] as Told;
  }

  send(name: string, ...args: unknown[]): Promise<void> {
    return this.sendWith(NO_OPTIONS, name, args);
  }

  ask(name: string, ...args: unknown[]): Promise<never> {
    return this.askWith(NO_OPTIONS, name, args) as Promise<never>;
  }

  stream(name: string, ...args: unknown[]): AsyncIterable<never> {
    return openStream(this, NO_OPTIONS, name, args) as AsyncIterable<never>;
  }

  forward(name: string, ...args: unknown[]): Told {
    const { running } = this.host;
    const asker = running.asker;
    const argc = Math.min(args.length, 2) as Argc;
    const payload = argc === ONE ? args[0] : argc === NONE ? undefined : args;
    if (running.cell === undefined || asker === undefined) return this.tell(name, ...args);
    const envelope = new Envelope();
    envelope.argc = argc;
    envelope.asker = asker;
    envelope.traceparent = running.traceparent;
    const admission = this.offer(name, argc, payload, envelope);
    if (admission === ACCEPTED) {
      running.asker = undefined;
      running.cell.handedOn(asker, this);
    }
    return ANSWERS[admission] as Told;
  }

  with(options: AskOptions): Sender<Record<string, (...args: unknown[]) => unknown>> {
    return new BoundRef(this, options);
  }

  remote(): never {
    return this.host.proxyFor(this, NO_OPTIONS) as never;
  }

  /** One message to this actor, wherever it is. The hot path. */
  offer(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    const { host } = this;
    if (host.room.size !== 0 && host.room.has(this.slot)) {
      return this.#refuse(host.table.isLive(this.slot, this.generation) ? FULL : STOPPED);
    }
    return this.attempt(name, argc, payload, envelope);
  }

  /** The same for one that waited for room itself. */
  attempt(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    const { host } = this;
    if (host.intakeClosed && host.running.current() === undefined) return this.#refuse(STOPPED);
    const answer = this.give(name, argc, payload, envelope);
    return answer === ACCEPTED ? answer : this.#refuse(answer);
  }

  /** The same for one that was let in before: past a closed intake, and no refusal is counted. */
  give(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    const { cell, host } = this;
    if (cell !== undefined) return cell.offer(name, payload, envelope ?? argc);
    if (this.thread === host.thread) return this.#giveHere(name, argc, payload, envelope);
    const channel = host.channelTo(this.thread);
    if (channel === undefined || channel.isHeld) {
      const told = host.hold(this, name, argc, payload, envelope ?? argc);
      return told === 'accepted' ? ACCEPTED : told === 'full' ? FULL : STOPPED;
    }
    const answer = channel.admit(this.slot, this.generation);
    if (answer !== ACCEPTED) return answer;
    if (envelope === undefined) channel.tell(this.slot, this.generation, name, argc, payload);
    else postEnvelope(this, channel, name, payload, envelope);
    return answer;
  }

  /** It came in the frame that brings its actor, or before that: from now on it knows the cell. */
  #giveHere(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    this.cell = this.host.cellFor(this.slot, this.generation);
    return this.cell?.offer(name, payload, envelope ?? argc) ?? STOPPED;
  }

  sendWith(options: AskOptions, name: string, args: readonly unknown[]): Promise<void> {
    const argc = Math.min(args.length, 2) as Argc;
    const payload = argc === ONE ? args[0] : argc === NONE ? undefined : args;
    const envelope = this.traced(options, argc);
    const answer = this.offer(name, argc, payload, envelope);
    if (answer === ACCEPTED) return this.host.sent();
    if (answer === STOPPED) return Promise.reject(this.#stoppedError(`"${name}"`));
    return waitForRoom(this, options, name, this.#retry(name, argc, payload, envelope));
  }

  /** Another try of one that waits: counted when it ends. What an actor sends is let in while the system drains. */
  #retry(
    name: string,
    argc: Argc,
    payload: unknown,
    envelope: Envelope | undefined,
  ): () => Admission {
    const { host } = this;
    const isInside = host.running.current() !== undefined;
    return () =>
      host.intakeClosed && !isInside ? STOPPED : this.give(name, argc, payload, envelope);
  }

  askWith(
    options: InnerAskOptions,
    name: string,
    args: readonly unknown[],
    route: Route = this,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ask = new PendingAsk(this.host.asks, this, name, resolve, reject);
      const argc = args.length;
      ask.argc = argc > 2 ? 2 : (argc as Argc);
      const payload = argc === 1 ? args[0] : argc === 0 ? undefined : args;
      ask.onBegun = options.onBegun;
      this.#begin(ask, options, payload, route);
    });
  }

  /** Sends a prepared ask; every way it can end is the asker's. */
  #begin(ask: PendingAsk, options: AskOptions, payload: unknown, route: Route): void {
    const { host } = this;
    ask.chain = host.running.chain();
    ask.traceparent = options.traceparent ?? host.running.traceparentNow();
    const { signal } = options;
    if (signal !== undefined && !bindSignal(ask, signal)) return;
    const cycle = cycleThrough(ask, this);
    if (cycle !== undefined) return ask.fail(cycle);
    const deadlineMs = options.deadlineMs ?? host.askMs;
    ask.deadlineMs = deadlineMs;
    if (deadlineMs !== Infinity) host.asks.wheel.add(ask, deadlineMs, host.nowSoon());
    host.counters[ASKS] = (host.counters[ASKS] as number) + 1;
    const answer = route.offer(ask.name, ask.argc, payload, ask);
    if (answer === ACCEPTED) return;
    if (answer === STOPPED) return ask.fail(this.#stoppedError(`the ask "${ask.name}"`));
    if (options.whenFull !== 'wait') return ask.fail(this.fullError(ask.name));
    this.#waitToAsk(ask, options, payload, route);
  }

  #waitToAsk(ask: PendingAsk, options: AskOptions, payload: unknown, route: Route): void {
    const attempt = (): Admission => route.attempt(ask.name, ask.argc, payload, ask);
    const retry = route === this ? this.#retry(ask.name, ask.argc, payload, ask) : attempt;
    waitForRoom(this, options, ask.name, () => (ask.isDone ? ACCEPTED : retry())).catch(
      (error: unknown) => ask.fail(error),
    );
  }

  fullError(name: string): CodedError {
    const capacity = this.host.table.capacity(this.slot);
    return new CodedError(
      'MAILBOX_FULL',
      `expected room for "${name}" in the mailbox of ${this.path}, got none of ${capacity}`,
      { details: { path: this.path, handler: name, capacity } },
    );
  }

  #stoppedError(what: string): CodedError {
    if (this.host.intakeClosed && this.host.running.current() === undefined) {
      return new CodedError(
        'SYSTEM_STOPPED',
        `expected ${this.path} to take ${what}, but the system takes nothing new`,
      );
    }
    return actorStopped(this.path, what);
  }

  #refuse(answer: Admission): Admission {
    const { counters } = this.host;
    const counter = answer === FULL ? Counter.refused : Counter.stopped;
    counters[counter] = (counters[counter] as number) + 1;
    return answer;
  }

  /** The envelope of a plain tell: only where a trace has been seen is one looked for. */
  tracedTell(argc: Argc): Envelope | undefined {
    return this.host.running.hasTraces ? this.traced(NO_OPTIONS, argc) : undefined;
  }

  /** The envelope of a message that only carries a trace, if it does. */
  traced(options: AskOptions, argc: Argc): Envelope | undefined {
    const traceparent = options.traceparent ?? this.host.running.traceparentNow();
    if (traceparent === undefined) return undefined;
    const envelope = new Envelope();
    envelope.argc = argc;
    envelope.traceparent = traceparent;
    return envelope;
  }
}

/** A ref with options bound. */
class BoundRef implements Sender<Record<string, (...args: unknown[]) => unknown>> {
  readonly #ref: Ref;
  readonly #options: AskOptions;

  constructor(ref: Ref, options: AskOptions) {
    this.#ref = ref;
    this.#options = options;
  }

  ask(name: string, ...args: unknown[]): Promise<never> {
    return this.#ref.askWith(this.#options, name, args) as Promise<never>;
  }

  send(name: string, ...args: unknown[]): Promise<void> {
    return this.#ref.sendWith(this.#options, name, args);
  }

  stream(name: string, ...args: unknown[]): AsyncIterable<never> {
    return openStream(this.#ref, this.#options, name, args) as AsyncIterable<never>;
  }

  remote(): never {
    return this.#ref.host.proxyFor(this.#ref, this.#options) as never;
  }
}

/** Puts an asked, forwarded or traced message in a channel. */
export function postEnvelope(
  ref: Ref,
  channel: OutgoingChannel,
  name: string,
  payload: unknown,
  envelope: Envelope,
): void {
  const { slot, generation, host } = ref;
  const { argc, asker, traceparent } = envelope;
  if (asker === undefined) {
    channel.tell(slot, generation, name, argc, payload, traceparent);
  } else {
    channel.ask(slot, generation, name, argc, payload, replyToOf(host, asker), traceparent);
  }
}

/** Fails the ask when its signal is triggered; false when it already is. */
function bindSignal(ask: PendingAsk, signal: AbortSignal): boolean {
  const abort = (): void => ask.fail(askAborted(ask.target, ask.name, signal));
  if (signal.aborted) {
    abort();
    return false;
  }
  signal.addEventListener('abort', abort, { once: true });
  ask.onDone = () => signal.removeEventListener('abort', abort);
  return true;
}

/** An actor that asks itself, with no second message in flight to answer, would wait for ever. */
function cycleThrough(ask: PendingAsk, ref: Ref): CodedError | undefined {
  const { chain } = ask;
  if (chain === undefined) return undefined;
  if (chain.length > LIMITS.askChainMax) {
    return askCycle(ref.path, ask.name, chain, `a chain of at most ${LIMITS.askChainMax} asks`);
  }
  return undefined;
}

registerClass(1, Ref, {
  write: (ref) => {
    const isNamed = ref.cell !== undefined || ref.hasPath;
    const { slot, generation, thread } = ref;
    return isNamed ? [slot, generation, thread, ref.path] : [slot, generation, thread];
  },
  read: (data, owner) => {
    const [slot, generation, thread, path] = data as [number, number, number, string | undefined];
    return (owner as CellHost).refTo(slot, generation, thread, path);
  },
});
