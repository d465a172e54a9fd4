/**
 * What a reader of changes may ask for and what it is given.
 * Runs on: any.
 */
import type { EntityId } from '../../stores/internal.js';
import type { Position } from './position.js';

/** One task that had an effect on an entity. */
export interface Change {
  readonly type: 'created' | 'changed' | 'deleted';
  readonly etype: string;
  readonly eid: EntityId;
  /** Attributes it brought data for, or took links to a deleted entity out of, each once. */
  readonly attrs: readonly string[];
  readonly position: Position;
  /** When its effect was stored, epoch ms. */
  readonly at: number;
}

/** In place of changes of a partition that are not kept any more. */
export interface ChangeGap {
  readonly type: 'gap';
  readonly partition: number;
  /** How many, of all entity types. */
  readonly missed: number;
}

export interface SubscribeOptions {
  /** Entity types; default all. */
  readonly etypes?: readonly string[];
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /**
   * Where to begin: behind what the reading with that `cursor` had given; `'start'` at the oldest change that is kept;
   * `'now'`, the default, at the next one.
   */
  readonly after?: string;
}

/** A reading of changes: iterate it, or take what there is. One that nobody asks holds nothing up. */
export interface ChangeReading extends AsyncIterableIterator<Change | ChangeGap> {
  /** Where it stands with what it has given so far: `after` of a later reading, of another process too. */
  readonly cursor: string;
  /** At most so many of what is stored now; empty when there is nothing. Waits for nothing that is still to come. */
  take(countMax: number): Promise<readonly (Change | ChangeGap)[]>;
}
