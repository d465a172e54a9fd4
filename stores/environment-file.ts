/**
 * Whether a file of LMDB holds what its header says. LMDB maps the file and believes it: a page that lies beyond the end of
 * a file that was cut off is a signal that ends the process, so this is looked at before.
 *
 *   page 0, 1      header: magic, page size, last page, root of the free list, root of the names
 *   other pages    branch (pages below), leaf (values, large values' pages, roots of databases), large values
 *
 * A file may be shorter than its last page when its last pages are free. Then all pages in use are visited (read, not mapped),
 * which takes as long as reading the file.
 * Runs on: main.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { folderFault } from './folder-fault.js';

const MAGIC = 0xbeefc0de;
const FORMAT = 2;
/** Before the content of every page: its number, its transaction, padding, flags, bounds. Offsets count from its end. */
const PAGE_HEAD = 24;
const META_BYTES = 144;
const PAGE_SIZE_MIN = 512;
const PAGE_SIZE_MAX = 65_536;
const NO_PAGE = 0xffffffffffffffffn;
/** Flags of a page. */
const IS_BRANCH = 1;
const IS_LEAF = 2;
/** Flags of a node: its data is the pages of a large value, or the root of a database. */
const IS_LARGE = 1;
const IS_DATABASE = 2;
const NODE_HEAD = 8;
/** Of the root's number, in what is stored of a database. */
const ROOT_AT = 40;
/** The header may change under who only reads. */
const LOOKS_MAX = 3;

/** The header that LMDB will take. */
interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
  readonly roots: readonly bigint[];
  readonly boot: bigint;
}

/**
 * Throws FOLDER_FOREIGN when the file at `path` is no environment of LMDB, or cut off; with `thorough`, also when a page in use
 * is not the page it should be. A file that is not there is fine.
 */
export function checkEnvironmentFile(
  dir: string,
  path: string,
  depth: 'quick' | 'thorough' = 'quick',
): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === 'ENOENT') return;
    throw thrown;
  }
  try {
    let meta = readMeta(file, dir, path);
    for (let looks = 0; looks < LOOKS_MAX && meta !== undefined; looks++) {
      if (!isBroken(file, meta, depth)) return;
      const now = readMeta(file, dir, path);
      if (now?.transaction === meta.transaction)
        throw folderFault(
          'FOLDER_FOREIGN',
          dir,
          `expected ${path} to be whole, got a file cut off or damaged`,
        );
      meta = now;
    }
  } finally {
    closeSync(file);
  }
}

/** Undefined for an empty file, which LMDB makes anew. */
function readMeta(file: number, dir: string, path: string): Meta | undefined {
  const { size } = fstatSync(file);
  if (size === 0) return undefined;
  const first = readMetaAt(file, 0);
  if (first === undefined)
    throw folderFault('FOLDER_FOREIGN', dir, `expected ${path} to be a file of LMDB, got another`);
  const second = readMetaAt(file, first.pageSize);
  if (second === undefined)
    throw folderFault(
      'FOLDER_FOREIGN',
      dir,
      `expected ${path} to be whole, got a file cut off or damaged`,
    );
  const newest = second.transaction > first.transaction ? second : first;
  if (newest.boot === 0n || newest.boot === bootNumber()) return newest;
  // The machine went down since: LMDB takes the last header whose pages had been flushed.
  const flushed = readMetaAt(file, first.pageSize / 2, false);
  return flushed !== undefined && flushed.transaction > 0n ? flushed : newest;
}

function readMetaAt(file: number, at: number, hasMagic = true): Meta | undefined {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, at + PAGE_HEAD) < META_BYTES) return undefined;
  const isOurs = bytes.readUInt32LE(0) === MAGIC && (bytes.readUInt32LE(4) & 0xffff) === FORMAT;
  if (hasMagic && !isOurs) return undefined;
  const pageSize = bytes.readUInt32LE(24);
  const isSize = pageSize >= PAGE_SIZE_MIN && pageSize <= PAGE_SIZE_MAX;
  if (!isSize || (pageSize & (pageSize - 1)) !== 0) return undefined;
  return {
    pageSize,
    roots: [bytes.readBigUInt64LE(64), bytes.readBigUInt64LE(112)],
    lastPage: bytes.readBigUInt64LE(120),
    transaction: bytes.readBigUInt64LE(128),
    boot: bytes.readBigInt64LE(136),
  };
}

/** True when a page that is in use lies beyond the end of the file, or is not the page it should be. */
function isBroken(file: number, meta: Meta, depth: 'quick' | 'thorough'): boolean {
  const pages = BigInt(Math.floor(fstatSync(file).size / meta.pageSize));
  if (depth === 'quick' && meta.lastPage < pages) return false;
  const page = Buffer.alloc(meta.pageSize);
  const open = meta.roots.filter((root) => root !== NO_PAGE);
  for (let visits = 0n; open.length > 0; visits++) {
    const number = open.pop()!;
    if (number >= pages || visits > pages) return true;
    readSync(file, page, 0, meta.pageSize, Number(number) * meta.pageSize);
    if (page.readBigUInt64LE(0) !== number) return true;
    for (const below of pagesBelow(page)) {
      if (below.number + below.count > pages) return true;
      if (!below.isLarge) open.push(below.number);
    }
  }
  return false;
}

interface Below {
  readonly number: bigint;
  readonly count: bigint;
  readonly isLarge: boolean;
}

/** The pages that a branch or a leaf names. */
function pagesBelow(page: Buffer): Below[] {
  const kind = page.readUInt16LE(18);
  const nodes = page.readUInt16LE(20) >> 1;
  const below: Below[] = [];
  for (let i = 0; i < nodes && PAGE_HEAD + 2 * i + 2 <= page.length; i++) {
    const at = PAGE_HEAD + page.readUInt16LE(PAGE_HEAD + 2 * i);
    if (at + NODE_HEAD > page.length) continue;
    const named = nodeBelow(page, at, kind);
    if (named !== undefined && named.number !== NO_PAGE) below.push(named);
  }
  return below;
}

function nodeBelow(page: Buffer, at: number, kind: number): Below | undefined {
  const flags = page.readUInt16LE(at + 4);
  if ((kind & IS_BRANCH) !== 0) {
    const number = BigInt(page.readUInt32LE(at)) + (BigInt(flags) << 32n);
    return { number, count: 1n, isLarge: false };
  }
  if ((kind & IS_LEAF) === 0) return undefined;
  const data = at + NODE_HEAD + page.readUInt16LE(at + 6);
  if (data + ROOT_AT + 8 > page.length && (flags & IS_DATABASE) !== 0) return undefined;
  if ((flags & IS_DATABASE) !== 0)
    return { number: page.readBigUInt64LE(data + ROOT_AT), count: 1n, isLarge: false };
  if ((flags & IS_LARGE) === 0 || data + PAGE_HEAD > page.length) return undefined;
  const count = page.readBigUInt64LE(data + 16);
  return { number: page.readBigUInt64LE(data), count, isLarge: true };
}

/** What LMDB tells one start of the machine from another by. */
function bootNumber(): bigint {
  try {
    const uuid = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return BigInt(`0x${uuid.slice(0, uuid.indexOf('-'))}`);
  } catch {
    return 0n;
  }
}
