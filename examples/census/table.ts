/**
 * A section of the report as text: a title, and lines without a frame, the first column to the left, numbers to the
 * right. Pure.
 * Runs on: any.
 */
import Table from 'cli-table3';
import type pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;
export type Row = readonly (string | number)[];

export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly Row[];
  /** Columns of words beside the first: to the left as well. */
  readonly words?: readonly number[];
}

export function sectionText(
  { title, head, rows, words = [] }: Section,
  { bold, dim }: Colours,
): string {
  const columns = Math.max(head.length, ...rows.map((row) => row.length));
  const isWords = (index: number): boolean => index === 0 || words.includes(index);
  const made = new Table({
    chars: NO_FRAME,
    head: head.map(dim),
    colAligns: Array.from({ length: columns }, (_, index) => (isWords(index) ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => [...row]));
  return `${bold(title)}\n${made.toString().replaceAll(/ +$/gm, '')}\n`;
}

const NO_FRAME = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', left: '', 'left-mid': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', right: '' },
  ...{ mid: '', 'mid-mid': '', 'right-mid': '', middle: '  ' },
};
