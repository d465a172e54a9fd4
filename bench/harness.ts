/**
 * Runs rows: every row by itself, its contenders in interleaved rounds, what they kept closed
 * afterwards. The arithmetic is in outcome.ts, the order of the rounds in rounds.ts.
 * Runs on: main.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DEFAULT_ROUNDS, DEFAULT_WARMUPS } from './arguments.js';
import { closeKept, type KeptScope } from './kept.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { Progress } from './progress.js';
import { type Contender, runRounds } from './rounds.js';
import { OURS, type Row } from './row.js';

export interface HarnessOptions {
  /** Kept rounds of every row; undefined: what the row says, else 5. */
  readonly rounds?: number | undefined;
  /** Discarded rounds of every row; undefined: what the row says, else 5. */
  readonly warmups?: number | undefined;
  /** False leaves all peers out (default true). */
  readonly hasPeers?: boolean;
  readonly progress?: Progress;
  /** Told of what could not be closed after a row: it may disturb the rows that follow. */
  readonly warn?: (text: string) => void;
}

/**
 * Runs the rows one after another and returns their outcomes in order. A measure that throws is an
 * outcome (failed or absent), and what cannot be closed is a warning: neither rejects.
 */
export async function runRows(
  rows: readonly Row[],
  options: HarnessOptions = {},
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  try {
    for (const [index, row] of rows.entries()) {
      outcomes.push(await runRow(row, index, rows.length, options));
    }
  } finally {
    options.progress?.clear();
    await close('run', 'the run', options);
  }
  return outcomes;
}

/** True when a measure of ours failed: the run is then no proof of anything. */
export function hasFailed(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ ours }) => ours.state !== 'measured');
}

async function runRow(
  row: Row,
  index: number,
  of: number,
  options: HarnessOptions,
): Promise<Outcome> {
  const peers = options.hasPeers === false ? [] : Object.entries(row.peers);
  const contenders: Contender[] = [
    { name: OURS, measure: row.ours },
    ...peers.map(([name, measure]) => ({ name, measure })),
  ];
  try {
    const [ours, ...theirs] = await runRounds(contenders, {
      warmups: options.warmups ?? row.warmups ?? DEFAULT_WARMUPS,
      rounds: options.rounds ?? row.rounds ?? DEFAULT_ROUNDS,
      onStep: (step) => options.progress?.step(row, index + 1, of, step),
      settle: collectGarbage,
    });
    return outcomeOf(row, ours!, theirs);
  } finally {
    await close('row', `${row.group}/${row.name}`, options);
  }
}

async function close(scope: KeptScope, after: string, options: HarnessOptions): Promise<void> {
  try {
    await closeKept(scope);
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    options.progress?.clear();
    options.warn?.(`after ${after}: ${text}`);
  }
}

/**
 * Collects the main thread's garbage, so that no contender pays for what another left behind. V8
 * gives the function to contexts made after the flag, so npm need not pass it.
 */
const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => collect() : () => {};
})();
