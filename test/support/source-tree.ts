/**
 * The sources of this project as the tidy tests read them: which files there are, and what each refers to. Read by
 * pattern, which the formatter makes safe: imports begin lines, and paths stand in single quotes.
 * Runs on: main.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: tests run compiled, some folders below it. */
export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

/** One import or re-export of a module. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the root of the file it means, with its .ts ending; undefined for a package. */
  readonly file: string | undefined;
  /** True for `import type`: nothing of it is left at run time. */
  readonly isType: boolean;
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const REFERENCE = /'(\.\.?\/[^'\n]*\.[mc]?js)'/g;
/** A path up to a name that is put in later. */
const FOLDER = /`(\.\.?\/[^`$\n]*\/)\$\{/g;

/** Paths from the root, '/' in between, of every source file in a folder, those of its folders too. */
export function sourceFiles(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.[mc]?ts$/.test(entry.name))
    .map((entry) =>
      posix.join(toPosix(entry.parentPath).slice(toPosix(ROOT).length + 1), entry.name),
    )
    .sort();
}

export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** What a file imports or re-exports, in order. */
export function importsOf(file: string): Import[] {
  return [...textOf(file).matchAll(IMPORT)].map(([, type, specifier = '']) => ({
    specifier,
    file: specifier.startsWith('.') ? fileOf(file, specifier) : undefined,
    isType: type !== undefined,
  }));
}

/** The files a file refers to in any way: imports, modules for other threads, child processes. */
export function referencesOf(file: string): string[] {
  const text = textOf(file);
  const files = [...text.matchAll(REFERENCE)].map(([, path = '']) => fileOf(file, path));
  const folders = [...text.matchAll(FOLDER)].map(([, path = '']) => fileOf(file, path));
  return [...files, ...folders.flatMap((folder) => sourceFiles(folder))];
}

/** All that the roots refer to, and what that refers to, they themselves included. */
export function reachedFrom(roots: Iterable<string>): Set<string> {
  const reached = new Set<string>();
  const open = [...roots];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file) || !existsSync(join(ROOT, file))) continue;
    reached.add(file);
    open.push(...referencesOf(file));
  }
  return reached;
}

function fileOf(from: string, path: string): string {
  return posix.join(posix.dirname(from), path).replace(/js$/, 'ts');
}

function toPosix(path: string): string {
  return path.replaceAll('\\', '/');
}

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
