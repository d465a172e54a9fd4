/**
 * The files below a directory, one by one, as whoever reads them asks for the next: nothing is read ahead but the
 * names of one directory. Links are not followed, so every file is met once and no circle is walked.
 * Runs on: any.
 */
import { readdir } from 'node:fs/promises';
import type { FileFailure } from './digest-file.js';
import { bytesOf, type DiskPath, joined } from './disk-path.js';

/** What was met besides files. */
export interface Walked {
  /** Read to the end; the root is one. */
  directories: number;
  links: number;
  /** Pipes, sockets, devices. */
  others: number;
}

/** Yields files, and directories that could not be read as failures; counts the rest in `walked`. */
export async function* walkFiles(
  root: DiskPath,
  walked: Walked,
): AsyncGenerator<DiskPath | FileFailure> {
  const open = [root];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const entries = await entriesOf(directory);
    if ('failure' in entries) {
      yield entries;
      continue;
    }
    walked.directories++;
    for (const entry of entries) {
      const path = joined(directory, entry.name);
      if (entry.isFile()) yield path;
      else if (entry.isDirectory()) open.push(path);
      else if (entry.isSymbolicLink()) walked.links++;
      else walked.others++;
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
