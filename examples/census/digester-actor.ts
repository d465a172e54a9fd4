/**
 * Digests files, a batch at a time: while one waits for the disk another is hashed. There is one replica a thread, so all
 * cores hash; its mailbox holds little, so whoever sends it paths goes at the pace of the disk.
 * Runs on: main and thread.
 */
import { defineActor } from '../../core/index.js';
import { digestFile, type FileDigest, type FileFailure } from './digest-file.js';
import type { DiskPath } from './disk-path.js';

/** A digest and the thread it was made on, or why there is none. */
export type Digested = (FileDigest & { readonly thread: number }) | FileFailure;

/** Files in one message: what it costs to wake a thread is shared by so many. */
export const BATCH_FILES = 16;
/** Batches a replica has in hand: while the last files of one are read the next is begun. */
export const BATCHES_AT_ONCE = 2;
const PIECE_BYTES = 128 * 1024;

export const digester = defineActor(
  import.meta.url,
  'digester',
  (ctx) => {
    const pieces: Buffer[] = [];
    const { thread } = ctx;

    async function digest(path: DiskPath): Promise<Digested> {
      const piece = pieces.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
      const result = await digestFile(path, piece);
      pieces.push(piece);
      return { ...result, thread };
    }

    return {
      /** In the order of `paths`. */
      digest: (paths: readonly DiskPath[]): Promise<Digested[]> => Promise.all(paths.map(digest)),
    };
  },
  { concurrency: BATCHES_AT_ONCE },
);
