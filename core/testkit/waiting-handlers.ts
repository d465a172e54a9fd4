/**
 * Handlers that nothing in the system will ever wake: nothing can happen, and they wait neither for an answer nor for
 * time. So they wait for the real world, a file or a socket or a promise of the test, and how that interleaves with
 * the rest no seed can replay.
 * Runs on: any.
 */
import type { ActorCell } from '../actor/actor-cell.js';
import { PendingAsk } from '../actor/ask.js';
import type { Flight } from '../actor/cell-extras.js';
import { CellState } from '../actor/cell-state.js';
import { WaitingSend } from '../actor/waiting-send.js';
import type { ActorHost } from '../threads/actor-host.js';
import type { LogicalThread } from './logical-thread.js';

/** What a system at rest is looked at by. */
export interface AtRest {
  readonly host: ActorHost;
  readonly loop: LogicalThread;
}

/** Who waits, e.g. `/reader "open"`. Empty while some timer other than a deadline may still wake them. */
export function waitingHandlers(threads: readonly AtRest[]): string[] {
  const isTimed = threads.some(
    ({ host, loop }) => loop.timers.size > (host.asks.wheel.isArmed ? 1 : 0),
  );
  if (isTimed) return [];
  return threads.flatMap(({ host }) => [...host.cells()].flatMap((cell) => waitingIn(cell, host)));
}

function waitingIn(cell: ActorCell, host: ActorHost): string[] {
  if (cell.state === CellState.starting) return [`${cell.path} its start`];
  const flights = [...(cell.extras?.flights ?? [])];
  const stuck = flights.filter((flight) => !waitsForAnswer(cell, flight, host));
  return stuck.map(({ name }) => `${cell.path} "${name}"`);
}

/** True when one of its own asks is pending: that ends, at its deadline if not before. */
function waitsForAnswer(cell: ActorCell, flight: Flight, host: ActorHost): boolean {
  for (const entry of host.asks.wheel) {
    if (entry instanceof WaitingSend) return true;
    if (!(entry instanceof PendingAsk) || entry.chain === undefined) continue;
    const { slot, generation, turn } = entry.chain;
    if (slot === cell.slot && generation === cell.generation && turn === flight.turn) return true;
  }
  return false;
}
