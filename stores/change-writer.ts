/**
 * The writing side of one partition's change log: numbers what a commit changed, makes its chunks, and removes the oldest
 * ones in the same block, so that what is kept stays about as much. Numbers go on where nothing is kept: who reads later
 * is told how many were missed.
 * Runs on: any.
 */
import { encodeChangesFrom, type StoredChange } from './change-codec.js';
import type { Put, StateEnvironment } from './environment.js';
import * as keys from './keys.js';
import { STORE_LIMITS } from './limits.js';

export interface ChangeWriterOptions {
  readonly environment: StateEnvironment;
  readonly partition: number;
  /** Number of its next change. */
  readonly next: number;
  /** Changes of the partition that are kept; 0: none, and those there are go. */
  readonly keptMax: number;
}

export class ChangeWriter {
  readonly #environment: StateEnvironment;
  readonly #partition: number;
  readonly #keptMax: number;
  #next: number;
  /** Nothing below is kept. */
  #oldest: number;
  #hasRows = true;
  /** Chunks to be put again: number -> bytes. */
  #rewritten = new Map<number, Uint8Array>();

  constructor({ environment, partition, next, keptMax }: ChangeWriterOptions) {
    this.#environment = environment;
    this.#partition = partition;
    this.#keptMax = keptMax;
    this.#next = next;
    this.#oldest = 0;
  }

  /** Number of the next change that will be sealed. */
  get next(): number {
    return this.#next;
  }

  get hasRewritten(): boolean {
    return this.#rewritten.size > 0;
  }

  /** Puts other bytes in the place of a stored chunk with the next commit, unless it goes before. */
  rewrite(first: number, bytes: Uint8Array): void {
    this.#rewritten.set(first, bytes);
  }

  /** The rows of a commit with these changes, made at `at` (epoch ms); they have their numbers then. */
  seal(changes: readonly StoredChange[], at: number): Put[] {
    const puts = this.#takeRewritten();
    for (let from = 0; from < changes.length && this.#keptMax > 0; ) {
      const { bytes, count } = encodeChangesFrom(changes, from, at);
      puts.push(this.#put(this.#next + from, bytes));
      from += count;
      this.#hasRows = true;
    }
    this.#next += changes.length;
    for (const first of this.#takeOld()) puts.push(this.#put(first, undefined));
    return puts;
  }

  #takeRewritten(): Put[] {
    const puts: Put[] = [];
    for (const [first, bytes] of this.#rewritten)
      if (first >= this.#oldest) puts.push(this.#put(first, bytes));
    this.#rewritten = new Map();
    return puts;
  }

  /**
   * The chunks that go now: only when a sixteenth more than wanted is there, since looking costs more than removing. A chunk
   * reaches to where the next one begins, so of those that begin below the bound all but the last lie below it whole.
   */
  #takeOld(): number[] {
    const bound = this.#next - this.#keptMax;
    if (!this.#hasRows || this.#oldest >= bound - Math.floor(this.#keptMax / 16)) return [];
    const range = {
      from: keys.changeKey(this.#partition, this.#oldest),
      below: keys.changeKey(this.#partition, bound + 1),
    };
    const rows = this.#environment.tables.changes.keys(range, {
      countMax: STORE_LIMITS.changeChunksTrimmed + 1,
    });
    const firsts = Array.from(rows, keys.numberOfChangeKey);
    if (this.#keptMax === 0 && firsts.length <= STORE_LIMITS.changeChunksTrimmed) {
      this.#hasRows = false;
      this.#oldest = this.#next;
      return firsts;
    }
    this.#oldest = firsts.pop() ?? bound;
    return firsts;
  }

  #put(first: number, value: Uint8Array | undefined): Put {
    const table = this.#environment.tables.changes;
    return { table, key: keys.changeKey(this.#partition, first), value };
  }
}
