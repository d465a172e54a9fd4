/**
 * A data folder in the system's temporary folder, and what a test does with it.
 * Runs on: main.
 */
import { type Folder, type OpenFolderOptions, openFolder } from '../../stores/folder.js';
import { TemporaryTree } from './temporary-tree.js';

/** Few, so that a folder is made fast. */
const PARTITIONS = 4;

export class StoreFolder {
  readonly tree = new TemporaryTree();
  readonly dir = this.tree.path('data');
  #open: Folder | undefined;

  /** Opens it, closing what this had open before. Without fsync: tests kill processes, not machines. */
  async open(options: OpenFolderOptions = {}): Promise<Folder> {
    await this.#open?.close();
    this.#open = await openFolder(this.dir, {
      partitions: PARTITIONS,
      durability: 'os',
      ...options,
    });
    return this.#open;
  }

  /** Closes it and removes everything. */
  async remove(): Promise<void> {
    await this.#open?.close();
    this.tree.remove();
  }
}
