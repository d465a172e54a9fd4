/**
 * The command line of the benchmarks -> options. Pure.
 * Runs on: any.
 */
import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.js';
import type { Row } from './row.js';

/** Rounds discarded and rounds kept where neither the command line nor the row says otherwise. */
export const DEFAULT_WARMUPS = 5;
export const DEFAULT_ROUNDS = 5;
const QUICK_WARMUPS = 1;
const QUICK_ROUNDS = 2;

export interface BenchArguments {
  /** Rows whose `group/name` holds one of these (any case) are run; empty: all. */
  readonly only: readonly string[];
  /** Where the JSON goes; undefined: nowhere. */
  readonly jsonFile: string | undefined;
  /** Set by --rounds, or by --quick: wins over what a row says. */
  readonly rounds: number | undefined;
  /** Set by --warmups, or by --quick: wins over what a row says. */
  readonly warmups: number | undefined;
  readonly isListing: boolean;
  readonly hasPeers: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `npm run bench -- [options]
  --only TEXT     run rows whose group/name holds TEXT; may be given several times
  --json FILE     also write the results as JSON
  --rounds N      kept rounds of every row (default ${DEFAULT_ROUNDS}, or what the row says)
  --warmups N     discarded rounds of every row (default ${DEFAULT_WARMUPS}, or what the row says)
  --quick         ${QUICK_WARMUPS} warm-up and ${QUICK_ROUNDS} rounds
  --list          print the rows and stop
  --no-peers      measure ours alone
  --help          this text
`;

/** Throws BenchError ARGUMENT_INVALID, its message fit to be shown. */
export function parseArguments(argv: readonly string[]): BenchArguments {
  const values = readValues(argv);
  const isQuick = values.quick === true;
  return {
    only: values.only ?? [],
    jsonFile: values.json,
    rounds: count('--rounds', values.rounds, 1) ?? (isQuick ? QUICK_ROUNDS : undefined),
    warmups: count('--warmups', values.warmups, 0) ?? (isQuick ? QUICK_WARMUPS : undefined),
    isListing: values.list === true,
    hasPeers: values['no-peers'] !== true,
    isHelp: values.help === true,
  };
}

/**
 * The rows asked for, in their order. Throws ARGUMENT_INVALID when an --only fits no row: a likely
 * typo.
 */
export function selectRows(rows: readonly Row[], only: readonly string[]): readonly Row[] {
  if (only.length === 0) return rows;
  const wanted = only.map((text) => text.toLowerCase());
  const titles = rows.map(({ group, name }) => `${group}/${name}`.toLowerCase());
  const unmet = wanted.find((text) => !titles.some((title) => title.includes(text)));
  if (unmet !== undefined) {
    throw new BenchError(
      'ARGUMENT_INVALID',
      `--only ${unmet}: expected part of a row's group/name`,
    );
  }
  return rows.filter((_, index) => wanted.some((text) => titles[index]!.includes(text)));
}

function readValues(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string', multiple: true },
        json: { type: 'string' },
        rounds: { type: 'string' },
        warmups: { type: 'string' },
        quick: { type: 'boolean' },
        list: { type: 'boolean' },
        'no-peers': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BenchError('ARGUMENT_INVALID', text, thrown);
  }
}

function count(flag: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  throw new BenchError(
    'ARGUMENT_INVALID',
    `${flag}: expected a whole number >= ${min}, got ${text}`,
  );
}
