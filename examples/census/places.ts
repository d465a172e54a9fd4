/**
 * What a path says by itself: which package it belongs to, what part it plays there, and the id it is stored under. Paths
 * here are from the root of the census on, in the form of disk-path.ts, with `/` between names. Pure.
 *
 *   node_modules/@scope/name/lib/node_modules/inner/index.js
 *   └──── install ─────────┘                  └ of this one ┘
 * Runs on: any.
 */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { basename, sep } from 'node:path';
import { bytesOf, type DiskPath } from './disk-path.js';

/** What is read of a file beside its digest. */
export type Role = 'manifest' | 'licence' | 'file';

/** Where the root's own files belong. */
export const HERE = '.';

const MODULES = 'node_modules';
const LICENCE_NAME = /^(licen[cs]e|copying)(\.(md|txt|markdown))?$/i;
/** Bytes of an id, with some room below what the platform takes. */
const ID_BYTES_MAX = 700;

/** The path below `root`; a file of it. */
export function relativeTo(root: DiskPath, path: DiskPath): DiskPath {
  const below = path.slice(root.endsWith(sep) ? root.length : root.length + 1);
  return sep === '/' ? below : below.replaceAll(sep, '/');
}

/** The directory of the innermost package that the path lies in. */
export function installOf(root: DiskPath, relative: DiskPath): DiskPath {
  // A root that is itself a node_modules has packages for children.
  const above = basename(root) === MODULES ? [MODULES] : [];
  const names = [...above, ...relative.split('/').slice(0, -1)];
  for (let at = names.lastIndexOf(MODULES); at >= 0; at = names.lastIndexOf(MODULES, at - 1)) {
    const first = names[at + 1] ?? '.';
    const end = first.startsWith('@') ? at + 3 : at + 2;
    if (!first.startsWith('.') && end <= names.length)
      return names.slice(above.length, end).join('/');
    if (at === 0) break;
  }
  return HERE;
}

/** Of the names in one directory that of the licence's text; at most one, the same each time. */
export function licenceAmong(names: readonly string[]): string | undefined {
  return names.filter((name) => LICENCE_NAME.test(name)).sort()[0];
}

/** `isLicence`: it is the one of its directory. */
export function roleOf(install: DiskPath, relative: DiskPath, isLicence: boolean): Role {
  const within = install === HERE ? relative : relative.slice(install.length + 1);
  if (within.includes('/')) return 'file';
  if (within === 'package.json') return 'manifest';
  return isLicence ? 'licence' : 'file';
}

/**
 * The id of a file or directory: the path as text where it is text, else with bytes as `%7F`; a path without end is cut,
 * its digest behind it. No two paths have the same.
 */
export function idOf(relative: DiskPath): string {
  const bytes = bytesOf(relative);
  const isText = isUtf8(bytes) && !/[%\p{Cc}]/u.test(bytes.toString());
  const id = isText ? bytes.toString() : escaped(bytes);
  if (Buffer.byteLength(id) <= ID_BYTES_MAX) return id;
  const digest = createHash('sha256').update(bytes).digest('base64url');
  return `${[...id].slice(0, ID_BYTES_MAX / 8).join('')}%…${digest}`;
}

function escaped(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => {
      const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x25;
      return isPlain
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;
    })
    .join('');
}
