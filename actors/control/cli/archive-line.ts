/**
 * A line of DP³'s archives (`dp-log-….jsonl`): one data-point in wire names, its times at milliseconds without a zone,
 * which are UTC. What DP³ writes as null where a data-point has none is left out, as null is none of the values there.
 * Runs on: any.
 */
import { faultyLine, type ImportedLine, membersOf, shownJson } from './imported-line.js';

/** Members that say nothing when they are null. */
const NULLABLE: ReadonlySet<string> = new Set(['t1', 't2', 'c', 'src']);
const REQUIRED: ReadonlySet<string> = new Set(['type', 'id', 'attr', 'v']);

/** The line as a data-point; whether it fits the model is told where it is taken in. Members of other names are dropped. */
export function readArchiveLine(line: unknown): ImportedLine {
  const members = membersOf(line);
  if (members === undefined)
    return faultyLine('', `expected a data-point as an object, got ${shownJson(line)}`);
  const kept = Object.entries(members).filter(
    ([name, value]) => REQUIRED.has(name) || (NULLABLE.has(name) && value !== null),
  );
  const point = Object.fromEntries(kept);
  return { points: [{ place: '', point }], tokens: undefined, faults: [] };
}
