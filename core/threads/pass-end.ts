/**
 * What is done once for all turns of a pass: one barrier behind the settled words they stored, then the look at who
 * waits for room in their mailboxes, then the frames. Outside a pass frames go after the microtasks.
 * Runs on: any.
 */
import type { CellMailbox } from '../actor/cell-mailbox.js';
import { CellState } from '../actor/cell-state.js';
import type { Executor } from '../executor.js';
import { LIMITS } from '../limits.js';
import { Word } from '../thread-table.js';
import type { OutgoingChannel } from '../transport/outgoing-channel.js';
import type { RoomNews } from './room-news.js';

/** What it needs of its thread. */
interface PassHost {
  /** This thread's row of the thread table. */
  readonly words: Int32Array;
  readonly news: RoomNews;
}

export class PassEnd {
  readonly #host: PassHost;
  readonly #executor: Executor;
  readonly #touched: CellMailbox[] = [];
  #touchedCount = 0;
  readonly #dirty: OutgoingChannel[] = [];
  #flushIsDue = false;

  constructor(host: PassHost, executor: Executor) {
    this.#host = host;
    this.#executor = executor;
  }

  /** The actor has settled something in this pass. Once a pass each. */
  touched(cell: CellMailbox): void {
    this.#touched[this.#touchedCount++] = cell;
  }

  /** The channel has something to send: at the end of the pass, or after the microtasks when there is none. */
  dirty(channel: OutgoingChannel, isPassing: boolean): void {
    this.#dirty.push(channel);
    if (isPassing || this.#flushIsDue) return;
    this.#flushIsDue = true;
    this.#executor.afterMicrotasks(() => this.#flush());
  }

  /**
   * One barrier for all turns of the pass: (a) their settled words were stored, (b) barrier, (c) their waiter masks
   * are loaded. A sender that set its bit before (b) is seen in (c); one that sets it later sees the settled word.
   */
  end(): void {
    if (this.#touchedCount > 0) {
      Atomics.add(this.#host.words, Word.barrier, 1);
      for (let i = 0; i < this.#touchedCount; i++) {
        const cell = this.#touched[i] as CellMailbox;
        cell.isTouched = false;
        if (cell.state !== CellState.stopped) this.#host.news.made(cell.slot);
      }
      if (this.#touchedCount > LIMITS.slotBlock) this.#touched.length = 0;
      this.#touchedCount = 0;
    }
    if (this.#dirty.length > 0) this.#flush();
  }

  #flush(): void {
    this.#flushIsDue = false;
    for (let i = 0; i < this.#dirty.length; i++) (this.#dirty[i] as OutgoingChannel).flush();
    this.#dirty.length = 0;
  }
}
