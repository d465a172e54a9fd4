/**
 * The cells of one thread by slot, and how an address becomes one of them. In pages made at first need: a thread has few
 * of the table's many slots, and those in blocks.
 * Runs on: any.
 */
import { ActorCell } from '../actor/actor-cell.js';
import { Ref } from '../actor/ref.js';
import { spawnSettings } from '../actor/spawn-options.js';
import type { ActorHost } from './actor-host.js';

const PAGE_BITS = 10;
const PAGE_CELLS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_CELLS - 1;

type Page = (ActorCell | undefined)[];

/** Of a cell that waits for its spawn signal: who sent it messages was faster than its parent. */
const WAITING = spawnSettings({
  name: undefined,
  capacity: Infinity,
  bytesMax: Infinity,
  overflow: 'reject',
  priorities: undefined,
});

export class CellTable {
  readonly #host: ActorHost;
  readonly #pages: (Page | undefined)[] = [];

  constructor(host: ActorHost) {
    this.#host = host;
  }

  /** The cell of that slot, whichever tenant's it is. */
  at(slot: number): ActorCell | undefined {
    return this.#pages[slot >>> PAGE_BITS]?.[slot & PAGE_MASK];
  }

  /** That tenant's cell, made to wait if its spawn has not come yet; undefined when it has stopped or is elsewhere. */
  for(slot: number, generation: number): ActorCell | undefined {
    const cell = this.at(slot);
    if (cell !== undefined) return cell.generation === generation ? cell : undefined;
    const host = this.#host;
    if (!host.table.isLive(slot, generation) || host.table.owner(slot) !== host.thread)
      return undefined;
    const waiting = new ActorCell(host, slot, generation, WAITING);
    host.addCell(waiting);
    return waiting;
  }

  /** A ref to any actor; one to a cell of this thread is the cell's own. */
  refTo(slot: number, generation: number, thread: number, path: string | undefined): Ref {
    const host = this.#host;
    const cell = thread === host.thread ? this.at(slot) : undefined;
    if (cell?.generation !== generation)
      return new Ref(host, slot, generation, thread, undefined, path);
    cell.ref ??= new Ref(host, slot, generation, thread, cell, undefined);
    return cell.ref;
  }

  add(cell: ActorCell): void {
    const number = cell.slot >>> PAGE_BITS;
    this.#pages[number] ??= new Array(PAGE_CELLS).fill(undefined);
    (this.#pages[number] as Page)[cell.slot & PAGE_MASK] = cell;
  }

  remove(slot: number): void {
    (this.#pages[slot >>> PAGE_BITS] as Page)[slot & PAGE_MASK] = undefined;
  }

  /** All of them, in the order of their slots. */
  *[Symbol.iterator](): Generator<ActorCell> {
    for (const page of this.#pages)
      for (const cell of page ?? []) if (cell !== undefined) yield cell;
  }
}
