/**
 * The census as tables for people. A function of the census; nothing is printed here.
 * Runs on: any.
 */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Census } from './census.js';
import { duration, size, whole } from './figures.js';

type Row = readonly (string | number)[];

/** `top`: rows of each table at most. */
export function reportOf(census: Census, top: number): string {
  const parts = [
    headlines(census),
    section('Kinds', ['kind', 'files', 'bytes'], kindRows(census, top)),
    duplicates(census, top),
    section('Slowest files', ['file', 'bytes', 'time'], slowestRows(census, top)),
    section(
      'Throughput by thread',
      ['thread', 'files', 'files/s', 'bytes', 'bytes/s'],
      threadRows(census),
    ),
    section(`Not read: ${whole(census.failures)}`, ['path', 'why'], failedRows(census, top)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headlines(census: Census): string {
  const { directory, files, bytes, directories, links, others, empty, tookMs } = census;
  const title = census.isWhole ? directory : `${directory} (ended before it was whole)`;
  const rows: Row[] = [
    ['files', whole(files)],
    ['bytes', `${whole(bytes)} (${size(bytes)})`],
    ['directories', whole(directories)],
    ['links, not followed', whole(links)],
    ['empty files', whole(empty)],
    [
      'time',
      `${duration(tookMs)}, ${whole(perSecond(files, tookMs))} files/s, ${size(perSecond(bytes, tookMs))}/s`,
    ],
  ];
  if (others > 0) rows.splice(4, 0, ['pipes, sockets, devices', whole(others)]);
  return `${pc.bold(title)}\n${table([], rows)}`;
}

function duplicates({ duplicates: all, largestDuplicates }: Census, top: number): string {
  const title = `Duplicates: ${whole(all.files)} files in ${whole(all.groups)} groups, ${size(all.wastedBytes)} wasted`;
  const rows = largestDuplicates
    .slice(0, top)
    .map((one) => [one.path, whole(one.files), size(one.wastedBytes)]);
  return section(title, ['one of them', 'files', 'wasted'], rows);
}

function kindRows({ kinds }: Census, top: number): Row[] {
  const rows: Row[] = kinds
    .slice(0, top)
    .map((one) => [one.kind, whole(one.files), size(one.bytes)]);
  const rest = kinds.slice(top);
  if (rest.length === 0) return rows;
  const files = rest.reduce((sum, one) => sum + one.files, 0);
  const bytes = rest.reduce((sum, one) => sum + one.bytes, 0);
  return [...rows, [`${rest.length} more`, whole(files), size(bytes)]];
}

function slowestRows({ slowest }: Census, top: number): Row[] {
  return slowest.slice(0, top).map((one) => [one.path, size(one.bytes), duration(one.tookMs)]);
}

function threadRows({ threads, tookMs }: Census): Row[] {
  return threads.map(({ thread, files, bytes }) => [
    thread === 0 ? 'main' : thread,
    whole(files),
    whole(perSecond(files, tookMs)),
    size(bytes),
    `${size(perSecond(bytes, tookMs))}/s`,
  ]);
}

function failedRows({ failed }: Census, top: number): Row[] {
  return failed.slice(0, top).map((one) => [one.path, one.failure]);
}

/** Empty without rows. */
function section(title: string, head: readonly string[], rows: readonly Row[]): string {
  return rows.length === 0 ? '' : `${pc.bold(title)}\n${table(head, rows)}`;
}

/** Lines without a frame: the first column to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly Row[]): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
  };
  const lines = {
    ...none,
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const columns = Math.max(head.length, ...rows.map((row) => row.length));
  const made = new Table({
    chars: lines,
    head: head.map((cell) => pc.dim(cell)),
    colAligns: Array.from({ length: columns }, (_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

function perSecond(count: number, ms: number): number {
  return ms === 0 ? 0 : (count * 1000) / ms;
}
