/**
 * Gathers what the digesters find into totals. It keeps a line for each different content and none for each file, so
 * memory grows with what is different, and a few best of a kind.
 * Runs on: main and thread.
 */
import { defineActor } from '../../core/index.js';
import type { FileDigest } from './digest-file.js';
import type { Digested } from './digester-actor.js';
import { type DiskPath, shown } from './disk-path.js';

/** Files and what they weigh. */
export interface Count {
  readonly files: number;
  readonly bytes: number;
}

/** The census so far. Paths are shown, not for opening. */
export interface Totals extends Count {
  readonly empty: number;
  readonly kinds: readonly (Count & { readonly kind: string })[];
  readonly threads: readonly (Count & { readonly thread: number })[];
  /** Contents that more than one file has; empty files are not among them. `wasted`: all but one of each. */
  readonly duplicates: {
    readonly groups: number;
    readonly files: number;
    readonly wastedBytes: number;
  };
  readonly largestDuplicates: readonly {
    readonly path: string;
    readonly files: number;
    readonly wastedBytes: number;
  }[];
  readonly slowest: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly tookMs: number;
  }[];
  readonly failures: number;
  readonly failed: readonly { readonly path: string; readonly failure: string }[];
}

interface Content {
  /** Of the first file seen with it. */
  readonly path: DiskPath;
  readonly bytes: number;
  files: number;
}

/** Failures that are named; the rest are counted. */
const FAILED_NAMED = 100;

/** `top`: how many of the slowest files and largest duplicates to keep. */
export const tally = defineActor(import.meta.url, 'tally', (_ctx, top: number) => {
  const kinds = new Map<string, { files: number; bytes: number }>();
  const threads = new Map<number, { files: number; bytes: number }>();
  const contents = new Map<string, Content>();
  const failed: { path: string; failure: string }[] = [];
  let slowest: FileDigest[] = [];
  let [files, bytes, empty, failures] = [0, 0, 0, 0];

  function keep(digest: FileDigest): void {
    const content = contents.get(digest.hash);
    if (content !== undefined) content.files++;
    else contents.set(digest.hash, { path: digest.path, bytes: digest.bytes, files: 1 });
    if (slowest.length === top && digest.tookMs <= (slowest.at(-1)?.tookMs ?? 0)) return;
    slowest = [...slowest, digest].sort((a, b) => b.tookMs - a.tookMs).slice(0, top);
  }

  function count(file: Digested): void {
    if ('failure' in file) {
      failures++;
      if (failed.length < FAILED_NAMED)
        failed.push({ path: shown(file.path), failure: file.failure });
      return;
    }
    files++;
    bytes += file.bytes;
    if (file.bytes === 0) empty++;
    add(kinds, file.kind, file.bytes);
    add(threads, file.thread, file.bytes);
    keep(file);
  }

  return {
    /** Each file once. */
    counted(digested: readonly Digested[]) {
      for (const file of digested) count(file);
    },
    progress: () => ({ files, bytes, failures }),
    totals(): Totals {
      const doubled = [...contents.values()].filter((one) => one.files > 1 && one.bytes > 0);
      const largest = doubled.map(({ path, files, bytes }) => ({
        path: shown(path),
        files,
        wastedBytes: bytes * (files - 1),
      }));
      return {
        files,
        bytes,
        empty,
        kinds: [...kinds]
          .map(([kind, count]) => ({ kind, ...count }))
          .sort((a, b) => b.bytes - a.bytes),
        threads: [...threads]
          .map(([thread, count]) => ({ thread, ...count }))
          .sort((a, b) => a.thread - b.thread),
        duplicates: {
          groups: doubled.length,
          files: doubled.reduce((sum, one) => sum + one.files, 0),
          wastedBytes: largest.reduce((sum, one) => sum + one.wastedBytes, 0),
        },
        largestDuplicates: largest.sort((a, b) => b.wastedBytes - a.wastedBytes).slice(0, top),
        slowest: slowest.map(({ path, bytes, tookMs }) => ({ path: shown(path), bytes, tookMs })),
        failures,
        failed,
      };
    },
  };
});

function add<K>(counts: Map<K, { files: number; bytes: number }>, key: K, bytes: number): void {
  const count = counts.get(key);
  if (count === undefined) counts.set(key, { files: 1, bytes });
  else {
    count.files++;
    count.bytes += bytes;
  }
}
