/**
 * The states of a cell, in the order of its life: comparisons such as `>= draining` rely on it. Who may follow whom
 * is in cell-life.ts.
 * Runs on: any.
 */
import type { DeadLetterReason } from '../events.js';
import type { EndReason } from '../message/signal.js';

export const CellState = {
  loading: 0,
  starting: 1,
  running: 2,
  suspended: 3,
  restarting: 4,
  /** Takes no new messages, handles those it has. */
  draining: 5,
  stopping: 6,
  stopped: 7,
} as const;
export type CellState = (typeof CellState)[keyof typeof CellState];

/** Why a queued message of an actor that ended so is a dead letter. */
export function endedInstead(reason: EndReason | 'startFailed'): DeadLetterReason {
  if (reason === 'startFailed') return 'startFailed';
  if (reason === 'killed') return 'killed';
  return reason === 'threadDied' ? 'threadDied' : 'stopped';
}
