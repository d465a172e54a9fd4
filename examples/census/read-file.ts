/**
 * One file read once, piece by piece: its size, its SHA-256, its kind, and its text where that is wanted; not read at all
 * if it is as it was. What cannot be read is a result too, not an error of the program: files vanish, are locked, or turn
 * out to be something else.
 * Runs on: any.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bytesOf, type DiskPath } from './disk-path.js';
import { HEAD_BYTES, kindOf } from './file-kind.js';

/** What tells a file that has changed from one that has not. */
export interface FileStamp {
  readonly bytes: number;
  /** Epoch ms, whole. */
  readonly modified: number;
}

/** What is to be read. */
export interface FileToRead {
  readonly path: DiskPath;
  /** As it was when it was read last. */
  readonly known?: FileStamp;
  /** The text is wanted as well. */
  readonly isText: boolean;
}

/** What is known of a file after reading it. */
export interface FileDigest extends FileStamp {
  readonly path: DiskPath;
  readonly kind: string;
  /** SHA-256 of the content, base64url. */
  readonly hash: string;
  /** Undefined if it was not wanted, or is too long. */
  readonly text?: string | undefined;
  /** From open to close. */
  readonly tookMs: number;
}

/** A file that is as it was. */
export interface FileUnchanged {
  readonly path: DiskPath;
  readonly isUnchanged: true;
}

/** A file that could not be read. */
export interface FileFailure {
  readonly path: DiskPath;
  /** Of the operating system (ENOENT, EACCES, …), or NOT_A_FILE. */
  readonly failure: string;
}

/** A link is not followed, and a pipe is not waited for: a path may be another thing by now than when it was found. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Manifests and licences are shorter. */
const TEXT_BYTES_MAX = 1024 * 1024;

/** Reads through `piece`, whose content is lost. Never rejects. */
export async function readFile(
  { path, known, isText }: FileToRead,
  piece: Buffer,
): Promise<FileDigest | FileUnchanged | FileFailure> {
  const startMs = performance.now();
  let file: FileHandle | undefined;
  try {
    file = await open(bytesOf(path), FLAGS);
    const stat = await file.stat();
    if (!stat.isFile()) return { path, failure: 'NOT_A_FILE' };
    const modified = Math.floor(stat.mtimeMs);
    if (known?.bytes === stat.size && known.modified === modified)
      return { path, isUnchanged: true };
    const read = await digest(file, { name: nameOf(path), size: stat.size, isText }, piece);
    return { path, modified, ...read, tookMs: performance.now() - startMs };
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
  {
    name,
    size,
    isText,
  }: { readonly name: string; readonly size: number; readonly isText: boolean },
  piece: Buffer,
) {
  const hash = createHash('sha256');
  const texts: Buffer[] = [];
  let kind = kindOf(name, new Uint8Array());
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, null);
    if (bytesRead === 0) break;
    const read = piece.subarray(0, bytesRead);
    if (bytes === 0) kind = kindOf(name, read.subarray(0, HEAD_BYTES));
    bytes += bytesRead;
    hash.update(read);
    if (isText && bytes <= TEXT_BYTES_MAX) texts.push(Buffer.from(read));
    if (bytes === size) break;
  }
  const text = isText && bytes <= TEXT_BYTES_MAX ? Buffer.concat(texts).toString() : undefined;
  return { bytes, kind, hash: hash.digest('base64url'), text };
}

function nameOf(path: DiskPath): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'UNKNOWN';
}
