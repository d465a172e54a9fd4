/**
 * The census as tables for people. Functions of the census; nothing is printed here.
 * Runs on: any.
 */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Census } from './census.js';
import { duration, size, whole } from './figures.js';

type Row = readonly (string | number)[];

interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly Row[];
}

/** `top`: rows of each table at most. */
export function reportOf(census: Census, top: number, isColoured: boolean): string {
  const { bold, dim } = pc.createColors(isColoured);
  const sections = [
    summary(census),
    kinds(census, top),
    duplicates(census, top),
    slowest(census, top),
    threads(census),
    failures(census, top),
  ].filter(({ rows }) => rows.length > 0);
  const parts = sections.map(
    ({ title, head, rows }) => `${bold(title)}\n${table(head.map(dim), rows)}\n`,
  );
  return parts.join('\n');
}

function summary(census: Census): Section {
  const { directory, files, bytes, tookMs } = census;
  const title = census.isWhole ? directory : `${directory} (ended before it was whole)`;
  const speed = `${rate(files, tookMs)} files/s, ${byteRate(bytes, tookMs)}`;
  const rows = [
    ['files', whole(files)],
    ['bytes', `${whole(bytes)} (${size(bytes)})`],
    ['directories', whole(census.directories)],
    ['links, not followed', whole(census.links)],
    ['pipes, sockets, devices', whole(census.others)],
    ['empty files', whole(census.empty)],
    ['time', `${duration(tookMs)}, ${speed}`],
  ];
  return { title, head: [], rows };
}

function kinds(census: Census, top: number): Section {
  const rows: Row[] = census.kinds
    .slice(0, top)
    .map(({ kind, files, bytes }) => [kind, whole(files), size(bytes)]);
  const rest = census.kinds.slice(top);
  const files = rest.reduce((sum, one) => sum + one.files, 0);
  const bytes = rest.reduce((sum, one) => sum + one.bytes, 0);
  if (rest.length > 0) rows.push([`${rest.length} more`, whole(files), size(bytes)]);
  return { title: 'Kinds', head: ['kind', 'files', 'bytes'], rows };
}

function duplicates({ duplicates: all, largestDuplicates }: Census, top: number): Section {
  const title = `Duplicates: ${whole(all.files)} files in ${whole(all.groups)} groups, ${size(all.wastedBytes)} wasted`;
  const rows = largestDuplicates
    .slice(0, top)
    .map(({ path, files, wastedBytes }) => [path, whole(files), size(wastedBytes)]);
  return { title, head: ['one of them', 'files', 'wasted'], rows };
}

function slowest(census: Census, top: number): Section {
  const rows = census.slowest
    .slice(0, top)
    .map(({ path, bytes, tookMs }) => [path, size(bytes), duration(tookMs)]);
  return { title: 'Slowest files', head: ['file', 'bytes', 'time'], rows };
}

function threads(census: Census): Section {
  const { tookMs } = census;
  const rows = census.threads.map(({ thread, files, bytes }) => [
    thread === 0 ? 'main' : thread,
    whole(files),
    rate(files, tookMs),
    size(bytes),
    byteRate(bytes, tookMs),
  ]);
  const head = ['thread', 'files', 'files/s', 'bytes', 'bytes/s'];
  return { title: 'Throughput by thread', head, rows };
}

function failures(census: Census, top: number): Section {
  const rows = census.failed.slice(0, top).map(({ path, failure }) => [path, failure]);
  return { title: `Not read: ${whole(census.failures)}`, head: ['path', 'why'], rows };
}

/** Lines without a frame: the first column to the left, the others to the right. */
function table(head: string[], rows: readonly Row[]): string {
  const columns = Math.max(head.length, ...rows.map((row) => row.length));
  const made = new Table({
    chars: NO_FRAME,
    head,
    colAligns: Array.from({ length: columns }, (_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

const NO_FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

function rate(count: number, ms: number): string {
  return whole(perSecond(count, ms));
}

function byteRate(bytes: number, ms: number): string {
  return `${size(perSecond(bytes, ms))}/s`;
}

function perSecond(count: number, ms: number): number {
  return ms === 0 ? 0 : (count * 1000) / ms;
}
