/**
 * The files of an environment written anew, without the room that what was removed or replaced has left: there its bytes
 * stay until something else is written over them. Only for who has the folder to himself.
 *
 *   log/data.mdb ── copied by lmdb ──► log/compact/data.mdb ── flushed ──► renamed over log/data.mdb
 *
 * Each environment is whole at any instant, the old one or the new one, and both hold the same: a process may end anywhere.
 * Runs on: main.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT_FOLDERS } from './environment.js';
import { syncFolder } from './folder-file.js';

const NAMES = Object.values(ENVIRONMENT_FOLDERS);
const COPY = 'compact';
const DATA = 'data.mdb';
const LOCK = 'lock.mdb';

/** Empty folders for the copies, by environment. */
export function makeCopyFolders(dir: string): { readonly log: string; readonly state: string } {
  removeCopies(dir);
  for (const name of NAMES) mkdirSync(copyOf(dir, name));
  return {
    log: copyOf(dir, ENVIRONMENT_FOLDERS.log),
    state: copyOf(dir, ENVIRONMENT_FOLDERS.state),
  };
}

/** Removes copies that were not finished: they may hold what has been erased since. */
export function removeCopies(dir: string): void {
  for (const name of NAMES) rmSync(copyOf(dir, name), { recursive: true, force: true });
}

/** Puts the copies in place. Nobody may have the environments open. */
export function takeCopies(dir: string): void {
  for (const name of NAMES) syncFile(join(copyOf(dir, name), DATA));
  for (const name of NAMES) {
    const folder = join(dir, name);
    // It says where the old file stood. A reader that opens in between makes one for itself.
    rmSync(join(folder, LOCK), { force: true });
    renameSync(join(copyOf(dir, name), DATA), join(folder, DATA));
    rmSync(join(folder, LOCK), { force: true });
    syncFolder(folder);
  }
  removeCopies(dir);
}

function copyOf(dir: string, name: string): string {
  return join(dir, name, COPY);
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
