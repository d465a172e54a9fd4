/**
 * Reads files, a batch at a time: while one waits for the disk another is hashed or parsed. There is one replica a
 * thread, so all cores work; its mailbox holds little, so whoever sends it paths goes at the pace of the disk.
 * Runs on: main and thread.
 */
import { defineActor } from '../../core/index.js';
import type { DiskPath } from './disk-path.js';
import { licenceOfText } from './licence-text.js';
import { type Manifest, parseManifest } from './manifest.js';
import type { Role } from './places.js';
import {
  type FileDigest,
  type FileFailure,
  type FileStamp,
  type FileUnchanged,
  readFile,
} from './read-file.js';

/** A file that was found. */
export interface FoundFile {
  readonly path: DiskPath;
  readonly role: Role;
  readonly known?: FileStamp;
}

/** What a file was found to hold, and the thread it was read on. */
export interface ReadFile extends Omit<FileDigest, 'text'> {
  readonly thread: number;
  /** Of a manifest that is one. */
  readonly manifest?: Manifest | undefined;
  /** Of the text of a licence: which it is, empty if that is not known. */
  readonly licence?: string | undefined;
}

export type Reading = ReadFile | FileUnchanged | FileFailure;

/** Files in one message: what it costs to wake a thread, and to store what was found, is shared by so many. */
export const BATCH_FILES = 32;
/** Batches a replica has in hand: while the last files of one are read the next is begun. */
export const BATCHES_AT_ONCE = 2;
const PIECE_BYTES = 128 * 1024;

export const reader = defineActor(
  import.meta.url,
  'reader',
  (ctx) => {
    const pieces: Buffer[] = [];
    const { thread } = ctx;

    async function read({ role, ...found }: FoundFile): Promise<Reading> {
      const piece = pieces.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
      const result = await readFile({ ...found, isText: role !== 'file' }, piece);
      pieces.push(piece);
      if (!('hash' in result)) return result;
      const { text = '', ...digest } = result;
      if (role === 'manifest') return { ...digest, thread, manifest: parseManifest(text) };
      if (role === 'licence') return { ...digest, thread, licence: licenceOfText(text) ?? '' };
      return { ...digest, thread };
    }

    return {
      /** In the order of `files`. */
      read: (files: readonly FoundFile[]): Promise<Reading[]> => Promise.all(files.map(read)),
    };
  },
  { concurrency: BATCHES_AT_ONCE },
);
