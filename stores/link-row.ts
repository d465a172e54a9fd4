/**
 * What is stored of a link under its target: until when it holds, and how often the target had been deleted when it was
 * made, by which links to an entity that was deleted are told from links to the one that came after it.
 *
 *   until: double | deletions: double, absent when 0
 *
 * Runs on: any.
 */
import { numberRow, readNumberRow } from './number-row.js';

/** A link as its target has it. */
export interface LinkState {
  /** Epoch ms; Infinity for a plain attribute. */
  readonly until: number;
  /** How often the target had been deleted when the link was made, or made anew. */
  readonly deletions: number;
}

const NUMBER_BYTES = 8;

export function linkRow({ until, deletions }: LinkState): Uint8Array {
  if (deletions === 0) return numberRow(until);
  return Buffer.concat([numberRow(until), numberRow(deletions)]);
}

/** What {@link linkRow} was given. Throws a RangeError for a row that is too short. */
export function readLinkRow(row: Uint8Array): LinkState {
  const deletions = row.length >= 2 * NUMBER_BYTES ? readNumberRow(row.subarray(NUMBER_BYTES)) : 0;
  return { until: readNumberRow(row), deletions };
}
