/**
 * What the system knows of this process: bytes it has written, memory that is its own, room its files take.
 * Runs on: any.
 */
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const KB = 1024;
/** What `stat` counts in, everywhere. */
const BLOCK_BYTES = 512;

/**
 * Bytes that all threads of this process have given to write calls since it began; undefined where the system does not
 * tell (not Linux). What goes to sockets and pipes is among them.
 */
export function writtenBytes(): number | undefined {
  return numberOf('/proc/self/io', /^wchar: (\d+)$/m);
}

/**
 * Bytes of memory that are this process's alone. Pages of stored files that the system could take back at any time are
 * not among them; where it does not tell them apart, they are.
 */
export function ownMemoryBytes(): number {
  const kb = numberOf('/proc/self/status', /^RssAnon:\s+(\d+) kB$/m);
  return kb === undefined ? process.memoryUsage().rss : kb * KB;
}

/** Bytes of the disk that a folder's files take, holes in them not counted. */
export async function storedBytes(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(
    files.map(({ parentPath, name }) => stat(join(parentPath, name))),
  );
  return stats.reduce((sum, { blocks }) => sum + blocks * BLOCK_BYTES, 0);
}

function numberOf(path: string, pattern: RegExp): number | undefined {
  try {
    const found = pattern.exec(readFileSync(path, 'utf8'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
