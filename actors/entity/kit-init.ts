/**
 * What every actor of one platform run is started with: plain data, so that it travels to any thread, where the first
 * actor that comes makes the thread's kit of it (see thread-kit.ts).
 * Runs on: any.
 */
import type { EntitySpec, ModelNumbersForm } from '../../stores/internal.js';
import type { PLATFORM_LIMITS } from '../limits.js';

/** The platform's limits as numbers, so that a run, or a test, may have others. */
export type PlatformLimits = { readonly [K in keyof typeof PLATFORM_LIMITS]: number };

/** A module that a run has: what its actor loads on each thread. */
export interface ModuleChoice {
  /** Unique in a run; the name of its configuration. */
  readonly name: string;
  /** Where it is imported from. */
  readonly url: string;
  /** What stands in `modules/<name>.yml`, parsed. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Start argument of every actor of the platform. */
export interface KitInit {
  /** The data folder; the main thread holds its lock. */
  readonly dir: string;
  /** Tells runs in one process apart. */
  readonly runId: number;
  readonly specs: readonly EntitySpec[];
  readonly numbers: ModelNumbersForm;
  readonly partitions: number;
  /** Threads that have partitions; which has which, hostOf says. */
  readonly hosts: number;
  readonly durability: 'fsync' | 'os';
  /** Changes of each partition that are kept for readers; 0: none. */
  readonly changesKeptMax: number;
  readonly modules: readonly ModuleChoice[];
  readonly limits: PlatformLimits;
  /** The last process ended without a stop: notes of hooks go to a file as well, until what it left is applied. */
  readonly isCareful: boolean;
  /** Only to finish what was stored under a model that another takes the place of: modules may know that one already. */
  readonly isFormerModel: boolean;
}
