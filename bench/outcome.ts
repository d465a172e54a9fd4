/**
 * From the rounds of a row to what is printed: medians, spreads, ratios, and whether the budget is
 * met. Pure.
 * Runs on: any.
 */
import type { Samples } from './rounds.js';
import { isPeerBudget, type Row } from './row.js';
import { median, ratio, type Spread, spread } from './statistics.js';

/** One contender's line: a median with its spread, or the reason why there is none. */
export type Figure =
  | { readonly state: 'measured'; readonly value: number; readonly spread: Spread }
  | { readonly state: 'absent' | 'failed'; readonly reason: string };

export interface PeerOutcome {
  readonly name: string;
  readonly figure: Figure;
  /** Ours against theirs, above 1 = we are better; undefined unless both were measured. */
  readonly ratio: number | undefined;
}

/** `unknown`: the peer or we were not measured, so nothing can be said. */
export type Verdict = 'met' | 'missed' | 'unknown';

export interface BudgetOutcome {
  /** What the budget looks at: "vs erlang" or the unit. */
  readonly against: string;
  /** The ratio reached, or the value for a budget without a peer. */
  readonly reached: number | undefined;
  readonly must: number;
  readonly want: number;
  readonly mustVerdict: Verdict;
  readonly wantVerdict: Verdict;
}

export interface Outcome {
  readonly row: Row;
  readonly ours: Figure;
  readonly peers: readonly PeerOutcome[];
  readonly budget: BudgetOutcome | undefined;
}

/** Joins the samples of one row: ours, and each peer's in the order they are shown. */
export function outcomeOf(row: Row, ours: Samples, peers: readonly Samples[]): Outcome {
  const ourFigure = figureOf(ours);
  const peerOutcomes = peers.map((samples): PeerOutcome => {
    const figure = figureOf(samples);
    return { name: samples.name, figure, ratio: ratioOf(row, ourFigure, figure) };
  });
  return {
    row,
    ours: ourFigure,
    peers: peerOutcomes,
    budget: budgetOf(row, ourFigure, peerOutcomes),
  };
}

/** Median and spread of what was kept, or the reason why nothing was. */
export function figureOf(samples: Samples): Figure {
  if (samples.state !== 'measured') return { state: samples.state, reason: samples.reason };
  return {
    state: 'measured',
    value: median(samples.values),
    spread: spread(samples.values),
  };
}

function ratioOf(row: Row, ours: Figure, theirs: Figure): number | undefined {
  if (ours.state !== 'measured' || theirs.state !== 'measured') return undefined;
  return ratio(ours.value, theirs.value, row.better);
}

function budgetOf(
  row: Row,
  ours: Figure,
  peers: readonly PeerOutcome[],
): BudgetOutcome | undefined {
  const { budget } = row;
  if (budget === undefined) return undefined;
  const { must, want } = budget;
  if (isPeerBudget(budget)) {
    const reached = peers.find(({ name }) => name === budget.peer)?.ratio;
    const verdict = (bar: number) => verdictOf(reached, (value) => value >= bar);
    const against = `vs ${budget.peer}`;
    return { against, reached, must, want, mustVerdict: verdict(must), wantVerdict: verdict(want) };
  }
  const reached = ours.state === 'measured' ? ours.value : undefined;
  const verdict = (bar: number) =>
    verdictOf(reached, (value) => (row.better === 'lower' ? value <= bar : value >= bar));
  const against = row.unit;
  return { against, reached, must, want, mustVerdict: verdict(must), wantVerdict: verdict(want) };
}

function verdictOf(reached: number | undefined, isMet: (reached: number) => boolean): Verdict {
  if (reached === undefined) return 'unknown';
  return isMet(reached) ? 'met' : 'missed';
}
