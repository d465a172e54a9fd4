/**
 * Which actor is running. In the synchronous part of a handler a register says it; in the rest of an async handler
 * an AsyncLocalStorage does, and only there, since it makes every await of the thread dearer.
 * Runs on: any.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AskChain, Asker } from '../message/envelope.js';
import type { ActorCell } from './actor-cell.js';

/** One execution of one handler. */
export interface Execution {
  readonly cell: ActorCell;
  /** Number of the message among all this thread has begun. */
  readonly turn: number;
  readonly asker: Asker | undefined;
  readonly traceparent: string | undefined;
  /** Its own link in the chain of the asks it makes, once it has made one. */
  link: AskChain | undefined;
}

const storage = new AsyncLocalStorage<Execution>();

export class Running {
  /** Set while a handler's synchronous part runs. */
  cell: ActorCell | undefined = undefined;
  turn = 0;
  asker: Asker | undefined = undefined;
  traceparent: string | undefined = undefined;
  /** True once a message has carried a trace on this thread: before, there is none to look for. */
  hasTraces = false;
  /** Set by ctx.stash() during a handler's synchronous part. */
  isStashed = false;
  /** True once any async handler has run here: before, there is nothing to look up. */
  #usesStorage = false;

  /** The actor whose handler runs here and now, in either part. */
  current(): ActorCell | undefined {
    if (this.cell !== undefined) return this.cell;
    return this.#usesStorage ? storage.getStore()?.cell : undefined;
  }

  traceparentNow(): string | undefined {
    if (!this.hasTraces) return undefined;
    if (this.cell !== undefined) return this.traceparent;
    return this.#usesStorage ? storage.getStore()?.traceparent : undefined;
  }

  /** The chain an ask made now would carry: the running actor on top of those that wait for it. */
  chain(): AskChain | undefined {
    if (this.cell !== undefined) return new CellLink(this.cell, this.turn, this.asker?.chain);
    if (!this.#usesStorage) return undefined;
    const execution = storage.getStore();
    if (execution === undefined) return undefined;
    execution.link ??= new CellLink(execution.cell, execution.turn, execution.asker?.chain);
    return execution.link;
  }

  /** Runs an async handler so that its later parts know whose they are. */
  runAsync<T>(cell: ActorCell, fn: () => T): T {
    return this.resume(this.execution(cell), fn);
  }

  /** The execution whose synchronous part runs, for {@link resume}. */
  execution(cell: ActorCell): Execution {
    const { turn, asker, traceparent } = this;
    return { cell, turn, asker, traceparent, link: undefined };
  }

  /** Runs a later part of an execution. */
  resume<T>(execution: Execution, fn: () => T): T {
    this.#usesStorage = true;
    return storage.run(execution, fn);
  }

  /** Runs something outside any actor, whatever the async context it was scheduled from. */
  outside<T>(fn: () => T): T {
    return this.#usesStorage ? storage.exit(fn) : fn();
  }
}

/** The link of an actor on this thread. Its path is put together only when somebody reads it. */
class CellLink implements AskChain {
  readonly length: number;

  constructor(
    readonly cell: ActorCell,
    readonly turn: number,
    readonly up: AskChain | undefined,
  ) {
    this.length = (up?.length ?? 0) + 1;
  }

  get slot(): number {
    return this.cell.slot;
  }

  get generation(): number {
    return this.cell.generation;
  }

  get path(): string {
    return this.cell.path;
  }
}
