/**
 * A reading of changes as server-sent events. Made piece by piece as the client takes it: who is slow is read for slowly,
 * and nothing gathers. Where nothing changes, a heartbeat keeps proxies from hanging up and finds clients that have gone.
 *
 *   id: <cursor>                  first, so that a client knows where it began
 *   data: {"type": …}             each change; the last of those sent together with the cursor behind it
 *   : heartbeat                   with a cursor when the reading has passed over changes of other types
 *
 * Runs on: main.
 */
import { printJson, printTime } from '../../stores/internal.js';
import type { Change, ChangeGap, ChangeReading } from '../entity/change-feed.js';

/** How it is sent. */
export interface EventStreamLimits {
  /** How long nothing may be sent. */
  readonly feedHeartbeatMs: number;
  /** Changes in one piece. */
  readonly feedPieceChanges: number;
}

/** What a client waits before it connects again, in ms. */
const RETRY_MS = 1_000;
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A change as it is printed: without its place in the log. */
export function printedChange(item: Change | ChangeGap): Record<string, unknown> {
  if (item.type === 'gap') return { ...item };
  const { type, etype, eid, attrs, at } = item;
  return { type, etype, eid, attrs, at: printTime(at) };
}

/** Not a generator: a client that goes must end it also while it waits. */
export class EventStream implements AsyncIterableIterator<string> {
  readonly #reading: ChangeReading;
  readonly #limits: EventStreamLimits;
  readonly #leave: () => void;
  #next: Promise<IteratorResult<Change | ChangeGap>> | undefined;
  #cursor = '';

  /** `leave` is called when it has ended, however that came. */
  constructor(reading: ChangeReading, limits: EventStreamLimits, leave: () => void) {
    this.#reading = reading;
    this.#limits = limits;
    this.#leave = leave;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    if (this.#cursor === '') return piece(`retry: ${RETRY_MS}\n${this.#id()}\n`);
    try {
      this.#next ??= this.#reading.next();
      const first = await within(this.#next, this.#limits.feedHeartbeatMs);
      if (first === undefined) return piece(`: heartbeat\n${this.#id()}\n`);
      this.#next = undefined;
      if (first.done === true) return await this.return();
      const rest = await this.#reading.take(this.#limits.feedPieceChanges - 1);
      const lines = [first.value, ...rest].map(
        (item) => `data: ${printJson(printedChange(item))}\n`,
      );
      return piece(`${lines.join('\n')}${this.#id()}\n`);
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#leave();
    await this.#reading.return?.();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The line of the cursor, if it has moved since it was sent. */
  #id(): string {
    const { cursor } = this.#reading;
    if (cursor === this.#cursor) return '';
    this.#cursor = cursor;
    return `id: ${cursor}\n`;
  }
}

function piece(value: string): IteratorYieldResult<string> {
  return { done: false, value };
}

/** Undefined when it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
