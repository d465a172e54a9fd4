/**
 * An answer that comes later: ctx.defer() gives it, the handler returns it, somebody settles it once.
 * Runs on: any.
 */
import type { Asker } from '../message/envelope.js';
import type { Deferred } from './actor-ref.js';
import { handlerError } from './ask.js';

export class DeferredReply<T = unknown> implements Deferred<T> {
  /** The execution it was taken in. */
  readonly turn: number;
  readonly #asker: Asker | undefined;
  readonly #path: string;
  readonly #handler: string;
  readonly #onEnd: (reply: DeferredReply<T>) => void;

  constructor(
    asked: { readonly asker: Asker | undefined; readonly turn: number },
    path: string,
    handler: string,
    onEnd: (reply: DeferredReply<T>) => void,
  ) {
    const { asker, turn } = asked;
    this.turn = turn;
    this.#asker = asker;
    this.#path = path;
    this.#handler = handler;
    this.#onEnd = onEnd;
  }

  resolve(value: T): void {
    this.#onEnd(this);
    this.#asker?.reply(value);
  }

  reject(error: unknown): void {
    this.abandon(handlerError(this.#path, this.#handler, error));
  }

  /** Ends it with an error of the runtime: the actor has restarted or stopped. */
  abandon(error: Error): void {
    this.#onEnd(this);
    this.#asker?.fail(error);
  }
}
