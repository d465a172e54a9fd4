/**
 * What every part of an fsck is given, and where what it finds is gathered.
 * Runs on: main.
 */
import type { Environments } from './environment.js';
import { STORE_LIMITS } from './limits.js';
import type { ModelNumbers } from './model-numbers.js';

export interface FsckScope {
  readonly environments: Environments;
  readonly partitions: number;
  readonly numbers: ModelNumbers;
  readonly findings: Findings;
}

/** Findings up to a bound, and counts of what was looked at. */
export class Findings {
  readonly #found: { readonly kind: string; readonly text: string }[] = [];
  readonly #counts = new Map<string, number>();
  #more = 0;

  add(kind: string, text: string): void {
    if (this.#found.length < STORE_LIMITS.findingsMax) this.#found.push({ kind, text });
    else this.#more++;
  }

  /** One more of `what` was looked at. */
  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** Runs `read`; what it throws is a finding, and then the answer is undefined. */
  read<T>(kind: string, what: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (thrown) {
      this.add(kind, `${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return undefined;
    }
  }

  report() {
    return {
      findings: this.#found,
      findingsMore: this.#more,
      counts: Object.fromEntries(this.#counts),
    };
  }
}
