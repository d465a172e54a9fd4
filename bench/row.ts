/**
 * What a benchmark is: one number of ours beside the same number of each peer, measured in the same
 * rounds. The files under bench/ make rows with row(); main.ts gathers them; harness.ts runs them.
 * Runs on: any.
 */
import { BenchError } from './bench-error.js';

/**
 * One measurement: resolves to one positive number in the row's unit. It checks by itself that
 * everything sent was received, or that the answer is right, and throws (BenchError ANSWER_WRONG)
 * otherwise. It throws BenchError PEER_ABSENT where the peer is not installed. It is called once
 * per round, warm-ups included.
 */
export type Measure = () => Promise<number>;

/** Which way a number is better: `lower` for times and bytes, `higher` for rates. */
export type Better = 'lower' | 'higher';

/**
 * What a row has to reach against one peer of the same run. `must` and `want` are ratios as the
 * table shows them: above 1 = we are better. "0.4 x Erlang's time" is therefore 2.5.
 */
export interface PeerBudget {
  readonly peer: string;
  readonly must: number;
  readonly want: number;
}

/**
 * What a row has to reach by itself, in the row's own unit: for bytes and times that have no peer.
 */
export interface AbsoluteBudget {
  readonly must: number;
  readonly want: number;
}

export type Budget = PeerBudget | AbsoluteBudget;

/**
 * What row() takes. `rounds` and `warmups` replace the defaults (5 and 5) for programs that take
 * seconds.
 */
export interface RowSpec {
  readonly name: string;
  readonly group: string;
  readonly unit: string;
  readonly better: Better;
  readonly ours: Measure;
  readonly peers: Readonly<Record<string, Measure>>;
  readonly rounds?: number;
  readonly warmups?: number;
  readonly budget?: Budget;
}

/** A checked RowSpec. */
export type Row = Readonly<RowSpec>;

/** The name under which our own measure runs; no peer may carry it. */
export const OURS = 'troupe';

/**
 * Makes a row, checked: names are not empty, counts are whole, the budget names a peer of the row
 * and `want` is at least as hard as `must`. Throws BenchError ROW_INVALID.
 */
export function row(spec: RowSpec): Row {
  const title = `row ${spec.group}/${spec.name}`;
  if (spec.name === '' || spec.group === '' || spec.unit === '') {
    throw new BenchError('ROW_INVALID', `${title}: expected a name, a group and a unit`);
  }
  if (OURS in spec.peers) {
    throw new BenchError('ROW_INVALID', `${title}: expected no peer called ${OURS}`);
  }
  checkCount(title, 'rounds', spec.rounds, 1);
  checkCount(title, 'warmups', spec.warmups, 0);
  if (spec.budget !== undefined) checkBudget(title, spec, spec.budget);
  return Object.freeze({ ...spec });
}

/** True for a budget against a peer. */
export function isPeerBudget(budget: Budget): budget is PeerBudget {
  return 'peer' in budget;
}

/** Throws ROW_INVALID when two rows share group and name: one would hide the other in the JSON. */
export function assertDistinct(rows: readonly Row[]): void {
  const seen = new Set<string>();
  for (const { group, name } of rows) {
    const title = `${group}/${name}`;
    if (seen.has(title)) {
      throw new BenchError('ROW_INVALID', `expected every row once, got ${title} twice`);
    }
    seen.add(title);
  }
}

function checkCount(title: string, what: string, count: number | undefined, min: number): void {
  if (count === undefined || (Number.isInteger(count) && count >= min)) return;
  throw new BenchError('ROW_INVALID', `${title}: expected ${what} >= ${min}, got ${count}`);
}

function checkBudget(title: string, spec: RowSpec, budget: Budget): void {
  if (isPeerBudget(budget) && !(budget.peer in spec.peers)) {
    const names = Object.keys(spec.peers).join(', ') || 'none';
    throw new BenchError(
      'ROW_INVALID',
      `${title}: expected the budget's peer among ${names}, got ${budget.peer}`,
    );
  }
  const isLowerHarder = !isPeerBudget(budget) && spec.better === 'lower';
  const isOrdered = isLowerHarder ? budget.want <= budget.must : budget.want >= budget.must;
  if (!isOrdered || !(budget.must > 0) || !(budget.want > 0)) {
    throw new BenchError(
      'ROW_INVALID',
      `${title}: expected want as hard as must or harder, got ${budget.must}, ${budget.want}`,
    );
  }
}
