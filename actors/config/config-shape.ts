/**
 * What the files of a configuration folder have in common: settings we use, keys that only meant something to DP³'s
 * servers, and keys of nobody we know. An unknown key that nearly is a known one is a slip, so a fault; any other is
 * let be, as DP³ does, and named.
 * Runs on: main.
 */
import {
  leaf,
  parseDuration,
  type ReadOf,
  type Shape,
  type SpecFault,
  unknownName,
} from '../../stores/internal.js';

/** What comes of one file beside its settings. */
export interface FileNotes {
  readonly faults: SpecFault[];
  /** Keys that only had a meaning for DP³'s servers. */
  readonly serverKeys: string[];
  /** Keys of nobody we know. */
  readonly foreignKeys: string[];
}

type Fields = Readonly<Record<string, Shape<unknown>>>;

/**
 * The settings of one file; every shape must take an absent key. After a fault the defaults stand in, so that the
 * rest of the folder can be looked at.
 */
export function readSettings<const F extends Fields>(
  input: unknown,
  fields: F,
  serverKeys: readonly string[],
  notes: FileNotes,
): { readonly [K in keyof F]: ReadOf<F[K]> } {
  const given = mappingOrFault(input, notes.faults);
  const known = Object.keys(fields);
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    if (serverKeys.includes(key)) notes.serverKeys.push(key);
    else {
      const fault = unknownName([key], key, [...known, ...serverKeys], 'a known key');
      if (fault.suggestion === undefined) notes.foreignKeys.push(key);
      else notes.faults.push(fault);
    }
  }
  const read = known.map((key) => {
    const shape = fields[key]!;
    const value = Object.hasOwn(given, key) ? given[key] : undefined;
    return [key, shape.read(value, [key], notes.faults) ?? shape.read(undefined, [key], [])];
  });
  return Object.fromEntries(read);
}

/** A duration in any form DP³ takes, in milliseconds. */
export function durationMs(minMs = 0): Shape<number> {
  const expected = `a duration such as 30s, 5m, 12h, 7d or PT5M${minMs > 0 ? ', longer than 0' : ''}`;
  return leaf(expected, (input) => {
    const ms = parseDuration(input);
    return ms !== undefined && ms >= minMs ? ms : undefined;
  });
}

/** An empty file counts as an empty mapping. */
function mappingOrFault(input: unknown, faults: SpecFault[]): Readonly<Record<string, unknown>> {
  if (input === undefined || input === null) return {};
  if (typeof input === 'object' && !Array.isArray(input))
    return input as Readonly<Record<string, unknown>>;
  faults.push({ at: [], expected: 'a mapping', got: Array.isArray(input) ? 'a list' : 'a value' });
  return {};
}
