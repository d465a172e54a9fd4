/**
 * The files below a directory, one by one, as whoever reads them asks for the next: nothing is read ahead but the
 * names of one directory. Links are not followed, so every file is met once and no circle is walked.
 * Runs on: any.
 */
import { readdir } from 'node:fs/promises';
import { bytesOf, type DiskPath, joined } from './disk-path.js';
import { licenceAmong } from './places.js';
import type { FileFailure } from './read-file.js';

/** What was met besides files. */
export interface Walked {
  /** Read to the end; the root is one. */
  directories: number;
  links: number;
  /** Pipes, sockets, devices. */
  others: number;
}

/** A file, and whether it is the one of its directory that looks like the text of a licence. */
export interface Met {
  readonly path: DiskPath;
  readonly isLicence: boolean;
}

/** Yields files, and directories that could not be read as failures; counts the rest in `walked`. Passes `except` by. */
export async function* walkFiles(
  root: DiskPath,
  walked: Walked,
  except?: DiskPath,
): AsyncGenerator<Met | FileFailure> {
  const open = [root];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    if (directory === except) continue;
    const entries = await entriesOf(directory);
    if ('failure' in entries) {
      yield entries;
      continue;
    }
    walked.directories++;
    const files = entries.filter((entry) => entry.isFile());
    const licence = licenceAmong(files.map(({ name }) => name.toString('latin1')));
    for (const { name } of files)
      yield { path: joined(directory, name), isLicence: name.toString('latin1') === licence };
    for (const entry of entries) {
      if (entry.isDirectory()) open.push(joined(directory, entry.name));
      else if (entry.isSymbolicLink()) walked.links++;
      else if (!entry.isFile()) walked.others++;
    }
  }
}

async function entriesOf(path: DiskPath) {
  try {
    return await readdir(bytesOf(path), { encoding: 'buffer', withFileTypes: true });
  } catch (error) {
    return { path, failure: (error as NodeJS.ErrnoException).code ?? 'UNKNOWN' };
  }
}
