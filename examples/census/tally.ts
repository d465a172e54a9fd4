/**
 * What one run did and found changed: counts, and a few names of each kind. What the directory holds is not counted here
 * but read from what is stored, at the end.
 * Runs on: main.
 */

import { shown } from './disk-path.js';
import type { FileDigest, FileFailure } from './read-file.js';

/** What became of the files or the packages since the last run. */
export interface Changes {
  readonly new: number;
  readonly changed: number;
  readonly gone: number;
  /** Some of them, sorted. */
  readonly names: {
    readonly new: readonly string[];
    readonly changed: readonly string[];
    readonly gone: readonly string[];
  };
}

export type Change = 'new' | 'changed' | 'gone';

/** The run in figures. Paths are shown, not for opening. */
export interface Run {
  /** Files that were read, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Files that were as they were by their size and time, and those read again in which nothing had changed. */
  readonly unchanged: number;
  readonly touched: number;
  readonly threads: readonly {
    readonly thread: number;
    readonly files: number;
    readonly bytes: number;
  }[];
  readonly slowest: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly tookMs: number;
  }[];
  readonly failures: number;
  readonly failed: readonly { readonly path: string; readonly failure: string }[];
  readonly fileChanges: Changes;
  readonly packageChanges: Changes;
}

/** Names that are kept of each kind. */
const NAMED_MAX = 100;

export class Tally {
  readonly #top: number;
  readonly #threads = new Map<number, { files: number; bytes: number }>();
  readonly #failed: { path: string; failure: string }[] = [];
  readonly #files = newChanges();
  /** Packages are met more than once: by their manifest, by their licence, in several places. */
  readonly #packages = new Map<string, Change>();
  #slowest: FileDigest[] = [];
  #unchanged = 0;
  #touched = 0;
  #failures = 0;

  /** `top`: how many of the slowest files to name. */
  constructor(top: number) {
    this.#top = top;
  }

  /** So far. */
  get progress(): { files: number; bytes: number; unchanged: number; failures: number } {
    const { files, bytes } = sum(this.#threads.values());
    return { files, bytes, unchanged: this.#unchanged, failures: this.#failures };
  }

  read(digest: FileDigest, thread: number): void {
    const count = this.#threads.get(thread) ?? { files: 0, bytes: 0 };
    this.#threads.set(thread, { files: count.files + 1, bytes: count.bytes + digest.bytes });
    if (this.#slowest.length === this.#top && digest.tookMs <= (this.#slowest.at(-1)?.tookMs ?? 0))
      return;
    this.#slowest = [...this.#slowest, digest]
      .sort((a, b) => b.tookMs - a.tookMs)
      .slice(0, this.#top);
  }

  unchanged(): void {
    this.#unchanged++;
  }

  touched(): void {
    this.#touched++;
  }

  failed({ path, failure }: FileFailure): void {
    this.#failures++;
    if (this.#failed.length < NAMED_MAX) this.#failed.push({ path: shown(path), failure });
  }

  file(change: Change, id: string): void {
    this.#files[change]++;
    if (this.#files.names[change].length < NAMED_MAX) this.#files.names[change].push(id);
  }

  /** What is new stays new whatever changes, unless it goes. */
  package(change: Change, id: string): void {
    if (change !== 'changed' || !this.#packages.has(id)) this.#packages.set(id, change);
  }

  run(): Run {
    const threads = [...this.#threads].map(([thread, count]) => ({ thread, ...count }));
    return {
      ...sum(threads),
      unchanged: this.#unchanged,
      touched: this.#touched,
      threads: threads.sort((a, b) => a.thread - b.thread),
      slowest: this.#slowest.map(({ path, bytes, tookMs }) => ({
        path: shown(path),
        bytes,
        tookMs,
      })),
      failures: this.#failures,
      failed: this.#failed,
      fileChanges: sorted(this.#files),
      packageChanges: this.#packageChanges(),
    };
  }

  #packageChanges(): Changes {
    const changes = newChanges();
    for (const [id, change] of this.#packages) {
      changes[change]++;
      changes.names[change].push(id);
    }
    return sorted(changes);
  }
}

function newChanges() {
  const names: Record<Change, string[]> = { new: [], changed: [], gone: [] };
  return { new: 0, changed: 0, gone: 0, names };
}

function sorted({ names, ...counts }: Changes): Changes {
  const some = (list: readonly string[]): string[] => [...list].sort().slice(0, NAMED_MAX);
  return {
    ...counts,
    names: { new: some(names.new), changed: some(names.changed), gone: some(names.gone) },
  };
}

function sum(counts: Iterable<{ readonly files: number; readonly bytes: number }>) {
  let [files, bytes] = [0, 0];
  for (const count of counts) {
    files += count.files;
    bytes += count.bytes;
  }
  return { files, bytes };
}
