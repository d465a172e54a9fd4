/**
 * Typed notices within one thread: something has happened, whoever cares may listen. The only importer of
 * eventemitter3; this facade adds what it leaves out: a listener that throws harms no other, AbortSignals, a
 * promise for the next event, and reading events in a loop. The system's own events: system-events.ts.
 * Runs on: any.
 */
import { EventEmitter } from 'eventemitter3';
import { EventReader } from './event-reader.js';
import { LIMITS } from './limits.js';

export type * from './system-events.js';

/** Called with what a listener threw or rejected with. Must not throw. */
export type ListenerErrorHandler = (thrown: unknown, eventName: string) => void;

export interface ListenOptions {
  /** Ends the listening when aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions extends ListenOptions {
  /** Events kept for a slow reader; beyond, the oldest is dropped and counted. Default LIMITS.eventsBuffered. */
  readonly bufferMax?: number;
}

type NameOf<M> = Extract<keyof M, string>;
type AnyListener = (payload: unknown) => void;

const nothing = (): void => {};

/** Events by name, each with one payload. Listeners run in order of subscription, inside emit(). */
export class EventStream<M extends Record<string, unknown>> {
  readonly #emitter = new EventEmitter<Record<string, AnyListener>>();
  readonly #onListenerError: ListenerErrorHandler;

  constructor(onListenerError: ListenerErrorHandler) {
    this.#onListenerError = onListenerError;
  }

  /**
   * Calls `listener` for each event from now on, until the returned function is called or the signal aborts;
   * never after that. What it throws, or rejects with if async, goes to the stream's error handler.
   */
  on<K extends NameOf<M>>(
    name: K,
    listener: (payload: M[K]) => void,
    options: ListenOptions = {},
  ): () => void {
    const { signal } = options;
    if (signal?.aborted) return nothing;
    let isListening = true;
    const guarded: AnyListener = (payload) => {
      // The emitter walks a copy, so one that was removed by a listener before it is still on the walk.
      if (isListening) this.#call(name, listener as AnyListener, payload);
    };
    const unsubscribe = (): void => {
      if (!isListening) return;
      isListening = false;
      this.#emitter.off(name, guarded);
      signal?.removeEventListener('abort', unsubscribe);
    };
    this.#emitter.on(name, guarded);
    signal?.addEventListener('abort', unsubscribe, { once: true });
    return unsubscribe;
  }

  /** Resolves with the next event of that name; rejects with the signal's reason if that aborts before. */
  once<K extends NameOf<M>>(name: K, options: ListenOptions = {}): Promise<M[K]> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = (): void => {
        unsubscribe();
        reject(signal?.reason);
      };
      const unsubscribe = this.on(name, (payload) => {
        unsubscribe();
        signal?.removeEventListener('abort', abort);
        resolve(payload);
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * Reads events in a loop: `for await (const payload of stream.events(name))`. Listening starts with this call,
   * so nothing is missed before the loop begins, and ends when the loop is left or the signal aborts (the loop
   * then ends quietly). `.dropped` counts what a slow reader lost.
   */
  events<K extends NameOf<M>>(name: K, options: ReadOptions = {}): EventReader<M[K]> {
    const { signal, bufferMax = LIMITS.eventsBuffered } = options;
    const end = (): void => reader.end();
    const reader = new EventReader<M[K]>(bufferMax, () => {
      unsubscribe();
      signal?.removeEventListener('abort', end);
    });
    const unsubscribe = this.on(name, (payload) => reader.push(payload));
    if (signal?.aborted) reader.end();
    else signal?.addEventListener('abort', end, { once: true });
    return reader;
  }

  /** Tells all listeners of that name, now. Never throws because of one. */
  emit<K extends NameOf<M>>(name: K, payload: M[K]): void {
    this.#emitter.emit(name, payload);
  }

  /** Listeners of that name, readers and pending once() included: an emitter may skip costly payloads at 0. */
  listenerCount(name: NameOf<M>): number {
    return this.#emitter.listenerCount(name);
  }

  #call(name: string, listener: AnyListener, payload: unknown): void {
    try {
      const result: unknown = listener(payload);
      if (result instanceof Promise)
        result.catch((thrown: unknown) => this.#onListenerError(thrown, name));
    } catch (thrown) {
      this.#onListenerError(thrown, name);
    }
  }
}
