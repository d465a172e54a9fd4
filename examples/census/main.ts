/**
 * `npm start [-- directory]`: the census of a directory as a command. Progress goes to a terminal only; the result is a
 * few tables, or JSON, and a data folder. Exits 0, 1 without a readable directory or data folder, 2 for words it does not
 * know, 3 when the disk is full, 130 when interrupted.
 * Runs on: main.
 */
import { stat } from 'node:fs/promises';
import pc from 'picocolors';
import { CodedError, hasCode } from '../../core/index.js';
import { type Census, type Progress, takeCensus } from './census.js';
import { type CensusCommand, readCommand } from './command-line.js';
import { size, whole } from './figures.js';
import { reportOf } from './report.js';

const CLEAR_LINE = '\r\x1b[2K';

process.exitCode = await run(process.argv.slice(2));

async function run(words: readonly string[]): Promise<number> {
  const command = readCommand(words);
  if (typeof command === 'number') return command;
  const { directory } = command;
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error || !found.isDirectory()) {
    const got = found instanceof Error ? found.code : 'something else';
    return complain(`expected a directory, got ${got}: ${directory}`, 1);
  }
  try {
    const census = await interruptible(command);
    const isColoured = process.stdout.isTTY === true && pc.isColorSupported;
    const text = command.isJson
      ? `${JSON.stringify(census)}\n`
      : reportOf(census, command.top, isColoured);
    process.stdout.write(text);
    return census.isWhole ? 0 : 130;
  } catch (thrown) {
    const error = firstOf(thrown);
    if (hasCode(error, 'CONFIG_INVALID')) return complain(error.message, 2);
    if (hasCode(error, 'STORE_FULL')) return complain(error.message, 3);
    if (isOfTheWorld(error)) return complain(error.message, 1);
    throw error;
  }
}

/** What failed first: on a full disk closing what is open fails as well. */
function firstOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'suppressed' in thrown ? firstOf(thrown.suppressed) : thrown;
}

/** A folder in use, a disk that is full: told in a sentence, not with a stack. */
function isOfTheWorld(error: unknown): error is Error {
  return error instanceof CodedError || (error instanceof Error && 'syscall' in error);
}

/** The first Ctrl-C ends the walk and what was stored is shown; the second ends the process. */
async function interruptible({ directory, ...options }: CensusCommand): Promise<Census> {
  const ending = new AbortController();
  const interrupt = (): void => ending.abort();
  process.once('SIGINT', interrupt);
  const isShown = process.stdout.isTTY === true && process.stderr.isTTY === true;
  const shown = isShown ? { onProgress: showProgress } : {};
  try {
    return await takeCensus(directory, { ...options, ...shown, signal: ending.signal });
  } finally {
    process.off('SIGINT', interrupt);
    if (isShown) process.stderr.write(CLEAR_LINE);
  }
}

function showProgress({ files, bytes, unchanged, failures, points, elapsedMs }: Progress): void {
  const rate = whole(((files + unchanged) * 1000) / Math.max(elapsedMs, 1));
  const known = unchanged === 0 ? '' : `  ${whole(unchanged)} unchanged`;
  const notRead = failures === 0 ? '' : pc.yellow(`  ${whole(failures)} not read`);
  process.stderr.write(
    `${CLEAR_LINE}${whole(files)} files read  ${size(bytes)}${known}  ${rate} files/s  ${whole(points)} data-points${notRead}`,
  );
}

function complain(fault: string, code: number): number {
  process.stderr.write(`census: ${fault}\n`);
  return code;
}
