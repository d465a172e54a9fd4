/**
 * Paths as the disk has them. A name on a Unix disk is bytes, and not always UTF-8: read as text it may not be found
 * again. So a path is kept as a string with one character a byte, which sorts, travels and is a Map key like any other,
 * and becomes text only to be shown. Windows has names of UTF-16, kept as they are.
 * Runs on: any.
 */
import { resolve, sep } from 'node:path';

const ENCODING = process.platform === 'win32' ? 'utf8' : 'latin1';

/** A path in the form of this file. Only made here. */
export type DiskPath = string & { readonly form?: 'disk' };

/** The absolute path of what a person wrote. */
export function diskPathOf(text: string): DiskPath {
  return Buffer.from(resolve(text)).toString(ENCODING);
}

/** An entry of a directory, its name as `readdir` gives it in a Buffer. */
export function joined(directory: DiskPath, name: Buffer): DiskPath {
  const between = directory.endsWith(sep) ? '' : sep;
  return `${directory}${between}${name.toString(ENCODING)}`;
}

/** What the functions of node:fs take. */
export function bytesOf(path: DiskPath): Buffer {
  return Buffer.from(path, ENCODING);
}

/** For people: bytes that are no UTF-8 show as U+FFFD, control characters as '?'. */
export function shown(path: DiskPath): string {
  return bytesOf(path)
    .toString('utf8')
    .replaceAll(/\p{Cc}/gu, '?');
}
