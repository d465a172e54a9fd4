/**
 * One line on a terminal that says what is being measured. Silent where the output is no terminal.
 * Runs on: main.
 */
import type { Step } from './rounds.js';
import type { Row } from './row.js';

/** Told of every step; `clear` removes the line before anything else is printed. */
export interface Progress {
  step(row: Row, index: number, of: number, step: Step): void;
  clear(): void;
}

/** Progress on `stream` (standard error by default, so that the table can be redirected). */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { step() {}, clear() {} };
  const show = (text: string) => stream.write(`\r\u001b[2K${text.slice(0, stream.columns - 1)}`);
  return {
    step(row, index, of, { phase, round, of: rounds, contender }) {
      show(`[${index}/${of}] ${row.group}/${row.name}: ${phase} ${round}/${rounds}, ${contender}`);
    },
    clear() {
      show('');
    },
  };
}
