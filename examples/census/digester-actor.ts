/**
 * Digests files, a few at a time: while one waits for the disk another is hashed. There is one replica a thread, so all
 * cores hash; its mailbox holds little, so whoever sends it paths goes at the pace of the disk.
 * Runs on: main and thread.
 */
import { defineActor } from '../../core/index.js';
import { digestFile, type FileDigest, type FileFailure } from './digest-file.js';
import type { DiskPath } from './disk-path.js';

/** A digest and the thread it was made on, or why there is none. */
export type Digested = (FileDigest & { readonly thread: number }) | FileFailure;

/** What the walker needs of whoever digests. */
export interface Digests {
  digest(path: DiskPath): Promise<Digested>;
}

/** Files a replica has in hand. */
export const FILES_AT_ONCE = 8;
const PIECE_BYTES = 256 * 1024;

export const digester = defineActor(
  import.meta.url,
  'digester',
  (ctx) => {
    const pieces: Buffer[] = [];
    const { thread } = ctx;
    return {
      async digest(path: DiskPath): Promise<Digested> {
        const piece = pieces.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
        const result = await digestFile(path, piece);
        pieces.push(piece);
        return { ...result, thread };
      },
    };
  },
  { concurrency: FILES_AT_ONCE },
);
