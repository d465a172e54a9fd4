/**
 * The end of a cell as its thread sees it: everybody concerned hears, then its slot is freed, at once or when the last
 * message on its way to it has been settled.
 * Runs on: any.
 */
import type { ActorCell } from '../actor/actor-cell.js';
import type { CellMailbox } from '../actor/cell-mailbox.js';
import type { EndReason } from '../message/signal.js';
import { Word } from '../thread-table.js';
import type { ActorHost } from './actor-host.js';
import type { CellTable } from './cell-table.js';

const { actors: ACTORS } = Word;

export class Endings {
  readonly #host: ActorHost;
  readonly #cells: CellTable;

  constructor(host: ActorHost, cells: CellTable) {
    this.#host = host;
    this.#cells = cells;
  }

  /** A cell has ended. Its messages are settled, but some may still be on their way. */
  ended(cell: ActorCell, reason: EndReason): void {
    const host = this.#host;
    const { words } = host;
    words[ACTORS] = (words[ACTORS] as number) - 1;
    if (host.slots.hasLate) this.#retireLate();
    host.reports.stopped(cell, reason);
    host.watching.tellThreads(cell, reason);
    if (cell.extras?.registeredName !== undefined || cell.parent === undefined)
      this.#released(cell);
    host.watches.ended(cell.slot, cell.generation, reason);
    host.news.ended(cell.slot);
    const isIdle = host.thread > host.options.poolThreads && words[ACTORS] === 0;
    if (isIdle) host.signal(0, { type: 'threadIdle', thread: host.thread });
  }

  /** Frees the slot, or remembers it until its depth is 0. */
  retire(cell: CellMailbox): void {
    const { slot } = cell;
    if (this.#cells.at(slot) === cell && this.#host.slots.retire(slot)) this.#cells.remove(slot);
  }

  /** Tries again to free slots whose last messages have come meanwhile. */
  #retireLate(): void {
    for (const slot of this.#host.slots.late()) {
      const cell = this.#cells.at(slot);
      if (cell !== undefined) this.retire(cell);
    }
  }

  #released({ slot, generation }: ActorCell): void {
    const { root } = this.#host;
    if (root !== undefined) root.released(slot, generation);
    else this.#host.signal(0, { type: 'released', slot, generation });
  }
}
