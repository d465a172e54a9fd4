/**
 * The results as JSON, for other programs. Its shape is a promise: fields are added, never renamed.
 * Runs on: any.
 */
import type { Machine } from './machine.js';
import type { Outcome } from './outcome.js';
import type { Spread } from './statistics.js';

export interface ReportResult {
  readonly name: string;
  readonly group: string;
  readonly unit: string;
  /** Our median in that unit; null when our measure failed. */
  readonly value: number | null;
  /** Smallest and largest kept round of ours; null when our measure failed. */
  readonly spread: Spread | null;
  /** Peer -> its median. Absent and failed peers are not in it. */
  readonly peers: Readonly<Record<string, number>>;
  /** Peer -> ours/theirs; above 1 = we are better. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface Report {
  readonly machine: Machine;
  readonly results: readonly ReportResult[];
}

/** The report of a run, in the order in which the rows ran. */
export function reportOf(machine: Machine, outcomes: readonly Outcome[]): Report {
  return { machine, results: outcomes.map(resultOf) };
}

function resultOf({ row, ours, peers }: Outcome): ReportResult {
  const isMeasured = ours.state === 'measured';
  const medians: Record<string, number> = {};
  const ratios: Record<string, number> = {};
  for (const { name, figure, ratio } of peers) {
    if (figure.state === 'measured') medians[name] = figure.value;
    if (ratio !== undefined) ratios[name] = ratio;
  }
  return {
    name: row.name,
    group: row.group,
    unit: row.unit,
    value: isMeasured ? ours.value : null,
    spread: isMeasured ? ours.spread : null,
    peers: medians,
    ratios,
  };
}
