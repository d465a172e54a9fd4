/**
 * Typed calls over a port, through Comlink: the only importer of it. Comlink loses calls when a peer dies, loses
 * what errors say beyond their text, and believes every message; the ends it is given here (rpc-calling.ts,
 * rpc-serving.ts) see to that, and leave its global transfer handlers to the rest of the process.
 * No user message goes this way: the control of threads, ref.remote(), and actors exposed to strangers do.
 * Runs on: any.
 */
import type { MessagePort } from 'node:worker_threads';
import { expose, wrap } from 'comlink';
import { type Clock, systemClock } from './clock.js';
import { assert, type CodedError } from './errors.js';
import { LIMITS } from './limits.js';
import { CallingEndpoint, FailedAnswer } from './rpc-calling.js';
import { type ExposeOptions, HandlerGate } from './rpc-gate.js';
import { failedAnswer, isReservedName, type Listener } from './rpc-message.js';
import { methodsOf, type Service, ServingEndpoint } from './rpc-serving.js';

export type { ExposeOptions } from './rpc-gate.js';
export { transferring } from './rpc-message.js';

/** The methods of `T` as its caller sees them: each answers with a promise. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer Args) => infer R
    ? (...args: Args) => Promise<Awaited<R>>
    : never;
};

export interface CallOptions {
  /** Who is called, for error texts: 'thread 2'. */
  readonly name: string;
  /** Deadline of every call, in ms; Infinity for none. Default LIMITS.controlMs. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
}

/** The calling side of a port. Every call settles: by answer, deadline, lost(), close(), or the port's end. */
export interface Caller<T> {
  /**
   * The methods of the peer. A call rejects with what the method threw, same class, code, details and cause;
   * CONTROL_TIMEOUT at its deadline; MESSAGE_NOT_ENCODABLE when an argument or the answer cannot be sent;
   * ENDPOINT_REFUSED when the peer has no such method; THREAD_DIED when the peer's side of the port closed.
   */
  readonly api: Remote<T>;
  /** Calls in flight. */
  readonly pending: number;
  /** The same methods with another deadline: `caller.withDeadline(100).stats()`. */
  withDeadline(deadlineMs: number): Remote<T>;
  /** The peer is gone: rejects what is pending and all later calls with `error`; closes the port. */
  lost(error: CodedError): void;
  /** Closes the port; what is pending and later calls reject with SYSTEM_STOPPED. */
  close(): void;
}

/**
 * Answers calls that come by `port` with the functions of `api`, a flat object of its own properties: sync or
 * async, called with `api` as `this`. Errors reach a `call()` whole, and plain Comlink by name, message and stack.
 * Serving refs the port. Returns how to stop: calls in flight are answered with ENDPOINT_REFUSED, the port closes.
 */
export function serve(api: object, port: MessagePort): () => void {
  const functions = new Map<string, (...args: unknown[]) => unknown>(
    Object.entries(api).filter(([, value]) => typeof value === 'function'),
  );
  assert(functions.size > 0, 'an object with functions of its own to serve');
  return serveThrough(port, {
    methods: new Set(functions.keys()),
    callsMax: Number.POSITIVE_INFINITY, // the peer is ours, and each of its calls has a deadline
    run: (method, args) => functions.get(method)?.apply(api, args),
    failed: failedAnswer,
  });
}

/** Calls what the other side of `port` serves. One port may serve and call. Refs the port; close() when done. */
export function call<T extends object>(port: MessagePort, options: CallOptions): Caller<T> {
  const { name, deadlineMs = LIMITS.controlMs, clock = systemClock } = options;
  const endpoint = new CallingEndpoint(port, name, clock);
  const { invoke } = wrap<Invoked>(endpoint);
  const apiWithin = (ms: number): Remote<T> => {
    assert(ms >= 0, 'a deadline of 0 ms or more');
    return methodsProxy((method, args) => {
      endpoint.next = { method, args, deadlineMs: ms };
      return invoke();
    }) as Remote<T>;
  };
  return {
    api: apiWithin(deadlineMs),
    get pending() {
      return endpoint.pending;
    },
    withDeadline: apiWithin,
    lost: (error) => endpoint.lost(error),
    close: () => endpoint.close(),
  };
}

/**
 * A Comlink proxy of something in this thread: `await proxy.total(1)` is `await ask('total', [1])`. Arguments,
 * answers and errors are the very same values. Any name is a method, except what every object has and what
 * promises look for. Nothing is held between calls, so there is nothing to release.
 */
export function askProxy(
  ask: (name: string, args: readonly unknown[]) => Promise<unknown>,
): object {
  return methodsProxy((name, args) => {
    asking ??= new AskingEndpoint();
    return asking.ask(() => ask(name, args));
  });
}

/**
 * Lets whoever holds the other side of `endpoint`, with plain Comlink `wrap()`, call some handlers of an actor.
 * Only what is listed, with arguments that are plain data and pass their schemas, reaches `ask`; what it gets are the
 * values the schemas gave. A caller's promise rejects with an Error that has a `code`, at the start of its message
 * too, and `details`: ENDPOINT_REFUSED for all but calls of listed handlers with plain arguments, and for more than
 * `callsMax` at once; MESSAGE_TOO_LARGE; MESSAGE_REFUSED by a schema; what `ask` rejected with. Messages that are no
 * requests of Comlink are ignored. Throws CONFIG_INVALID for a listed handler without schemas. Returns how to stop:
 * calls in flight are refused, a port is closed, a Worker goes on. It stops by itself when the other side is gone,
 * or releases its proxy, which closes a port once the calls in flight are answered.
 */
export function exposeHandlers(options: ExposeOptions): () => void {
  return serveThrough(options.endpoint, new HandlerGate(options));
}

/** What Comlink is told of a peer. It sees one method; name and arguments go by it, by reference. */
interface Invoked {
  invoke(): Promise<unknown>;
}

function serveThrough(port: ExposeOptions['endpoint'], service: Service): () => void {
  const endpoint = new ServingEndpoint(port, service);
  expose(methodsOf(service), endpoint);
  return endpoint.stop;
}

/** The end behind all proxies of this thread: no proxy of Comlink to make, or to collect, for each of ours. */
class AskingEndpoint {
  #next: (() => Promise<unknown>) | undefined = undefined;
  #deliver: Listener = () => {};
  readonly #invoke: Invoked['invoke'] = wrap<Invoked>(this).invoke;

  ask(next: () => Promise<unknown>): Promise<unknown> {
    this.#next = next;
    return this.#invoke();
  }

  addEventListener(_type: string, listener: Listener): void {
    this.#deliver = listener;
  }

  removeEventListener(): void {}

  postMessage({ id }: { readonly id: string }): void {
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) return; // a RELEASE of Comlink: the root of its proxies was collected
    const fail = (thrown: unknown): void => this.#deliver({ data: new FailedAnswer(id, thrown) });
    try {
      next().then((value) => this.#deliver({ data: { id, type: 'RAW', value } }), fail);
    } catch (thrown) {
      fail(thrown);
    }
  }
}

let asking: AskingEndpoint | undefined;

type Invoke = (name: string, args: readonly unknown[]) => Promise<unknown>;

const NO_METHODS: object = Object.freeze({});

/** An object that has a method for every name that is not an object's own business. */
function methodsProxy(invoke: Invoke): object {
  return new Proxy(NO_METHODS, {
    get(target, name) {
      if (typeof name === 'symbol' || isReservedName(name)) return Reflect.get(target, name);
      return (...args: unknown[]) => invoke(name, args);
    },
  });
}
