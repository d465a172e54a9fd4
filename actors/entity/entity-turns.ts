/**
 * Which task a partition works on next: tasks in their order, but one entity at a time has one task at work, and while
 * hooks of some entities are waited for, tasks of others go on. Tasks of a busy entity are parked in their order.
 *
 *   take() ──> entity free? ── yes ──> runs ── ends ──> the entity's next parked task
 *                   └── no: parked under the entity (bounded: then nothing more is taken)
 *
 * Pure.
 * Runs on: any.
 */

/** What is known of a task here: whose it is. */
export interface Turn {
  /** Entity type and id, as one word. */
  readonly key: string;
}

export class EntityTurns<T extends Turn> {
  readonly #parkedMax: number;
  readonly #busy = new Map<string, T[]>();
  readonly #ready: T[] = [];
  #parked = 0;
  #inFlight = 0;

  constructor(parkedMax: number) {
    this.#parkedMax = parkedMax;
  }

  /** Tasks that have begun and wait for their hooks. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Tasks that are taken and have not begun. */
  get waiting(): number {
    return this.#parked + this.#ready.length;
  }

  /** The next task that may run; `take` gives the next one of the lanes. Undefined: nothing now. */
  next(take: () => T | undefined, inFlightMax: number): T | undefined {
    if (this.#inFlight >= inFlightMax) return undefined;
    if (this.#ready.length > 0) return this.#ready.shift();
    while (this.#parked < this.#parkedMax) {
      const task = take();
      if (task === undefined) return undefined;
      const waiting = this.#busy.size === 0 ? undefined : this.#busy.get(task.key);
      if (waiting === undefined) return task;
      waiting.push(task);
      this.#parked++;
    }
    return undefined;
  }

  /** A task that runs has to wait for a hook: its entity is busy until {@link end}. */
  hold(task: T): void {
    this.#inFlight++;
    if (!this.#busy.has(task.key)) this.#busy.set(task.key, []);
  }

  /** A task has ended. `wasHeld`: after {@link hold}. */
  end(task: T, wasHeld: boolean): void {
    if (wasHeld) this.#inFlight--;
    if (this.#busy.size === 0) return;
    const waiting = this.#busy.get(task.key);
    if (waiting === undefined) return;
    const next = waiting.shift();
    if (next === undefined) {
      this.#busy.delete(task.key);
      return;
    }
    this.#parked--;
    this.#ready.push(next);
  }
}
