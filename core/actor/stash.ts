/**
 * How messages that were put aside come back: to the front of the mailbox, oldest first, counted in its depth again.
 * Runs on: any.
 */
import type { ActorCell } from './actor-cell.js';

/** ctx.unstash(), a restart, an end. Answers how many. */
export function returnStash(cell: ActorCell): number {
  const { extras, host } = cell;
  if (extras === undefined || extras.stash.length === 0) return 0;
  const stash = extras.stash;
  extras.stash = [];
  host.table.setStashed(cell.slot, 0);
  cell.putBack(stash);
  extras.fences?.unstashed();
  return stash.length;
}
