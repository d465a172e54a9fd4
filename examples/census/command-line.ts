/**
 * What the command may be told: parsed, checked, with its help. Prints nothing but the help and the faults of the
 * words it was given; decides nothing but what they mean.
 * Runs on: main.
 */
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface CensusCommand {
  readonly directory: string;
  /** The data folder. */
  readonly data: string;
  readonly threads: number | undefined;
  readonly top: number;
  readonly isJson: boolean;
}

/** The project's own: two folders above this one, and one more when built. */
const DEFAULT_DIRECTORY = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const DATA = '.census';
const TOP = 10;
const DIGEST_CHARS = 8;

/** The command, or the exit code: 0 after --help, 2 for words that mean nothing. */
export function readCommand(words: readonly string[]): CensusCommand | number {
  const command = new Command('census')
    .description('Takes the census of the packages and files below a directory, over all cores.')
    .argument('[directory]', 'where to begin; links are not followed', DEFAULT_DIRECTORY)
    .option('--data <dir>', `data folder, kept for the next run (default: one below ${DATA}/)`)
    .option('--threads <n>', 'threads besides main (default: one a core)', count)
    .option('--top <n>', 'rows of each table', count, TOP)
    .option('--json', 'print the result as one JSON object')
    .allowExcessArguments(false)
    .exitOverride();
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  const { threads, top, json, data } = command.opts<{
    threads?: number;
    top: number;
    json?: boolean;
    data?: string;
  }>();
  const directory = command.args[0] ?? DEFAULT_DIRECTORY;
  return { directory, data: data ?? dataOf(directory), threads, top, isJson: json === true };
}

/** Below the current directory, one for each directory that a census is taken of. */
function dataOf(directory: string): string {
  const path = resolve(directory);
  const digest = createHash('sha256').update(path).digest('hex').slice(0, DIGEST_CHARS);
  return join(DATA, `${basename(path)}-${digest}`);
}

function count(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
