/**
 * The erasures a data folder has been asked for, as one row of its state: what is still to be done names the entities, what
 * is done does not any more.
 *
 *   asked: its partition takes nothing for it; it is deleted by a task of the log
 *     └──► accepted: what is older is known by its numbers, to all partitions
 *            └──► in a round: drained, then scrubbed; all that were accepted when it began share it
 *                   └──► ended: counts, and no name
 *
 * One process writes it, on its main thread; partitions read it when they start and when they are told.
 * Runs on: any.
 */
import type { StateEnvironment } from './environment.js';
import type { ErasedEntity } from './erase-task.js';
import * as keys from './keys.js';
import type { Lane } from './lane.js';
import { STORE_LIMITS } from './limits.js';

/** An erasure that has been asked for. */
export interface AskedErasure extends ErasedEntity {
  /** Rises; never used again. */
  readonly id: number;
  /** Epoch ms. */
  readonly askedAt: number;
}

/** One whose entity has been deleted, and that has to be cleared out of everything older. */
export interface AcceptedErasure extends AskedErasure {
  /** Where the entity is. */
  readonly partition: number;
  /**
   * By partition, then by lane: what has a lower number was stored before the erasure was accepted. Of a partition that is
   * not in it all is, as long as it is only asked for.
   */
  readonly cuts: readonly (readonly [number, number])[];
}

/** What an erasure took away. */
export interface EraseCounts {
  /** Entries of the log that were written anew, and tasks in them that were changed. */
  readonly entries: number;
  readonly tasks: number;
  /** Dead letters that were removed or written anew. */
  readonly deadLetters: number;
  /** Links from it that had outlived their values. */
  readonly links: number;
  /** Changes that readers of the feed are told no more. */
  readonly changes: number;
}

/** One that is done. */
export interface EndedErasure {
  readonly id: number;
  /** Name of the entity's type; of the entity nothing. */
  readonly name: string;
  readonly askedAt: number;
  readonly endedAt: number;
  readonly counts: EraseCounts;
}

export interface EraseLedger {
  /** Of the next erasure or round. */
  readonly next: number;
  readonly asked: readonly AskedErasure[];
  readonly accepted: readonly AcceptedErasure[];
  /** Those of `accepted` that are drained and scrubbed now. */
  readonly round?: { readonly id: number; readonly erasures: readonly number[] } | undefined;
  /** The last ones, oldest first. */
  readonly ended: readonly EndedErasure[];
}

export const NO_COUNTS: EraseCounts = {
  entries: 0,
  tasks: 0,
  deadLetters: 0,
  links: 0,
  changes: 0,
};

const KEY = keys.metaKey('erasures');
const NOTHING: EraseLedger = { next: 1, asked: [], accepted: [], ended: [] };

/** As it was when the environment was last refreshed. */
export function readEraseLedger(state: StateEnvironment): EraseLedger {
  const row = state.tables.meta.get(KEY);
  return row === undefined ? NOTHING : (JSON.parse(Buffer.from(row).toString()) as EraseLedger);
}

/** Resolves when it is durable. Rejects as a write of the environment. */
export async function writeEraseLedger(
  state: StateEnvironment,
  ledger: EraseLedger,
): Promise<void> {
  const kept = { ...ledger, ended: ledger.ended.slice(-STORE_LIMITS.erasuresKept) };
  const value = Buffer.from(JSON.stringify(kept));
  await state.write(() => ({ puts: [{ table: state.tables.meta, key: KEY, value }] }));
}

/** The number in that lane of that partition from which on data is newer than the erasure. */
export function eraseCut({ cuts }: AcceptedErasure, partition: number, lane: Lane): number {
  return cuts[partition]?.[lane] ?? Number.POSITIVE_INFINITY;
}

/** The sum of both. */
export function addCounts(a: EraseCounts, b: Partial<EraseCounts>): EraseCounts {
  return {
    entries: a.entries + (b.entries ?? 0),
    tasks: a.tasks + (b.tasks ?? 0),
    deadLetters: a.deadLetters + (b.deadLetters ?? 0),
    links: a.links + (b.links ?? 0),
    changes: a.changes + (b.changes ?? 0),
  };
}
