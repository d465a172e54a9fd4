/**
 * One file read once, piece by piece: its size, its SHA-256, its kind. What cannot be read is a result too, not an error
 * of the program: files vanish, are locked, or turn out to be something else.
 * Runs on: any.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bytesOf, type DiskPath } from './disk-path.js';
import { HEAD_BYTES, kindOf } from './file-kind.js';

/** What is known of a file after reading it. */
export interface FileDigest {
  readonly path: DiskPath;
  readonly bytes: number;
  readonly kind: string;
  /** SHA-256 of the content, base64url. */
  readonly hash: string;
  /** From open to close. */
  readonly tookMs: number;
}

/** A file that could not be read. */
export interface FileFailure {
  readonly path: DiskPath;
  /** Of the operating system (ENOENT, EACCES, …), or NOT_A_FILE. */
  readonly failure: string;
}

/** A link is not followed, and a pipe is not waited for: a path may be another thing by now than when it was found. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads through `piece`, whose content is lost. Never rejects. */
export async function digestFile(path: DiskPath, piece: Buffer): Promise<FileDigest | FileFailure> {
  const startMs = performance.now();
  let file: FileHandle | undefined;
  try {
    file = await open(bytesOf(path), FLAGS);
    const stat = await file.stat();
    if (!stat.isFile()) return { path, failure: 'NOT_A_FILE' };
    const read = await digest(file, { name: nameOf(path), size: stat.size }, piece);
    return { path, ...read, tookMs: performance.now() - startMs };
  } catch (error) {
    return { path, failure: codeOf(error) };
  } finally {
    await file?.close().catch(() => {
      // It was only read: nothing is lost by a close that fails.
    });
  }
}

/** Stops at the size it had when it was opened, which saves a look for more; a size of 0 may be that of a made-up file. */
async function digest(
  file: FileHandle,
  { name, size }: { readonly name: string; readonly size: number },
  piece: Buffer,
) {
  const hash = createHash('sha256');
  let kind = kindOf(name, new Uint8Array());
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, null);
    if (bytesRead === 0) break;
    if (bytes === 0) kind = kindOf(name, piece.subarray(0, Math.min(bytesRead, HEAD_BYTES)));
    bytes += bytesRead;
    hash.update(piece.subarray(0, bytesRead));
    if (bytes === size) break;
  }
  return { bytes, kind, hash: hash.digest('base64url') };
}

function nameOf(path: DiskPath): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'UNKNOWN';
}
