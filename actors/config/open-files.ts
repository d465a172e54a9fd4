/**
 * The files of a folder tree, read: each a YAML document, or a fault in its place.
 * Runs on: main.
 */
import { type ConfigFault, configFault } from './config-fault.js';
import type { FolderTree } from './folder-tree.js';
import { readYamlFile, type YamlDocument } from './yaml-file.js';

/** One folder, read. Files that are empty, or no YAML, are not in it. */
export interface OpenTree {
  readonly files: ReadonlyMap<string, OpenFile>;
  readonly folders: ReadonlyMap<string, OpenTree>;
  /** Names of files that are no YAML. */
  readonly broken: readonly string[];
}

/** One file, read. */
export interface OpenFile extends YamlDocument {
  /** Relative to the top folder. */
  readonly shown: string;
}

/** Reads all files, one after the other: they are few, and so no number of them fills the memory at once. */
export async function openFiles(tree: FolderTree, faults: ConfigFault[]): Promise<OpenTree> {
  const files = new Map<string, OpenFile>();
  const broken: string[] = [];
  for (const [name, { path, shown }] of tree.files) {
    const document = await readYamlFile(path);
    if (Array.isArray(document)) {
      broken.push(name);
      for (const { line, column, ...texts } of document) {
        const place = line === undefined || column === undefined ? undefined : { line, column };
        faults.push(configFault(shown, { at: [], ...texts }, place));
      }
    } else if (document.value !== null) files.set(name, { ...document, shown });
  }
  const folders = new Map<string, OpenTree>();
  for (const [name, folder] of tree.folders) folders.set(name, await openFiles(folder, faults));
  return { files, folders, broken };
}
