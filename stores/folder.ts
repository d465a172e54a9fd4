/**
 * The data folder: where everything that outlives the process is, and the one who has it open.
 *
 *   DIR/folder.json     that it is ours, its format, its partitions      folder-file.ts
 *   DIR/opener-*.sock   who has it open; door.sock is the way in          folder-lock.ts
 *   DIR/log/            environment of the log                            environment.ts
 *   DIR/state/          environment of what follows from it
 *
 * Opened from the outside in, and nothing is written before all is understood: a folder that is not ours, damaged, of a
 * newer format, in use, or where LMDB cannot work is left as it was.
 * Runs on: main.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { assert } from '../core/internal.js';
import { makeCopyFolders, removeCopies, takeCopies } from './compact-files.js';
import {
  type Durability,
  ENVIRONMENT_FOLDERS,
  type Environments,
  openEnvironments,
} from './environment.js';
import { checkEnvironmentFile } from './environment-file.js';
import { networkFileSystemOf } from './file-system.js';
import { asFolderFault, folderFault } from './folder-fault.js';
import { FOLDER_FORMAT, type FolderFile, readFolderFile, writeFolderFile } from './folder-file.js';
import { type ConnectionHandler, type FolderLock, lockFolder } from './folder-lock.js';
import { FolderState } from './folder-state.js';
import { STORE_LIMITS } from './limits.js';
import { assignNumbers, type ModelNumbersForm } from './model-numbers.js';
import type { Model } from './schema/build-model.js';
import type { EntitySpec } from './schema/entity-spec.js';

export interface OpenFolderOptions {
  /** Of a folder that is made now; one that is there must have as many. Default 64. */
  readonly partitions?: number;
  /** Default `fsync`. */
  readonly durability?: Durability;
  /** Reads only: takes no lock, makes nothing; also while another process has it open. Default false. */
  readonly isReadOnly?: boolean;
  /** It must be there: none is made. Default false. */
  readonly isThere?: boolean;
  /** Is given its numbers; see {@link Folder.adopt}. */
  readonly model?: Model;
}

/** An open data folder. */
export interface Folder {
  /** Absolute, without symbolic links. */
  readonly dir: string;
  /** Drawn when it was made. */
  readonly id: string;
  readonly partitions: number;
  readonly durability: Durability;
  readonly isReadOnly: boolean;
  /** How often it has been opened to be written, this time included. */
  readonly runId: number;
  /** False when the process that had it open before ended without closing it. */
  readonly endedWell: boolean;
  readonly environments: Environments;
  /** Of the model adopted last. */
  readonly numbers: ModelNumbersForm;
  /** Specifications of the model adopted last; empty when none was. Open without a model to see the one before. */
  readonly storedSpecs: readonly EntitySpec[];
  /** Gives a model its numbers, and remembers both. Rejects STORE_FULL, or FOLDER_UNFIT; then it has the former one. */
  adopt(model: Model): Promise<ModelNumbersForm>;
  /** True while a partition has tasks it has not done or derived entries that have not arrived. */
  hasWork(): boolean;
  /** Size of its files in bytes. */
  sizes(): { readonly log: number; readonly state: number };
  /** Who gets the connections other processes make to its socket; without, they are ended. */
  onConnection(handler: ConnectionHandler): void;
  /** Resolves when all is written and the folder is free. The same promise for every call. Stop its partitions before. */
  close(): Promise<void>;
  /**
   * As {@link Folder.close}, with its files written anew: of what was removed or replaced no bytes are left in them. No
   * reader may have it open. Rejects STORE_FULL or STORE_FAILED; then it is closed with the files it had.
   */
  closeCompacted(): Promise<void>;
}

/**
 * Opens a data folder, and makes it when it is empty or not there (its parent must be). Rejects FOLDER_IN_USE,
 * FOLDER_FOREIGN, FOLDER_NEWER, FOLDER_OLDER, FOLDER_UNFIT or STORE_FULL, and leaves it as it was.
 */
export async function openFolder(dir: string, options: OpenFolderOptions = {}): Promise<Folder> {
  const isReadOnly = options.isReadOnly === true;
  const isThere = isReadOnly || options.isThere === true;
  const where = guarded(resolve(dir), () => findFolder(resolve(dir), isThere));
  const known = guarded(where, () => checkFolder(where));
  if (isThere && known === undefined)
    throw folderFault('FOLDER_FOREIGN', where, 'expected a data folder, got an empty one');
  const lock = isReadOnly ? undefined : await lockOf(where);
  let environments: Environments | undefined;
  try {
    // Another process may have made or changed it until the lock was ours.
    const file = guarded(where, () => checkFolder(where) ?? makeFolder(where, options));
    checkPartitions(where, file, options);
    const durability = options.durability ?? 'fsync';
    environments = guarded(where, () =>
      openEnvironments(where, { durability, isReadOnly, isMaking: !isReadOnly }),
    );
    if (!isReadOnly) guarded(where, () => removeCopies(where));
    const state = new FolderState(where, file, environments);
    if (isReadOnly) state.check();
    else await state.begin();
    const folder = new OpenFolder({ dir: where, file, durability, lock, environments, state });
    if (options.model !== undefined && !isReadOnly) await folder.adopt(options.model);
    return folder;
  } catch (thrown) {
    await environments?.close();
    await lock?.release();
    throw asFolderFault(where, thrown);
  }
}

interface Parts {
  readonly dir: string;
  readonly file: FolderFile;
  readonly durability: Durability;
  readonly lock: FolderLock | undefined;
  readonly environments: Environments;
  readonly state: FolderState;
}

class OpenFolder implements Folder {
  readonly dir: string;
  readonly id: string;
  readonly partitions: number;
  readonly durability: Durability;
  readonly isReadOnly: boolean;
  readonly runId: number;
  readonly endedWell: boolean;
  readonly environments: Environments;
  readonly #lock: FolderLock | undefined;
  readonly #state: FolderState;
  #numbers: ModelNumbersForm;
  #specs: readonly EntitySpec[];
  #closing: Promise<void> | undefined;

  constructor({ dir, file, durability, lock, environments, state }: Parts) {
    this.dir = dir;
    this.id = file.id;
    this.partitions = file.partitions;
    this.durability = durability;
    this.isReadOnly = lock === undefined;
    this.runId = state.runId;
    this.endedWell = state.endedWell;
    this.environments = environments;
    this.#lock = lock;
    this.#state = state;
    this.#numbers = state.numbers();
    this.#specs = state.specs();
  }

  get storedSpecs(): readonly EntitySpec[] {
    return this.#specs;
  }

  get numbers(): ModelNumbersForm {
    return this.#numbers;
  }

  async adopt(model: Model): Promise<ModelNumbersForm> {
    const numbers = assignNumbers(this.#numbers, model);
    try {
      await this.#state.keepModel(numbers, model.specs);
    } catch (thrown) {
      throw asFolderFault(this.dir, thrown);
    }
    this.#numbers = numbers;
    this.#specs = model.specs;
    return numbers;
  }

  hasWork(): boolean {
    return this.#state.hasWork();
  }

  sizes(): { readonly log: number; readonly state: number } {
    const size = (name: string) => statSync(join(this.dir, name, 'data.mdb')).size;
    return { log: size(ENVIRONMENT_FOLDERS.log), state: size(ENVIRONMENT_FOLDERS.state) };
  }

  onConnection(handler: ConnectionHandler): void {
    this.#lock?.onConnection(handler);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  closeCompacted(): Promise<void> {
    assert(!this.isReadOnly, `${this.dir} to be open for writing`);
    this.#closing ??= this.#close(() => this.#copy());
    return this.#closing;
  }

  /** `copy` answers what puts the copies in place. */
  async #close(copy?: () => Promise<() => void>): Promise<void> {
    let take: (() => void) | undefined;
    try {
      if (!this.isReadOnly) await this.#state.end();
      take = await copy?.();
    } finally {
      await this.environments.close();
      try {
        if (take !== undefined) guarded(this.dir, take);
      } finally {
        await this.#lock?.release();
      }
    }
  }

  async #copy(): Promise<() => void> {
    const { log, state } = this.environments;
    const to = guarded(this.dir, () => makeCopyFolders(this.dir));
    try {
      await log.copyTo(to.log);
      await state.copyTo(to.state);
    } catch (fault) {
      removeCopies(this.dir);
      throw fault;
    }
    return () => takeCopies(this.dir);
  }
}

/** The folder without symbolic links, made if that is asked for. */
function findFolder(dir: string, isThere: boolean): string {
  const there = statSync(dir, { throwIfNoEntry: false });
  if (there === undefined && isThere)
    throw folderFault('FOLDER_UNFIT', dir, 'expected it to be there, got nothing');
  if (there !== undefined && !there.isDirectory())
    throw folderFault('FOLDER_FOREIGN', dir, 'expected a folder, got a file');
  if (there === undefined) {
    const parent = statSync(dirname(dir), { throwIfNoEntry: false });
    if (parent?.isDirectory() !== true)
      throw folderFault('FOLDER_UNFIT', dir, `expected its parent ${dirname(dir)} to be a folder`);
    mkdirSync(dir);
  }
  return realpathSync(dir);
}

/** What the folder says of itself, undefined when it is empty. Writes nothing. */
function checkFolder(dir: string): FolderFile | undefined {
  const network = networkFileSystemOf(dir);
  if (network !== undefined)
    throw folderFault('FOLDER_UNFIT', dir, `expected a local file system, got ${network}`);
  const file = readFolderFile(dir);
  for (const name of Object.values(ENVIRONMENT_FOLDERS))
    if (file !== undefined) checkEnvironmentFile(dir, join(dir, name, 'data.mdb'));
  return file;
}

function makeFolder(dir: string, options: OpenFolderOptions): FolderFile {
  const partitions = options.partitions ?? STORE_LIMITS.partitions;
  const isCount =
    Number.isInteger(partitions) && partitions >= 1 && partitions <= STORE_LIMITS.partitionsMax;
  if (!isCount) {
    const text = `expected 1 to ${STORE_LIMITS.partitionsMax} partitions, got ${partitions}`;
    throw folderFault('FOLDER_UNFIT', dir, text);
  }
  const made = new Date().toISOString();
  const file = { format: FOLDER_FORMAT, id: randomUUID(), partitions, made };
  writeFolderFile(dir, file);
  return file;
}

function checkPartitions(dir: string, file: FolderFile, { partitions }: OpenFolderOptions): void {
  if (partitions === undefined || partitions === file.partitions) return;
  const text = `expected ${partitions} partitions, got ${file.partitions}: they were chosen when it was made`;
  throw folderFault('FOLDER_UNFIT', dir, text);
}

async function lockOf(dir: string): Promise<FolderLock> {
  try {
    return await lockFolder(dir);
  } catch (thrown) {
    throw asFolderFault(dir, thrown);
  }
}

function guarded<T>(dir: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    throw asFolderFault(dir, thrown);
  }
}
