/**
 * Whether a file system has room for a commit, asked before each one. lmdb would find out by itself, but badly: its text about
 * a write that failed is longer than the memory it takes for it, and on a disk that stays full that ends the process.
 * Runs on: any.
 */
import { statfsSync } from 'node:fs';
import { CodedError } from '../core/index.js';
import type { StoreErrorCode } from './errors.js';
import { STORE_LIMITS } from './limits.js';

/** What a commit brings. */
export interface CommitSize {
  /** Written or removed. */
  readonly rows: number;
  /** Of their values. */
  readonly bytes: number;
}

/** STORE_FULL when the file system of `path` has too little room for it; undefined also when nobody can tell. */
export function roomFault(
  path: string,
  commit: CommitSize,
): CodedError<StoreErrorCode> | undefined {
  const { freeBytes, totalBytes } = roomAt(path);
  const needed = roomNeeded(commit, totalBytes);
  if (freeBytes >= needed) return undefined;
  const text = `expected room for a commit, ${needed} bytes, got ${freeBytes} where ${path} is`;
  return new CodedError('STORE_FULL', text);
}

/** Bytes that are free before a commit, on a file system of `totalBytes`: what it may come to, and what stays free. */
export function roomNeeded({ rows, bytes }: CommitSize, totalBytes: number): number {
  const { diskReserveBytes, diskReserveDivisor, diskRowBytes } = STORE_LIMITS;
  const kept = Math.min(diskReserveBytes, Math.floor(totalBytes / diskReserveDivisor));
  return kept + bytes + rows * diskRowBytes;
}

/** Some file systems give no figures: then there is room until a write says otherwise. */
function roomAt(path: string): { readonly freeBytes: number; readonly totalBytes: number } {
  try {
    const { bsize, blocks, bavail } = statfsSync(path);
    if (blocks > 0) return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    // What is wrong with the folder the write will tell.
  }
  return { freeBytes: Infinity, totalBytes: Infinity };
}
