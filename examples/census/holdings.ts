/**
 * What the directory holds, as sections of the report. Functions of the survey.
 * Runs on: any.
 */
import { counted, size, whole } from './figures.js';
import type { Survey } from './survey.js';
import type { Row, Section } from './table.js';

/** `top`: rows of each at most. */
export function holdings(survey: Survey, top: number): Section[] {
  return [
    kinds(survey, top),
    sizes(survey),
    packages(survey),
    used(survey),
    families(survey),
    disputed(survey),
    authors(survey),
    missing(survey),
    duplicates(survey),
  ];
}

function kinds(survey: Survey, top: number): Section {
  const rows: Row[] = survey.kinds
    .slice(0, top)
    .map(({ kind, files, bytes }) => [kind, whole(files), size(bytes)]);
  const rest = survey.kinds.slice(top);
  const files = rest.reduce((sum, one) => sum + one.files, 0);
  const bytes = rest.reduce((sum, one) => sum + one.bytes, 0);
  if (rest.length > 0) rows.push([`${rest.length} more`, whole(files), size(bytes)]);
  return { title: 'Kinds', head: ['kind', 'files', 'bytes'], rows };
}

function sizes({ sizeClasses }: Survey): Section {
  const rows = sizeClasses.map(({ sizeClass, contents, bytes }) => [
    sizeClass,
    whole(contents),
    size(bytes),
  ]);
  return { title: 'Sizes', head: ['class', 'contents', 'bytes'], rows };
}

function packages({ largestPackages }: Survey): Section {
  const rows = largestPackages.map((one) => [one.package, whole(one.files), size(one.bytes)]);
  return { title: 'Largest packages', head: ['package', 'files', 'bytes'], rows };
}

function used({ mostUsed }: Survey): Section {
  const rows = mostUsed.map((one) => [one.package, whole(one.users)]);
  return { title: 'Most depended upon', head: ['package', 'by packages'], rows };
}

function families({ families: all, unlicensed }: Survey): Section {
  const rows: Row[] = all.map(({ family, packages: count, licences }) => [
    family.replaceAll('_', ' '),
    whole(count),
    licences.join(', '),
  ]);
  if (unlicensed > 0) rows.push(['none claimed', whole(unlicensed), '']);
  return { title: 'Licences', head: ['family', 'packages', 'licences'], rows, words: [2] };
}

function disputed({ disputed: all, disputes }: Survey): Section {
  const rows = all.map((one) => [
    one.package,
    one.claims.map(({ licence, confidence }) => `${licence} (${confidence.toFixed(2)})`).join('  '),
  ]);
  const title = `Licences that manifest and text disagree about: ${whole(disputes)}`;
  return { title, head: ['package', 'claims with confidence'], rows, words: [1] };
}

function authors({ topAuthors }: Survey): Section {
  const rows = topAuthors.map((one) => [one.author, whole(one.packages)]);
  return { title: 'Authors', head: ['author', 'packages'], rows };
}

function missing({ missing: all }: Survey): Section {
  const rows = all.map((one) => [one.package, one.needs.join(', ')]);
  return { title: 'Needed, but not installed', head: ['package', 'needs'], rows, words: [1] };
}

function duplicates({ duplicates: all, largestDuplicates }: Survey): Section {
  const title = `Duplicates: ${counted(all.files, 'file')} of ${counted(all.contents, 'content')}, ${size(all.wastedBytes)} wasted`;
  const rows = largestDuplicates.map(({ path, files, wastedBytes }) => [
    path,
    whole(files),
    size(wastedBytes),
  ]);
  return { title, head: ['one of them', 'files', 'wasted'], rows };
}
