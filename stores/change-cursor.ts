/**
 * Where a reader of changes stands, as one word that it keeps: base64url of
 *
 *   tag | check, 4 bytes | folder, 16 bytes | partitions | number of the next change, of each partition
 *
 * The folder is in it since numbers mean nothing in another one; the check finds what was cut or edited.
 * Pure.
 * Runs on: any.
 */
import { createHash } from 'node:crypto';
import { hasCode } from '../core/index.js';
import { ByteReader } from './byte-reader.js';
import { writeBytes } from './byte-writer.js';
import { STORE_LIMITS } from './limits.js';

const TAG = 1;
const CHECK_BYTES = 4;
const FOLDER_BYTES = 16;

/** What a cursor says. */
export interface ChangePlaces {
  /** Digest of the folder's id; compare with {@link folderDigest}. */
  readonly folder: string;
  /** By partition: the number of the first change that was not read. */
  readonly next: readonly number[];
}

/** The cursor of a reader of the folder with that id. */
export function printChangeCursor(folderId: string, next: readonly number[]): string {
  const rest = writeBytes((writer) => {
    writer.bytes(Buffer.from(folderDigest(folderId), 'hex'));
    writer.varint(next.length);
    for (const number of next) writer.varint(number);
  });
  return Buffer.concat([Uint8Array.of(TAG), checkOf(rest), rest]).toString('base64url');
}

/** Undefined for what {@link printChangeCursor} never made. Never throws. */
export function readChangeCursor(text: unknown): ChangePlaces | undefined {
  if (typeof text !== 'string' || text.length > STORE_LIMITS.changeCursorCharsMax) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // Node passes over what is no base64url: only the one spelling counts.
  if (bytes.length <= 1 + CHECK_BYTES || bytes.toString('base64url') !== text) return undefined;
  const rest = bytes.subarray(1 + CHECK_BYTES);
  if (bytes[0] !== TAG || !checkOf(rest).equals(bytes.subarray(1, 1 + CHECK_BYTES)))
    return undefined;
  try {
    const reader = new ByteReader(rest);
    const at = reader.skip(FOLDER_BYTES);
    const folder = Buffer.from(rest.subarray(at, at + FOLDER_BYTES)).toString('hex');
    const next = Array.from({ length: reader.count() }, () => reader.varint());
    reader.finish();
    return { folder, next };
  } catch (error) {
    if (hasCode(error, 'STORED_BYTES_INVALID')) return undefined;
    throw error;
  }
}

/** What stands in a cursor for the id of a folder. */
export function folderDigest(folderId: string): string {
  return createHash('sha256')
    .update(folderId)
    .digest('hex')
    .slice(0, 2 * FOLDER_BYTES);
}

function checkOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, CHECK_BYTES);
}
