/**
 * Where a command speaks: results to stdout, everything else to stderr. Tables and colour for people at a terminal, one
 * JSON value a line with --json, progress only where somebody looks. When the reader of stdout goes away, as `head` does,
 * nothing more is written and nobody is told off.
 * Runs on: main.
 */
import Table from 'cli-table3';
import pc from 'picocolors';
import { printJson } from '../../../stores/internal.js';

type Colours = ReturnType<typeof pc.createColors>;
type Cell = string | number;

const CLEAR_LINE = '\r\x1b[2K';
/** Progress is printed at most so often. */
const PROGRESS_MS = 100;
const PLAIN_BORDERS = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', middle: ' ' };
const NO_BORDERS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', left: '', right: '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', ...PLAIN_BORDERS },
};

export class Terminal {
  /** Results are JSON, one value a line. */
  readonly isJson: boolean;
  /** Of stdout; of stderr: `noteColours`. Both say nothing where colour is not wanted (NO_COLOR, a pipe). */
  readonly colours: Colours;
  readonly noteColours: Colours;
  /** Aborted when the reader of stdout has gone: what still would be printed need not be made. */
  readonly gone: AbortSignal;
  readonly #gone = new AbortController();
  readonly #isWatched = process.stderr.isTTY === true;
  #isBroken = false;
  #isProgressShown = false;
  #progressAtMs = 0;

  constructor(isJson: boolean) {
    this.isJson = isJson;
    this.colours = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
    this.noteColours = pc.createColors(this.#isWatched && pc.isColorSupported);
    this.gone = this.#gone.signal;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => this.#lost(error));
    process.stderr.on('error', () => {}); // nobody is left to say it to
  }

  /** The result could not be written, a full disk for one; a reader who went away is no such thing. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** A line of result. */
  print(line: string): void {
    if (this.gone.aborted) return;
    this.#clear();
    process.stdout.write(`${line}\n`);
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
    process.stderr.write(`${text}\n`);
  }

  /** Something wrong. */
  complain(text: string): void {
    this.note(`${this.noteColours.red('troupe:')} ${text}`);
  }

  /** Replaces the last progress; shown at a terminal only. */
  progress(text: string, nowMs: number): void {
    if (!this.#isWatched || nowMs - this.#progressAtMs < PROGRESS_MS) return;
    this.#progressAtMs = nowMs;
    this.#isProgressShown = true;
    process.stderr.write(`${CLEAR_LINE}${text}`);
  }

  #clear(): void {
    if (this.#isProgressShown) process.stderr.write(CLEAR_LINE);
    this.#isProgressShown = false;
  }

  #lost(error: NodeJS.ErrnoException): void {
    this.#gone.abort();
    if (error.code === 'EPIPE') return;
    this.#isBroken = true;
    this.complain(`expected to write the result, got ${error.code}`);
  }
}

/** Stored text must not steer the terminal of whoever reads it: control characters are spelt out. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
