/**
 * The census as tables for people: what has changed, what there is, how the run went, how to ask again. Functions of the
 * census; nothing is printed here.
 * Runs on: any.
 */
import { relative } from 'node:path';
import pc from 'picocolors';
import type { Census } from './census.js';
import { counted, duration, size, whole } from './figures.js';
import { holdings } from './holdings.js';
import { type Row, type Section, sectionText } from './table.js';
import type { Changes } from './tally.js';

/** `top`: rows of each table at most. */
export function reportOf(census: Census, top: number, isColoured: boolean): string {
  const colours = pc.createColors(isColoured);
  const sections = [
    summary(census),
    ...holdings(census.survey, top),
    ...changes(census, top),
    slowest(census, top),
    threads(census),
    hooks(census),
    failures(census, top),
  ].filter(({ rows }) => rows.length > 0);
  const texts = sections.map((section) => sectionText(section, colours));
  return [...texts, questions(census)].join('\n');
}

function summary({ directory, isWhole, survey, run, readMs, tookMs }: Census): Section {
  const title = isWhole ? directory : `${directory} (ended before it was whole)`;
  const speed = `${rate(run.files + run.unchanged, readMs)} files/s, ${byteRate(run.bytes, readMs)}`;
  const rows = [
    ['packages', whole(survey.packages)],
    ['installs', whole(survey.installs)],
    ['files', whole(survey.files)],
    ['bytes', `${whole(survey.bytes)} (${size(survey.bytes)})`],
    ['different contents', whole(survey.contents)],
    ['authors', whole(survey.authors)],
    ['directories', whole(run.directories)],
    ['links, not followed', whole(run.links)],
    ['pipes, sockets, devices', whole(run.others)],
    [
      'read now',
      `${counted(run.files, 'file')}, ${size(run.bytes)}; ${whole(run.unchanged)} unchanged`,
    ],
    ['time', `${duration(tookMs)}; reading and storing ${duration(readMs)}, ${speed}`],
  ];
  return { title, head: [], rows, words: [1] };
}

/** The first run has nothing to compare with. */
function changes({ isFirst, isWhole, run }: Census, top: number): Section[] {
  if (isFirst) return [];
  const { fileChanges, packageChanges, touched } = run;
  const unknown = isWhole ? '' : ' (what is gone is not known)';
  const read = touched === 0 ? '' : `, ${counted(touched, 'file')} touched without a change`;
  const counts = ({ new: added, changed, gone }: Changes): Row =>
    [added, changed, gone].map((count) => whole(count));
  const rows: Row[] = [
    ['packages', ...counts(packageChanges)],
    ['files', ...counts(fileChanges)],
  ];
  return [
    { title: `Since the last run${unknown}${read}`, head: ['', 'new', 'changed', 'gone'], rows },
    ...named('packages', packageChanges, top),
    ...named('files', fileChanges, top),
  ];
}

function named(what: string, { names }: Changes, top: number): Section[] {
  return (['new', 'changed', 'gone'] as const).map((change) => ({
    title: `${change[0]?.toUpperCase()}${change.slice(1)} ${what}`,
    head: [],
    rows: names[change].slice(0, top).map((name) => [name]),
  }));
}

function slowest({ run }: Census, top: number): Section {
  const rows = run.slowest
    .slice(0, top)
    .map(({ path, bytes, tookMs }) => [path, size(bytes), duration(tookMs)]);
  return { title: 'Slowest files', head: ['file', 'bytes', 'time'], rows };
}

function threads({ run, readMs }: Census): Section {
  const rows = run.threads.map(({ thread, files, bytes }) => [
    thread === 0 ? 'main' : thread,
    whole(files),
    rate(files, readMs),
    size(bytes),
    byteRate(bytes, readMs),
  ]);
  const head = ['thread', 'files', 'files/s', 'bytes', 'bytes/s'];
  return { title: 'Throughput by thread', head, rows };
}

function hooks({ work, sent, tookMs, readMs }: Census): Section {
  const waits = sent.waits === 0 ? '' : `, told ${whole(sent.waits)} times to wait`;
  const rejected =
    sent.rejected === 0 ? '' : `; ${whole(sent.rejected)} not taken, the first: ${sent.firstFault}`;
  const letters = work.deadLetters === 0 ? '' : `; ${whole(work.deadLetters)} dead letters`;
  const title = `Ingested ${whole(sent.points)} data-points (${rate(sent.points, readMs)}/s) in ${whole(sent.requests)} requests${waits}${rejected}; ${whole(work.tasksDerived)} tasks derived, ${whole(work.tasksApplied)} applied (${rate(work.tasksApplied, tookMs)}/s)${letters}`;
  const rows = work.hooks.map(({ hook, calls, tasks, failures, tookMs: ms }) => [
    hook,
    whole(calls),
    whole(tasks),
    whole(failures),
    duration(ms),
  ]);
  return { title, head: ['hook', 'calls', 'derived', 'failed', 'time'], rows };
}

function failures({ run }: Census, top: number): Section {
  const rows = run.failed.slice(0, top).map(({ path, failure }) => [path, failure]);
  return { title: `Not read: ${whole(run.failures)}`, head: ['path', 'why'], rows };
}

/** What is stored can be asked again, with what is at hand as an example. */
function questions({ data, survey, directory }: Census): string {
  const folder = quoted(relative('', data) || '.');
  const one =
    survey.disputed[0]?.package ??
    survey.mostUsed[0]?.package ??
    survey.largestPackages[0]?.package;
  const about =
    one === undefined
      ? []
      : [`values package ${quoted(one)}`, `explain package ${quoted(one)} licence`];
  const words = ['types', 'list package', ...about, `attr census ${quoted(directory)} files`];
  const lines = words.map((query) => `  npx troupe query ${query} --data ${folder}`);
  return `Ask again:\n${lines.join('\n')}\n`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function rate(count: number, ms: number): string {
  return whole(perSecond(count, ms));
}

function byteRate(bytes: number, ms: number): string {
  return `${size(perSecond(bytes, ms))}/s`;
}

function perSecond(count: number, ms: number): number {
  return ms === 0 ? 0 : (count * 1000) / ms;
}
