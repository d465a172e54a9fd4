/**
 * How many messages a replica set or pool keeps back, for its own bound and for its thread: a thread is not quiet
 * while it keeps any.
 * Runs on: any.
 */
import type { CellHost } from '../actor/cell-host.js';

export class Tally {
  count = 0;
  readonly #host: Pick<CellHost, 'heldMessages'>;
  #whenZero: (() => void)[] = [];

  constructor(host: Pick<CellHost, 'heldMessages'>) {
    this.#host = host;
  }

  add(count: number): void {
    this.count += count;
    this.#host.heldMessages += count;
    if (this.count > 0) return;
    const waiting = this.#whenZero;
    this.#whenZero = [];
    for (const then of waiting) then();
  }

  /** Resolves when nothing is kept. */
  async zero(): Promise<void> {
    // What is moved from lane to lane is counted out and in again.
    while (this.count > 0) {
      await new Promise<void>((resolve) => {
        this.#whenZero.push(resolve);
      });
    }
  }
}
