/**
 * An ask waiting for its one answer, and the asks of a thread that wait for answers from others. Whatever comes
 * first ends it: the reply, a failure, the deadline, the signal, the end of the target or of its thread.
 * Runs on: any.
 */
import { CodedError, Refusal } from '../errors.js';
import { LIMITS } from '../limits.js';
import { Argc, type AskChain, type Asker, pathsOf } from '../message/envelope.js';
import { type TimerWheel, WheelEntry } from '../timer-wheel.js';

/** What an ask is waiting for: plain data, for its error text and for when a thread dies. */
export interface AskTarget {
  readonly slot: number;
  readonly generation: number;
  readonly thread: number;
  readonly path: string;
  /** Bit per thread the message has been on, if it was handed on: with any of them it may be lost. */
  readonly via?: number;
}

/** True when the answer may never come because that thread has died. */
export function dependsOn({ thread: last, via = 0 }: AskTarget, thread: number): boolean {
  return last === thread || ((via >>> thread) & 1) === 1;
}

/** At once the asker and the envelope of its message: one object a local ask. */
export class PendingAsk extends WheelEntry implements Asker {
  argc: Argc = Argc.none;
  begun = 0;
  readonly asker: Asker = this;
  traceparent: string | undefined = undefined;
  chain: AskChain | undefined = undefined;
  /** Its number in the ask table; -1 while it waits within its own thread. */
  id = -1;
  deadlineMs = 0;
  isDone = false;
  onDone: (() => void) | undefined = undefined;
  /** Called each time a handler is about to take the message: once, or again when its thread has died before. */
  onBegun: (() => void) | undefined = undefined;

  constructor(
    readonly table: AskTable,
    public target: AskTarget,
    readonly name: string,
    readonly resolve: (value: unknown) => void,
    readonly reject: (error: unknown) => void,
  ) {
    super();
  }

  get isStream(): boolean {
    return false;
  }

  get wantsBegun(): boolean {
    return this.onBegun !== undefined;
  }

  begins(): void {
    if (!this.isDone) this.onBegun?.();
  }

  reply(value: unknown): void {
    if (this.#end()) this.resolve(value);
  }

  fail(error: unknown): void {
    if (this.#end()) this.reject(error);
  }

  #end(): boolean {
    if (this.isDone) return false;
    this.isDone = true;
    this.table.end(this);
    this.onDone?.();
    return true;
  }
}

/** Something that waits under a number for answers from another thread: an ask or the reader of a stream. */
export interface Awaiting extends Asker {
  id: number;
  target: AskTarget;
  item?(value: unknown): void;
}

/** What a deadline ends: an ask, or a send that waits for room. */
export interface Expiring extends WheelEntry {
  fail(error: unknown): void;
  readonly name: string;
}

export class AskTable {
  readonly #awaiting = new Map<number, Awaiting>();
  #next = 1;

  constructor(readonly wheel: TimerWheel<Expiring>) {}

  /** Gives an ask the number under which another thread can answer it. Throws ASKS_TOO_MANY. */
  register(awaiting: Awaiting): number {
    if (awaiting.id >= 0) return awaiting.id;
    if (this.#awaiting.size >= LIMITS.asksMax) {
      throw new CodedError(
        'ASKS_TOO_MANY',
        `expected at most ${LIMITS.asksMax} asks in flight on a thread, got one more`,
      );
    }
    awaiting.id = this.#next;
    this.#next = (this.#next + 1) >>> 0;
    this.#awaiting.set(awaiting.id, awaiting);
    return awaiting.id;
  }

  get(id: number): Awaiting | undefined {
    return this.#awaiting.get(id);
  }

  /** Forgets an ask that has its answer. */
  end(ask: PendingAsk): void {
    this.wheel.cancel(ask);
    this.forget(ask);
  }

  forget(awaiting: Awaiting): void {
    if (awaiting.id >= 0) this.#awaiting.delete(awaiting.id);
  }

  get size(): number {
    return this.#awaiting.size;
  }

  /** The asks that `matches`, e.g. those of a thread that has died. */
  those(matches: (awaiting: Awaiting) => boolean): Awaiting[] {
    return [...this.#awaiting.values()].filter(matches);
  }
}

/** What an asker gets for what a handler threw: a refusal as it is, the runtime's word for the rest. */
export function handlerError(path: string, handler: string, thrown: unknown): CodedError<string> {
  if (thrown instanceof Refusal) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new CodedError('HANDLER_FAILED', `handler "${handler}" of ${path} failed: ${text}`, {
    details: { handler, path },
    cause: thrown,
  });
}

export function askTimeout(target: AskTarget, name: string, deadlineMs: number): CodedError {
  return new CodedError(
    'ASK_TIMEOUT',
    `expected an answer to "${name}" from ${target.path} within ${deadlineMs} ms, got none`,
    { details: { handler: name, path: target.path, deadlineMs } },
  );
}

export function actorStopped(path: string, what: string): CodedError {
  return new CodedError('ACTOR_STOPPED', `expected ${path} to take ${what}, but it has stopped`, {
    details: { path },
  });
}

/** What is asked of, or waits for, a thread that has ended with the system. */
export function systemStopped(path: string): CodedError {
  return new CodedError(
    'SYSTEM_STOPPED',
    `expected ${path} to answer, but the system has stopped`,
    {
      details: { path },
    },
  );
}

export function askAborted(target: AskTarget, name: string, signal: AbortSignal): CodedError {
  return new CodedError(
    'ASK_ABORTED',
    `"${name}" to ${target.path} was given up by its AbortSignal`,
    {
      details: { handler: name, path: target.path },
      cause: signal.reason,
    },
  );
}

export function askCycle(
  path: string,
  name: string,
  chain: AskChain | undefined,
  expected: string,
): CodedError {
  const paths = [...pathsOf(chain), path];
  return new CodedError('ASK_CYCLE', `expected ${expected}, got ${paths.join(' → ')} ("${name}")`, {
    details: { handler: name, path, paths },
  });
}
