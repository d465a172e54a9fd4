/**
 * Reading an async generator handler over a ref. The reader grants demand; the producer sends no more items than
 * granted, so a slow reader slows the source. Leaving the loop cancels: the generator's `finally` runs.
 *
 *   reader ──ask, stream──▶ cell ──items (≤ demand)──▶ reader
 *          ◀─────────────── reply: end / fail: error ─
 *          ──demand n / cancel──▶ source
 *
 * Runs on: any.
 */
import type { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { Argc, type AskChain, type Asker, Envelope } from '../message/envelope.js';
import { Admission } from '../slot-table.js';
import type { ActorCell } from './actor-cell.js';
import type { AskOptions } from './actor-ref.js';
import { type AskTarget, type Awaiting, actorStopped, askAborted, handlerError } from './ask.js';
import type { Ref, Route } from './ref.js';
import { RemoteAsker } from './remote-asker.js';
import type { Execution } from './running.js';

/** Who takes a stream's items on the producer's side. */
interface ItemSink extends Asker {
  item(value: unknown): void;
}

/** The producer's side of one stream: pulls the generator as far as demand goes. */
export class StreamSource {
  readonly #execution: Execution;
  readonly #handler: string;
  readonly #sink: ItemSink;
  readonly #iterator: AsyncIterator<unknown>;
  #demand: number = LIMITS.streamDemand;
  #isPulling = false;
  #isOver = false;

  constructor(execution: Execution, handler: string, items: AsyncIterable<unknown>) {
    this.#execution = execution;
    this.#handler = handler;
    this.#sink = execution.asker as ItemSink;
    this.#iterator = items[Symbol.asyncIterator]();
    const extras = execution.cell.more();
    extras.sources ??= new Set();
    extras.sources.add(this);
  }

  grant(count: number): void {
    this.#demand += count;
    this.pull();
  }

  pull(): void {
    if (!this.#isPulling) void this.#run();
  }

  /** The reader has left, or the actor ends. */
  end(error?: Error): void {
    if (this.#isOver) return;
    this.#finish();
    if (error !== undefined) this.#sink.fail(error);
    const { running } = this.#cell.host;
    const ended = running.resume(this.#execution, () => this.#iterator.return?.());
    ended?.then(undefined, (thrown: unknown) => this.#lateFailure(thrown));
  }

  get #cell(): ActorCell {
    return this.#execution.cell;
  }

  async #run(): Promise<void> {
    this.#isPulling = true;
    const { running } = this.#cell.host;
    try {
      while (this.#demand > 0 && !this.#isOver) {
        // The generator's code is the actor's: its asks carry the chain, what it tells is let in while draining.
        const { done, value } = await running.resume(this.#execution, () => this.#iterator.next());
        if (this.#isOver) return;
        if (done) {
          this.#finish();
          this.#sink.reply(undefined);
          return;
        }
        this.#demand--;
        this.#sink.item(value);
      }
    } catch (thrown) {
      if (this.#isOver) return;
      this.#finish();
      const error = handlerError(this.#cell.path, this.#handler, thrown);
      this.#sink.fail(error);
      if (error.name === 'Refusal') return;
      this.#cell.fail('handle', this.#handler, thrown instanceof Error ? thrown : error);
    } finally {
      this.#isPulling = false;
    }
  }

  #finish(): void {
    this.#isOver = true;
    this.#cell.extras?.sources?.delete(this);
    this.#cell.host.streams.forget(this);
  }

  #lateFailure(thrown: unknown): void {
    this.#cell.host.logger.warn('a stream failed while it was cancelled', {
      path: this.#cell.path,
      error: String(thrown),
    });
  }
}

/** Starts sending a generator's items to its asker. */
export function pumpStream(
  execution: Execution,
  handler: string,
  items: AsyncIterable<unknown>,
): void {
  const { cell, asker } = execution;
  const source = new StreamSource(execution, handler, items);
  if (asker instanceof RemoteAsker) {
    // Its reader died, or left, before it began; a reader that lives may have the same number.
    if (asker.isGone) return source.end();
    cell.host.streams.remember(asker, source);
  } else (asker as StreamReader).source = source;
  source.pull();
}

/** The reader's side: buffers at most the demand it granted. */
export class StreamReader extends Envelope implements Awaiting, AsyncIterableIterator<unknown> {
  id = -1;
  readonly isStream = true;
  readonly chain: AskChain | undefined;
  /** The producer, when it is on this thread. */
  source: StreamSource | undefined = undefined;
  target: AskTarget;
  /** Lets go of what can end it from outside. */
  onEnd: (() => void) | undefined = undefined;
  readonly #ref: Ref;
  #items: unknown[] = [];
  #taken = 0;
  #error: unknown = undefined;
  #isOver = false;
  #waiting:
    | { resolve: (result: IteratorResult<unknown>) => void; reject: (error: unknown) => void }
    | undefined = undefined;

  constructor(ref: Ref) {
    super();
    this.#ref = ref;
    this.target = ref;
    this.chain = ref.host.running.chain();
    this.asker = this;
  }

  /** True once the reader has left, or all has come. */
  get isDone(): boolean {
    return this.#isOver;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#items.length > 0) {
      const value = this.#items.shift();
      this.#grant();
      return Promise.resolve({ done: false, value });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async return(): Promise<IteratorResult<unknown>> {
    if (!this.#isOver) {
      this.#end();
      this.source?.end();
      if (this.source === undefined) this.#ref.host.streams.cancel(this);
    }
    this.#items = [];
    return { done: true, value: undefined };
  }

  item(value: unknown): void {
    if (this.#isOver) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(value);
      return;
    }
    this.#waiting = undefined;
    waiting.resolve({ done: false, value });
    this.#grant();
  }

  reply(_value: unknown): void {
    this.#end();
    this.#waiting?.resolve({ done: true, value: undefined });
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    if (this.#waiting === undefined) this.#error = error;
    else this.#waiting.reject(error);
  }

  /** Ends it for the reader too. */
  abandon(error: unknown): void {
    this.#error = error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  /** Half of the demand at a time, so that a grant is not sent for every item. */
  #grant(): void {
    this.#taken++;
    if (this.#isOver || this.#taken < LIMITS.streamDemand / 2) return;
    const count = this.#taken;
    this.#taken = 0;
    if (this.source !== undefined) this.source.grant(count);
    else this.#ref.host.streams.grant(this, count);
  }

  #end(): void {
    this.#isOver = true;
    this.onEnd?.();
    this.#ref.host.asks.forget(this);
  }
}

/** ref.stream(): the message is sent when reading begins. */
export function openStream(
  ref: Ref,
  options: AskOptions,
  name: string,
  args: readonly unknown[],
  route: Route = ref,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]: () => {
      const reader = new StreamReader(ref);
      reader.argc = Math.min(args.length, 2) as Argc;
      reader.traceparent = options.traceparent ?? ref.host.running.traceparentNow();
      const payload = reader.argc === Argc.many ? args : args[0];
      const { signal } = options;
      if (signal?.aborted) {
        reader.fail(askAborted(ref, name, signal));
        return reader;
      }
      if (signal !== undefined) {
        const onAbort = (): void => abort(reader, ref, name, signal);
        signal.addEventListener('abort', onAbort, { once: true });
        reader.onEnd = () => signal.removeEventListener('abort', onAbort);
      }
      const answer = route.offer(name, reader.argc, payload, reader);
      if (answer === Admission.stopped) reader.fail(actorStopped(ref.path, `the stream "${name}"`));
      if (answer === Admission.full) reader.fail(ref.fullError(name));
      return reader;
    },
  };
}

function abort(reader: StreamReader, ref: Ref, name: string, signal: AbortSignal): void {
  const error: CodedError = askAborted(ref, name, signal);
  void reader.return();
  reader.abandon(error);
}
