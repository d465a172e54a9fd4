/**
 * An answer that comes later: ctx.defer() gives it, the handler returns it, somebody settles it once.
 * Runs on: any.
 */
import type { Asker } from '../message/envelope.js';
import type { Deferred } from './actor-ref.js';
import { handlerError } from './ask.js';

export class DeferredReply<T = unknown> implements Deferred<T> {
  readonly #asker: Asker | undefined;
  readonly #path: string;
  readonly #handler: string;
  readonly #onEnd: (reply: DeferredReply<T>) => void;

  constructor(
    asker: Asker | undefined,
    path: string,
    handler: string,
    onEnd: (reply: DeferredReply<T>) => void,
  ) {
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
