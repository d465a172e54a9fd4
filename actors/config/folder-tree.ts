/**
 * The YAML files below a folder, by name, before any is read: `name.yml` and folders, as DP³ looks for them. Names that
 * begin with a dot are passed over. A symbolic link counts as what it points to if that is in the folder (such links
 * are how containers mount configuration), and is refused if it leads out of it.
 * Runs on: main.
 */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CONFIG_LIMITS } from '../limits.js';
import { type ConfigFault, configFault } from './config-fault.js';

/** One folder. Keys are names, those of files without `.yml`. */
export interface FolderTree {
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly folders: ReadonlyMap<string, FolderTree>;
}

/** The top folder. */
export interface WholeTree extends FolderTree {
  /** False when it cannot be read: that is a fault, and all there is to say. */
  readonly isThere: boolean;
  /** Files anywhere in it that look like YAML and are not read for the end of their names. */
  readonly others: readonly string[];
}

/** One file that is to be read. */
export interface TreeFile {
  readonly path: string;
  /** Relative to the top folder, with slashes: what people are shown. */
  readonly shown: string;
}

const NEARLY_YAML = /\.ya?ml$/i;

interface Walk {
  readonly root: string;
  readonly faults: ConfigFault[];
  readonly others: string[];
  entries: number;
  bytes: number;
}

/** What is below `dir`; what could not be looked at becomes a fault. */
export async function readFolderTree(dir: string, faults: ConfigFault[]): Promise<WholeTree> {
  const others: string[] = [];
  try {
    const root = await realpath(dir);
    const walk: Walk = { root, faults, others, entries: 0, bytes: 0 };
    return { ...(await readFolder(walk, root, '', [root])), others, isThere: true };
  } catch (thrown) {
    faults.push(unreadable('.', thrown, `a folder that can be read, ${dir}`));
    return { files: new Map(), folders: new Map(), others, isThere: false };
  }
}

async function readFolder(
  walk: Walk,
  dir: string,
  shown: string,
  above: readonly string[],
): Promise<FolderTree> {
  const files = new Map<string, TreeFile>();
  const folders = new Map<string, FolderTree>();
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const below = shown === '' ? entry.name : `${shown}/${entry.name}`;
    walk.entries++;
    if (walk.entries > CONFIG_LIMITS.entriesMax) {
      const expected = `at most ${CONFIG_LIMITS.entriesMax} files and folders`;
      if (walk.entries === CONFIG_LIMITS.entriesMax + 1)
        walk.faults.push(configFault('.', { at: [], expected, got: 'more' }));
      break;
    }
    const found = await inspect(walk, entry, join(dir, entry.name), below);
    if (found === undefined) continue;
    if (found.isFolder) {
      const { path } = found;
      if (above.includes(path) || above.length > CONFIG_LIMITS.nestingMax) {
        const expected = 'folders that end somewhere';
        walk.faults.push(configFault(below, { at: [], expected, got: 'one that holds itself' }));
      } else folders.set(entry.name, await readFolder(walk, path, below, [...above, path]));
    } else if (entry.name.endsWith('.yml')) {
      files.set(entry.name.slice(0, -4), { path: found.path, shown: below });
    } else if (NEARLY_YAML.test(entry.name)) walk.others.push(below);
  }
  return { files, folders };
}

/** Where an entry really is, and what it is; undefined if it is to be passed over. */
async function inspect(
  walk: Walk,
  entry: Dirent,
  path: string,
  shown: string,
): Promise<{ readonly path: string; readonly isFolder: boolean } | undefined> {
  // What is not read anyway may be whatever it likes.
  if (!isFolderLike(entry) && !entry.name.endsWith('.yml')) return { path, isFolder: false };
  try {
    const real = await realpath(path);
    if (
      !real.startsWith(walk.root.endsWith(sep) ? walk.root : walk.root + sep) &&
      real !== walk.root
    ) {
      const expected = 'a file or folder within the configuration folder';
      walk.faults.push(configFault(shown, { at: [], expected, got: 'a link out of it' }));
      return undefined;
    }
    const { size, ...kind } = await kindOf(real);
    if (kind.isFolder) return { path: real, isFolder: true };
    if (kind.isFile) walk.bytes += size;
    const texts = kind.isFile
      ? { expected: `at most ${CONFIG_LIMITS.bytesMax} bytes in all`, got: 'more' }
      : { expected: 'a file', got: 'something else' };
    if (kind.isFile && walk.bytes <= CONFIG_LIMITS.bytesMax) return { path: real, isFolder: false };
    walk.faults.push(configFault(shown, { at: [], ...texts }));
  } catch (thrown) {
    walk.faults.push(unreadable(shown, thrown, 'a file or folder that can be read'));
  }
  return undefined;
}

function isFolderLike(entry: Dirent): boolean {
  return entry.isDirectory() || entry.isSymbolicLink();
}

async function kindOf(path: string): Promise<{
  readonly isFolder: boolean;
  readonly isFile: boolean;
  readonly size: number;
}> {
  const found = await stat(path);
  return { isFolder: found.isDirectory(), isFile: found.isFile(), size: found.size };
}

function unreadable(file: string, thrown: unknown, expected: string): ConfigFault {
  const { code, message } = thrown as NodeJS.ErrnoException;
  return configFault(file, { at: [], expected, got: code ?? message });
}
