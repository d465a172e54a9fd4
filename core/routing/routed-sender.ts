/**
 * The sending half of a replica set, the same for each way to choose: any replica, the owner of a key, this replica.
 * Tells, sends, asks and streams differ only in what they do when the message has to wait.
 * Runs on: any.
 */
import type { AskOptions, Sender, Told } from '../actor/actor-ref.js';
import { type Ref, type Route, TOLD } from '../actor/ref.js';
import type { KeySender } from '../actor/replicas.js';
import { openStream } from '../actor/stream.js';
import { sendCycle, WaitingSend } from '../actor/waiting-send.js';
import { Argc, type Envelope } from '../message/envelope.js';
import { askProxy } from '../rpc.js';
import { Admission } from '../slot-table.js';
import { type Delivery, type Dispatch, TAKEN } from './dispatch.js';
import { Held, type Message } from './held.js';
import type { Lane } from './lane.js';
import type { Replica } from './replica.js';

/** A protocol of which nothing is known: types are laid over it where users see it. */
export type Untyped = Record<string, (...args: unknown[]) => unknown>;

const NO_OPTIONS: AskOptions = {};

export abstract class RoutedSender implements Route, KeySender<Untyped> {
  constructor(readonly dispatch: Dispatch) {}

  /** Gives the message to whom it is for, or says where it has to wait. */
  abstract deliver(message: Message): Delivery;
  /** Whom it would go to now; for texts, and for whom an ask waits until somebody has it. */
  abstract get ref(): Ref | undefined;
  /** What decides where a message that waited goes, when the owners have changed. */
  abstract get key(): string | number | undefined;

  tell(name: string, ...args: unknown[]): Told {
    const argc = argcOf(args);
    const envelope = this.ref?.tracedTell(argc);
    return TOLD[this.offer(name, argc, payloadOf(argc, args), envelope)] as Told;
  }

  send(name: string, ...args: unknown[]): Promise<void> {
    return this.sendWith(NO_OPTIONS, name, args);
  }

  ask(name: string, ...args: unknown[]): Promise<never> {
    return this.askWith(NO_OPTIONS, name, args) as Promise<never>;
  }

  stream(name: string, ...args: unknown[]): AsyncIterable<never> {
    return this.streamWith(NO_OPTIONS, name, args) as AsyncIterable<never>;
  }

  remote(): never {
    return this.remoteWith(NO_OPTIONS) as never;
  }

  with(options: AskOptions): Sender<Untyped> {
    return new BoundSender(this, options);
  }

  offer(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    const { dispatch } = this;
    if (dispatch.isShut) return dispatch.refuse(Admission.stopped);
    const message = { name, argc, payload, envelope };
    const delivery = this.deliver(message);
    if (delivery === TAKEN) return Admission.accepted;
    if (delivery === undefined) return dispatch.refuse(Admission.stopped);
    return dispatch.keep(delivery, new Held(this.key, message, undefined));
  }

  /** The same for an ask that is ready to wait for room: it never finds its lane full. */
  attempt(name: string, argc: Argc, payload: unknown, envelope: Envelope | undefined): Admission {
    const { dispatch } = this;
    if (dispatch.isShut) return dispatch.refuse(Admission.stopped);
    const message = { name, argc, payload, envelope };
    const delivery = this.deliver(message);
    if (delivery === undefined) return dispatch.refuse(Admission.stopped);
    if (delivery !== TAKEN) delivery.push(new Held(this.key, message, undefined));
    return Admission.accepted;
  }

  sendWith(options: AskOptions, name: string, args: readonly unknown[]): Promise<void> {
    const { dispatch, ref } = this;
    const refusal = dispatch.refusalNow(name);
    if (refusal !== undefined || ref === undefined) return Promise.reject(refusal);
    const argc = argcOf(args);
    const message = {
      name,
      argc,
      payload: payloadOf(argc, args),
      envelope: ref.traced(options, argc),
    };
    const delivery = this.deliver(message);
    if (delivery === TAKEN) return ref.host.sent();
    if (delivery === undefined) return Promise.reject(dispatch.refusal(name));
    return this.#wait(delivery, ref, options, message);
  }

  askWith(options: AskOptions, name: string, args: readonly unknown[]): Promise<unknown> {
    const { ref } = this;
    const refusal = this.dispatch.refusalNow(name);
    if (refusal !== undefined || ref === undefined) return Promise.reject(refusal);
    return ref.askWith(options, name, args, options.whenFull === 'wait' ? waiting(this) : this);
  }

  streamWith(options: AskOptions, name: string, args: readonly unknown[]): AsyncIterable<unknown> {
    const refused = (): AsyncIterator<unknown> => ({
      next: () => Promise.reject(this.dispatch.refusalNow(name)),
    });
    return {
      [Symbol.asyncIterator]: () => {
        const { ref } = this;
        if (ref === undefined || this.dispatch.refusalNow(name) !== undefined) return refused();
        return openStream(ref, options, name, args, this)[Symbol.asyncIterator]();
      },
    };
  }

  remoteWith(options: AskOptions): object {
    return askProxy((name, args) => this.askWith(options, name, args));
  }

  #wait(lane: Lane, ref: Ref, options: AskOptions, message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      const cycle = sendCycle(ref, message.name);
      if (cycle !== undefined) return reject(cycle);
      const waiting = new WaitingSend(ref, message.name, () => Admission.accepted, resolve, reject);
      if (waiting.arm(options)) lane.push(new Held(this.key, message, waiting));
    });
  }
}

/** To the owner of a key. */
export class KeyRoute extends RoutedSender {
  constructor(
    dispatch: Dispatch,
    readonly key: string | number,
  ) {
    super(dispatch);
  }

  get ref(): Ref | undefined {
    const { replicas, ring } = this.dispatch;
    return replicas[ring.indexOf(this.key)]?.ref;
  }

  deliver(message: Message): Delivery {
    return this.dispatch.toKey(this.key, message);
  }
}

/** To whichever replica is next. */
export class AnyRoute extends RoutedSender {
  readonly key = undefined;

  get ref(): Ref | undefined {
    return this.dispatch.ref;
  }

  deliver(message: Message): Delivery {
    return this.dispatch.toAny(message);
  }
}

/** To one replica, or who follows it. */
export class ReplicaRoute extends RoutedSender {
  readonly key = undefined;

  constructor(
    dispatch: Dispatch,
    readonly replica: Replica,
  ) {
    super(dispatch);
  }

  get ref(): Ref | undefined {
    return this.replica.ref;
  }

  deliver(message: Message): Delivery {
    return this.dispatch.toOne(this.replica, message);
  }
}

/** A route with options bound. */
export class BoundSender implements Sender<Untyped> {
  constructor(
    readonly route: RoutedSender,
    readonly options: AskOptions,
  ) {}

  ask(name: string, ...args: unknown[]): Promise<never> {
    return this.route.askWith(this.options, name, args) as Promise<never>;
  }

  send(name: string, ...args: unknown[]): Promise<void> {
    return this.route.sendWith(this.options, name, args);
  }

  stream(name: string, ...args: unknown[]): AsyncIterable<never> {
    return this.route.streamWith(this.options, name, args) as AsyncIterable<never>;
  }

  remote(): never {
    return this.route.remoteWith(this.options) as never;
  }
}

export function argcOf(args: readonly unknown[]): Argc {
  return Math.min(args.length, 2) as Argc;
}

export function payloadOf(argc: Argc, args: readonly unknown[]): unknown {
  return argc === Argc.one ? args[0] : argc === Argc.none ? undefined : args;
}

function waiting(route: RoutedSender): Route {
  const attempt: Route['attempt'] = (name, argc, payload, envelope) =>
    route.attempt(name, argc, payload, envelope);
  return { offer: attempt, attempt };
}
