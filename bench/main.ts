/**
 * `npm run bench`: gathers the rows, runs them, prints the machine and the tables, writes the JSON.
 * Exit code 1 when a measure of ours failed, 2 when the command line was wrong.
 * Runs on: main.
 */
import { writeFileSync } from 'node:fs';
import { parseArguments, selectRows, USAGE } from './arguments.js';
import { BenchError } from './bench-error.js';
import { rows as coreRows } from './core/rows.js';
import { hasFailed, runRows } from './harness.js';
import { describeMachine, machineText } from './machine.js';
import { rows as platformRows } from './platform/rows.js';
import { createProgress } from './progress.js';
import { reportOf } from './report.js';
import { assertDistinct, type Row } from './row.js';
import { rows as savinaRows } from './savina/rows.js';
import { tableText } from './table.js';

const ROWS: readonly Row[] = [...savinaRows, ...coreRows, ...platformRows];

async function main(argv: readonly string[]): Promise<number> {
  const options = parseArguments(argv);
  if (options.isHelp) return print(USAGE);
  assertDistinct(ROWS);
  const rows = selectRows(ROWS, options.only);
  if (options.isListing) return print(listText(rows));
  const machine = describeMachine();
  print(`${machineText(machine)}\n\n`);
  const warn = (text: string) => process.stderr.write(`${text}\n`);
  const outcomes = await runRows(rows, { ...options, progress: createProgress(), warn });
  print(tableText(outcomes));
  if (options.jsonFile !== undefined) {
    const json = JSON.stringify(reportOf(machine, outcomes), null, 2);
    writeFileSync(options.jsonFile, `${json}\n`);
  }
  return hasFailed(outcomes) ? 1 : 0;
}

function listText(rows: readonly Row[]): string {
  const lines = rows.map(({ group, name, unit, peers }) => {
    const against = Object.keys(peers).join(', ') || 'no peers';
    return `${group}/${name} (${unit}): ${against}\n`;
  });
  return lines.join('');
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof BenchError) || thrown.code !== 'ARGUMENT_INVALID') throw thrown;
  process.stderr.write(`${thrown.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
