/**
 * `folder.json`: what says that a folder is ours, and in which format. Written first when a folder is made, whole or not at
 * all, so that a folder whose making was interrupted is known and made again.
 * Runs on: main.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { folderFault } from './folder-fault.js';
import { STORE_LIMITS } from './limits.js';

/** The format this program writes; it reads no other. */
export const FOLDER_FORMAT = 2;

export interface FolderFile {
  readonly format: number;
  /** Drawn when the folder was made; stands in both environments as well, so that halves of two folders are told apart. */
  readonly id: string;
  readonly partitions: number;
  /** ISO 8601, for people. */
  readonly made: string;
}

const NAME = 'folder.json';
const KIND = 'troupe data folder';
/** A file of ours has some hundred bytes: one that has more is none. */
const BYTES_MAX = 4_096;

/**
 * What the folder says of itself; undefined when it is empty but for the locks of openers. Throws FOLDER_NEWER or
 * FOLDER_OLDER for another format, FOLDER_FOREIGN for a folder of something else or a file that is damaged.
 */
export function readFolderFile(dir: string): FolderFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(dir, NAME), 'utf8');
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code !== 'ENOENT') throw thrown;
    const others = readdirSync(dir).filter((name) => !isPassing(name));
    if (others.length === 0) return undefined;
    throw folderFault('FOLDER_FOREIGN', dir, `expected it to be ours or empty, got ${others[0]}`);
  }
  return parseFolderFile(dir, text.length > BYTES_MAX ? '' : text);
}

/** Writes it, whole or not at all, durably. */
export function writeFolderFile(dir: string, file: FolderFile): void {
  const temporary = join(dir, `${NAME}.new`);
  const fd = openSync(temporary, 'w', 0o644);
  try {
    writeSync(fd, `${JSON.stringify({ kind: KIND, ...file }, undefined, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, join(dir, NAME));
  syncFolder(dir);
}

/** Makes the names in a folder durable. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Names that come and go: locks, and a file that was not finished. */
function isPassing(name: string): boolean {
  return name.endsWith('.sock') || name === `${NAME}.new` || name === 'lost+found';
}

function parseFolderFile(dir: string, text: string): FolderFile {
  let file: Partial<FolderFile> & { readonly kind?: unknown };
  try {
    file = (JSON.parse(text) ?? {}) as typeof file;
  } catch (cause) {
    throw folderFault(
      'FOLDER_FOREIGN',
      dir,
      `expected ${NAME} to be whole, got damaged text`,
      cause,
    );
  }
  const { kind, format, id, partitions, made = '' } = file;
  if (kind !== KIND) throw folderFault('FOLDER_FOREIGN', dir, `expected ${NAME} of a data folder`);
  if (typeof format === 'number' && format !== FOLDER_FORMAT) {
    const isNewer = format > FOLDER_FORMAT;
    const age = isNewer ? 'a newer' : 'an older';
    const text = `expected format ${FOLDER_FORMAT}, got ${format}: it was written by ${age} version`;
    throw folderFault(isNewer ? 'FOLDER_NEWER' : 'FOLDER_OLDER', dir, text);
  }
  const isWhole =
    typeof format === 'number' &&
    typeof id === 'string' &&
    typeof partitions === 'number' &&
    Number.isInteger(partitions) &&
    partitions >= 1 &&
    partitions <= STORE_LIMITS.partitionsMax;
  if (!isWhole)
    throw folderFault('FOLDER_FOREIGN', dir, `expected ${NAME} to be whole, got a part`);
  return { format, id, partitions, made };
}
