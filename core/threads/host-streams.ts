/**
 * Streams whose reader and source are on different threads: demand and cancel find the source by the reader's
 * address, thread and ask number.
 * Runs on: any.
 */
import type { RemoteAsker } from '../actor/remote-asker.js';
import type { StreamReader, StreamSource } from '../actor/stream.js';
import type { ActorHost } from './actor-host.js';

export class HostStreams {
  readonly #host: ActorHost;
  readonly #sources = new Map<string, StreamSource>();
  readonly #keys = new Map<StreamSource, string>();

  constructor(host: ActorHost) {
    this.#host = host;
  }

  remember(asker: RemoteAsker, source: StreamSource): void {
    const key = `${asker.replyTo.thread}.${asker.replyTo.ask}`;
    this.#sources.set(key, source);
    this.#keys.set(source, key);
  }

  forget(source: StreamSource): void {
    const key = this.#keys.get(source);
    if (key !== undefined) this.#sources.delete(key);
    this.#keys.delete(source);
  }

  grant(reader: StreamReader, count: number): void {
    const { thread } = reader.target;
    this.#host.signal(thread, { type: 'demand', thread: this.#host.thread, ask: reader.id, count });
  }

  cancel(reader: StreamReader): void {
    if (reader.id < 0) return;
    this.#host.signal(reader.target.thread, {
      type: 'cancel',
      thread: this.#host.thread,
      ask: reader.id,
    });
  }

  granted(thread: number, ask: number, count: number): void {
    this.#sources.get(`${thread}.${ask}`)?.grant(count);
  }

  cancelled(thread: number, ask: number): void {
    this.#sources.get(`${thread}.${ask}`)?.end();
  }

  /** Nobody reads on a dead thread. */
  threadDied(thread: number): void {
    for (const [key, source] of [...this.#sources]) if (key.startsWith(`${thread}.`)) source.end();
  }
}
