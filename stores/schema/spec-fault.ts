/**
 * One thing wrong with a specification or a configuration: where, what was expected, what was found. Faults are
 * gathered, never thrown one by one, so that whoever wrote the file can repair it in one go.
 * Runs on: any.
 */
import { nearest, textOf } from '../../core/internal.js';

/** Steps from the top of one specification or file to the place in question. */
export type SpecPath = readonly (string | number)[];

/** One fault at its place. The texts complete "expected …, got …". */
export interface SpecFault {
  readonly at: SpecPath;
  readonly expected: string;
  readonly got: string;
  /** What was probably meant, where something known is spelt nearly so. */
  readonly suggestion?: string;
}

/** Names listed in one text; the rest is counted. */
const NAMES_LISTED = 16;
/** A longer name is compared with nothing: the comparison costs its length times that of all known names. */
const COMPARED_CHARS_MAX = 64;

/** The fault of an unknown `name` where only `known` names count, with the nearest as a suggestion. */
export function unknownName(
  at: SpecPath,
  name: string,
  known: readonly string[],
  what: string,
): SpecFault {
  const near = name.length > COMPARED_CHARS_MAX ? undefined : nearest(name, [...known]);
  const expected = known.length === 0 ? `no ${what}` : `${what}: ${listed(known)}`;
  return {
    at,
    expected,
    got: textOf(name),
    ...(near === undefined ? {} : { suggestion: near }),
  };
}

/** What was found, for people: `nothing` where it is absent. */
export function foundText(found: unknown): string {
  if (found === undefined) return 'nothing';
  if (Array.isArray(found)) return `a list of ${found.length}`;
  if (typeof found === 'object' && found !== null) return 'a mapping';
  return textOf(found);
}

/** "expected …, got …; did you mean …?" */
export function sentenceOf(fault: Omit<SpecFault, 'at'>): string {
  const hint = fault.suggestion === undefined ? '' : `; did you mean ${fault.suggestion}?`;
  return `expected ${fault.expected}, got ${fault.got}${hint}`;
}

/** `a.b[2].c`: the steps as people write them. */
export function pathText(at: SpecPath): string {
  return at.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const shown = textOf(step).slice(1, -1);
    return text === '' ? shown : `${text}.${shown}`;
  }, '');
}

/** The names with commas between; of many, the first and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - NAMES_LISTED;
  const shown = names.slice(0, NAMES_LISTED).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
