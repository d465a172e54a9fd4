/**
 * The manuals as tests read them: tables by their heading, and what the sources declare that should be in them.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { textOf } from './source-tree.js';

const semantics = textOf('SEMANTICS.md');

/** What a user reads. */
export const manuals = `${textOf('README.md')}\n${semantics}`;

/** The keys an exported interface declares itself. */
export function keysOf(file: string, name: string): string[] {
  const [, body = ''] =
    new RegExp(`^export interface ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, 'ms').exec(textOf(file)) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, key = '']) => key);
}

/** The code in the first cell of each row of the tables under a heading, sorted. */
export function firstColumn(heading: string): string[] {
  return rowsOf(heading)
    .map(([first = '']) => first)
    .sort();
}

/** The cells of the rows that begin with code, of the tables under a heading of SEMANTICS.md. */
export function rowsOf(heading: string): string[][] {
  return [...sectionOf(heading).matchAll(/^\| `([^`|]+)` \|(.*)\|$/gm)].map(
    ([, name = '', rest = '']) => [name, ...rest.split('|').map((cell) => cell.trim())],
  );
}

/** The text under a heading of SEMANTICS.md. */
export function sectionOf(heading: string): string {
  const [, section = ''] =
    new RegExp(`^## (?:\\d+\\. )?${heading}\\n(.*?)(?=^## |(?![^]))`, 'ms').exec(semantics) ?? [];
  assert.notEqual(section, '', `expected a section "${heading}" in SEMANTICS.md`);
  return section;
}
