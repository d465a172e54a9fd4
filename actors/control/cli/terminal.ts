/**
 * Where a command speaks: results to stdout, everything else to stderr. Tables and colour for people at a terminal, one
 * JSON value a line with --json, progress only where somebody looks. When the reader of stdout goes away, as `head` does,
 * nothing more is written and nobody is told off.
 * Runs on: main.
 */
import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { printJson } from '../../../stores/internal.js';
import { harmless, printable, printableLines } from './printable.js';

type Colours = ReturnType<typeof pc.createColors>;
type Cell = string | number;

const CLEAR_LINE = '\r\x1b[2K';
/** Progress is printed at most so often. */
const PROGRESS_MS = 100;
/** Of a terminal that does not say how wide it is. */
const COLUMNS = 80;
const PLAIN_BORDERS = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', middle: ' ' };
const NO_BORDERS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', left: '', right: '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', ...PLAIN_BORDERS },
};

/** A stream that may lead to a terminal. */
export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where a process speaks; the process itself is one. */
export interface TerminalPlace {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
}

export class Terminal {
  /** Results are JSON, one value a line. */
  readonly isJson: boolean;
  /** Of stdout; of stderr: `noteColours`. Both say nothing where colour is not wanted: NO_COLOR, a dumb terminal, a pipe. */
  readonly colours: Colours;
  readonly noteColours: Colours;
  /** Aborted when the reader of stdout has gone: what still would be printed need not be made. */
  readonly gone: AbortSignal;
  readonly #gone = new AbortController();
  readonly #stdout: TerminalStream;
  readonly #stderr: TerminalStream;
  readonly #isWatched: boolean;
  #isBroken = false;
  #isProgressShown = false;
  #progressAtMs = 0;

  constructor(isJson: boolean, { stdout, stderr, env }: TerminalPlace = process) {
    this.isJson = isJson;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#isWatched = stderr.isTTY === true && env.TERM !== 'dumb';
    // Not as picocolors sees the process: it would colour whatever a CI runner reads.
    const isPlain = Boolean(env.NO_COLOR) || env.TERM === 'dumb';
    this.colours = pc.createColors(stdout.isTTY === true && !isPlain);
    this.noteColours = pc.createColors(stderr.isTTY === true && !isPlain);
    this.gone = this.#gone.signal;
    stdout.on('error', (error: NodeJS.ErrnoException) => this.#lost(error));
    stderr.on('error', () => {}); // nobody is left to say it to
  }

  /** The result could not be written, a full disk for one; a reader who went away is no such thing. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Resolves when what was printed is out, or could not be. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => this.#stdout.write('', () => resolve()));
    // What went wrong is told a turn later.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** A line of result. */
  print(line: string): void {
    if (this.gone.aborted) return;
    this.#clear();
    this.#stdout.write(`${harmless(line)}\n`);
  }

  /** A line of JSON, as the API prints it. */
  printJson(value: unknown): void {
    this.print(printJson(value));
  }

  /** The result: as JSON with --json, otherwise what `toText` makes for people; an empty text prints nothing. */
  result(value: unknown, toText: () => string): void {
    const text = this.isJson ? printJson(value) : toText();
    if (text !== '') this.print(text);
  }

  /** Columns without lines, heads dimmed. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
    const table = new Table({
      head: head.map((word) => this.colours.dim(word)),
      chars: NO_BORDERS,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1, compact: true },
    });
    table.push(...rows.map((row) => row.map((cell) => printable(String(cell)))));
    return table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  }

  /** Something worth knowing beside the result. */
  note(text: string): void {
    this.#clear();
    this.#stderr.write(`${harmless(text)}\n`);
  }

  /** Something wrong; the text may hold what came from elsewhere. */
  complain(text: string): void {
    this.note(`${this.noteColours.red('troupe:')} ${printableLines(text)}`);
  }

  /** Replaces the last progress; shown at a terminal only, in one line, as only one can be cleared. */
  progress(text: string, nowMs: number): void {
    if (!this.#isWatched || nowMs - this.#progressAtMs < PROGRESS_MS) return;
    this.#progressAtMs = nowMs;
    this.#isProgressShown = true;
    const plain = stripVTControlCharacters(text);
    const columns = this.#stderr.columns || COLUMNS;
    this.#stderr.write(CLEAR_LINE + (plain.length < columns ? text : plain.slice(0, columns - 1)));
  }

  #clear(): void {
    if (this.#isProgressShown) this.#stderr.write(CLEAR_LINE);
    this.#isProgressShown = false;
  }

  #lost(error: NodeJS.ErrnoException): void {
    this.#gone.abort();
    // The last is of a terminal that has gone.
    if (error.code === 'EPIPE' || (error.code === 'EIO' && this.#stdout.isTTY)) return;
    this.#isBroken = true;
    this.complain(`expected to write the result, got ${error.code}`);
  }
}
