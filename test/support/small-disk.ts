/**
 * A file system of a few MiB that can be filled and cleared, for whoever may mount one.
 * Runs on: main.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { TemporaryTree } from './temporary-tree.js';

const FILLER = 'filler';
const BLOCK_BYTES = 16_384;

export class SmallDisk {
  readonly dir: string;
  /** False: it is an ordinary folder, which never becomes full. */
  readonly isMounted: boolean;

  /** At a folder that is made. */
  constructor(dir: string, bytes = 8 * 1024 * 1024) {
    this.dir = dir;
    mkdirSync(dir);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir]);
    this.isMounted = mounted.status === 0;
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** To the last byte. */
  fill(): void {
    const file = openSync(this.path(FILLER), 'w');
    try {
      for (;;) writeSync(file, Buffer.alloc(BLOCK_BYTES));
    } catch {
      // Full, as was meant.
    } finally {
      closeSync(file);
    }
  }

  clear(): void {
    rmSync(this.path(FILLER));
  }

  remove(): void {
    if (this.isMounted) spawnSync('umount', ['-l', this.dir]);
  }
}

/** Makes them in a tree, by name; they and the tree go after the tests of the file. */
export function smallDisksIn(tree: TemporaryTree): (name: string) => SmallDisk {
  const disks: SmallDisk[] = [];
  after(() => {
    for (const disk of disks) disk.remove();
    tree.remove();
  });
  return (name) => {
    const disk = new SmallDisk(tree.path(name));
    disks.push(disk);
    return disk;
  };
}
