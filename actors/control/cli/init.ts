/**
 * `troupe init DIR`: an application that runs, in a folder that is new or empty. Writes nothing when the folder holds
 * anything, and takes nothing back when it is interrupted half-way: what is there says so to the next try.
 * Runs on: main.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '../../../core/index.js';
import type { CommandScope } from '../cli.js';
import { EXIT } from './exit-codes.js';
import { packageDependency } from './package-version.js';
import { printable } from './printable.js';
import { templateFiles } from './template.js';

/** The words: the folder. Rejects CONFIG_INVALID, FOLDER_NOT_EMPTY, and FOLDER_UNFIT when it cannot be made or written. */
export async function init(
  { terminal }: CommandScope,
  [dir = '.']: readonly string[],
): Promise<number> {
  if (dir === '') throw new CodedError('CONFIG_INVALID', 'expected a folder, got an empty name');
  const files = Object.entries(templateFiles(await packageDependency(), Date.now()));
  const fault = (error: unknown): never => {
    throw unfit(dir, error);
  };
  await assertEmpty(dir).catch(fault);
  for (const [path, content] of files) {
    const place = join(dir, path);
    await mkdir(dirname(place), { recursive: true }).catch(fault);
    await writeFile(place, content, { flag: 'wx' }).catch(fault);
  }
  const { bold, dim } = terminal.colours;
  terminal.result({ folder: dir, files: files.map(([path]) => path) }, () =>
    [
      `${bold(printable(dir))} holds an application now:`,
      ...files.map(([path]) => `  ${path}`),
      dim(`Go on with: cd ${printable(dir)} && npm install && npm start`),
    ].join('\n'),
  );
  return EXIT.ok;
}

async function assertEmpty(dir: string): Promise<void> {
  const found = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (found.length === 0) return;
  const text = `expected ${dir} to be new or empty, got ${found.length} in it: ${found[0]}`;
  throw new CodedError('FOLDER_NOT_EMPTY', text);
}

function unfit(dir: string, error: unknown): Error {
  if (error instanceof CodedError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new CodedError('FOLDER_UNFIT', `expected to write in ${dir}, got ${code}`, {
    cause: error,
  });
}
