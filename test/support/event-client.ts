/**
 * A client of server-sent events as browsers are: reads a stream line by line, remembers the last id, and can be left.
 * Runs on: main.
 */
import assert from 'node:assert/strict';

export interface ServerEvent {
  /** The cursor in force when it came: the last id that was sent with it or before. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class EventClient {
  readonly response: Response;
  /** As browsers send it back. */
  lastId = '';
  /** Lines that are comments. */
  comments = 0;
  readonly #gone: AbortController;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  /** Fails unless the server streams. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventClient> {
    const gone = new AbortController();
    const response = await fetch(url, { headers, signal: gone.signal });
    assert.equal(response.status, 200, response.status === 200 ? '' : await response.text());
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    return new EventClient(response, gone);
  }

  private constructor(response: Response, gone: AbortController) {
    this.response = response;
    this.#gone = gone;
    this.#chunks = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  /** The next event; undefined when the server has ended the stream in order. */
  async next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const block = await this.#block();
      if (block === undefined) return undefined;
      let data = '';
      for (const line of block.split('\n')) {
        if (line.startsWith(':')) this.comments++;
        if (line.startsWith('id: ')) this.lastId = line.slice(4);
        if (line.startsWith('data: ')) data = line.slice(6);
      }
      if (data !== '') return { id: this.lastId, data: JSON.parse(data) as ServerEvent['data'] };
    }
  }

  async take(count: number): Promise<ServerEvent[]> {
    const events: ServerEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      assert.ok(event, `expected ${count} events, got ${events.length} and the end`);
      events.push(event);
    }
    return events;
  }

  /** Until a block that has no event has come. */
  async quiet(): Promise<void> {
    await this.#block();
  }

  /** Hangs up. */
  leave(): void {
    this.#gone.abort();
  }

  async #block(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        for (const line of block.split('\n'))
          if (line.startsWith('id: ')) this.lastId = line.slice(4);
        return block;
      }
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }
}
