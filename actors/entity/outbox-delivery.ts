/**
 * Sends what a partition has derived to the partitions it is for, after it has been stored with its cause: in order per
 * target, one batch under way to each, again until the target says that it has it. The target remembers the last number
 * it took from this source, so that what is sent again has no second effect; and nobody waits for anybody.
 *
 *   committed ──> pending(target) ──> read rows ──> send ──┬─ taken ──> rows removed with the next commit, read on
 *                                                          └─ failed (its thread died, it was full) ──> later again
 *
 * Runs on: thread.
 */

/** One stored row: its number among those of the source, and the entry. */
export interface DerivedRow {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** What the delivery needs of its partition. */
export interface DeliveryPort {
  /** The stored rows for a target from `from` on, in order, some of them. */
  read(target: number, from: number): readonly DerivedRow[];
  /** Resolves when the target has stored them, or had them. */
  send(target: number, rows: readonly DerivedRow[]): Promise<void>;
  /** They have arrived: they may go. */
  remove(target: number, rows: readonly DerivedRow[]): void;
  /** Calls back a little later; does nothing when the partition has ended. */
  later(target: number, attempt: number, then: () => void): void;
}

/** What is known of one target. */
interface Way {
  /** Rows below have arrived. */
  from: number;
  isUnderWay: boolean;
  attempts: number;
}

export class OutboxDelivery {
  readonly #port: DeliveryPort;
  readonly #ways = new Map<number, Way>();
  #isStopped = false;

  constructor(port: DeliveryPort) {
    this.#port = port;
  }

  /** Rows for that target have been stored, or were at the start. */
  pending(target: number): void {
    let way = this.#ways.get(target);
    if (way === undefined) {
      way = { from: 0, isUnderWay: false, attempts: 0 };
      this.#ways.set(target, way);
    }
    // What is under way reads on when it has arrived.
    if (!way.isUnderWay) this.#next(target, way);
  }

  /** Sends nothing more; what is not delivered is stored. */
  stop(): void {
    this.#isStopped = true;
  }

  #next(target: number, way: Way): void {
    if (this.#isStopped) return;
    const rows = this.#port.read(target, way.from);
    const last = rows.at(-1);
    if (last === undefined) return;
    way.isUnderWay = true;
    this.#port.send(target, rows).then(
      () => {
        way.isUnderWay = false;
        way.attempts = 0;
        way.from = last.number + 1;
        if (this.#isStopped) return;
        this.#port.remove(target, rows);
        this.#next(target, way);
      },
      () => {
        way.attempts++;
        this.#port.later(target, way.attempts, () => {
          way.isUnderWay = false;
          this.#next(target, way);
        });
      },
    );
  }
}
