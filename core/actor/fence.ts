/**
 * When an actor has finished all that it had been sent up to a moment: a notice goes through its mailbox behind that,
 * and then waits for what is still in flight (concurrency above 1), and for what was stashed to be handled.
 *
 *   mailbox   m1 m2 m3 │fence│ m4 …        over: m1, m2 and m3 are, m4 may have begun
 *
 * What overtakes others by a priority below 0 is not waited for. An actor that ends first never says so.
 * Runs on: any.
 */
import type { ActorCell } from './actor-cell.js';
import type { Flight } from './cell-extras.js';

/** Calls `done`, once, when all that is in the mailbox now is over. */
export function whenPassed(cell: ActorCell, done: () => void): void {
  cell.fence(() => {
    const extras = cell.extras;
    const isIdle =
      extras === undefined || (extras.stash.length === 0 && extras.flights.length === 0);
    if (isIdle) return done();
    extras.fences ??= new Fences();
    if (extras.stash.length > 0) extras.fences.afterUnstash(() => whenPassed(cell, done));
    else extras.fences.after(extras.flights, done);
  });
}

interface Landing {
  readonly flights: Set<Flight>;
  readonly done: () => void;
}

/** The fences of one actor that its mailbox has let through, and that wait for more. */
export class Fences {
  #landings: Landing[] = [];
  #stashed: (() => void)[] = [];

  /** Once all of these have landed. */
  after(flights: readonly Flight[], done: () => void): void {
    this.#landings.push({ flights: new Set(flights), done });
  }

  afterUnstash(then: () => void): void {
    this.#stashed.push(then);
  }

  landed(flight: Flight): void {
    const left: Landing[] = [];
    for (const landing of this.#landings) {
      landing.flights.delete(flight);
      if (landing.flights.size === 0) landing.done();
      else left.push(landing);
    }
    this.#landings = left;
  }

  /** What was stashed is back at the front of the mailbox, so a fence set now is behind it. */
  unstashed(): void {
    for (const then of this.#stashed.splice(0)) then();
  }
}
