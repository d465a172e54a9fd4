/**
 * The words that the shapes of specifications and configuration files are written in. Each names what it expects, and
 * what does not fit becomes a SpecFault at its place; a mapping is strict and goes on after a fault. Written out
 * instead of taken from a schema library because every thread would pay for that (zod: 50 ms, 12 MB), and because a
 * fault here says what was found and what was probably meant.
 *
 *     mapping({ on: or(flag(), true), every: duration() })   reads   { every: 5m }   as   { on: true, every: 'PT5M' }
 *
 * Runs on: any.
 */
import { parseDuration, printDuration } from './duration.js';
import { foundText, listed, type SpecFault, type SpecPath, unknownName } from './spec-fault.js';

/** What an input must be to be read as a T; undefined is never a T. */
export interface Shape<T> {
  /** The value; or undefined after adding at least one fault. An absent input is undefined. */
  read(input: unknown, at: SpecPath, faults: SpecFault[]): T | undefined;
}

/** What a shape gives. */
export type ReadOf<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Mapping<F> = { readonly [K in keyof F]: ReadOf<F[K]> };

/** A value that `read` understands; undefined from it is the fault "expected `expected`". */
export function leaf<T>(expected: string, read: (input: unknown) => T | undefined): Shape<T> {
  return {
    read(input, at, faults) {
      const value = read(input);
      if (value === undefined) faults.push({ at, expected, got: foundText(input) });
      return value;
    },
  };
}

/** The shape, or `value` where the key is absent. */
export function or<T>(shape: Shape<T>, value: T): Shape<T> {
  return {
    read: (input, at, faults) => (input === undefined ? value : shape.read(input, at, faults)),
  };
}

/** The shape or null, which is also what an absent key gives. */
export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return { read: (input, at, faults) => (input == null ? null : shape.read(input, at, faults)) };
}

/** A mapping with these keys and no others. */
export function mapping<const F extends Fields>(fields: F): Shape<Mapping<F>> {
  const known = Object.keys(fields);
  return {
    read(input, at, faults) {
      const given = readMapping(input, at, faults);
      if (given === undefined) return undefined;
      const before = faults.length;
      refuseUnknown(given, known, at, faults);
      const read = known.map((key) => {
        const value = Object.hasOwn(given, key) ? given[key] : undefined;
        return [key, fields[key]!.read(value, [...at, key], faults)] as const;
      });
      return faults.length > before ? undefined : (Object.fromEntries(read) as Mapping<F>);
    },
  };
}

/** A mapping of whatever names `name` takes to values of one shape. */
export function mappingOf<T>(name: Shape<string>, item: Shape<T>): Shape<Record<string, T>> {
  return {
    read(input, at, faults) {
      const given = readMapping(input, at, faults);
      if (given === undefined) return undefined;
      const before = faults.length;
      const read = Object.entries(given).map(([key, value]) => {
        name.read(key, [...at, key], faults);
        return [key, item.read(value, [...at, key], faults) as T] as const;
      });
      return faults.length > before ? undefined : Object.fromEntries(read);
    },
  };
}

/** A list of values of one shape. */
export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    read(input, at, faults) {
      if (!Array.isArray(input)) {
        faults.push({ at, expected: 'a list', got: foundText(input) });
        return undefined;
      }
      const before = faults.length;
      const read = input.map((one, index) => item.read(one, [...at, index], faults) as T);
      return faults.length > before ? undefined : read;
    },
  };
}

/** One of several mappings, told apart by the string under `key`. */
export function oneOf<S extends Readonly<Record<string, Shape<unknown>>>>(
  key: string,
  shapes: S,
): Shape<ReadOf<S[keyof S]>> {
  const tag = choice(Object.keys(shapes));
  return {
    read(input, at, faults) {
      const given = readMapping(input, at, faults);
      if (given === undefined) return undefined;
      const chosen = Object.hasOwn(given, key) ? given[key] : undefined;
      const name = tag.read(chosen, [...at, key], faults);
      if (name === undefined) return undefined;
      return shapes[name]!.read(given, at, faults) as ReadOf<S[keyof S]> | undefined;
    },
  };
}

/** A string. */
export function text(expected = 'a string'): Shape<string> {
  return leaf(expected, (input) => (typeof input === 'string' ? input : undefined));
}

/** One of these strings, letter for letter. */
export function choice<const T extends string>(choices: readonly T[]): Shape<T> {
  return {
    read(input, at, faults) {
      if ((choices as readonly unknown[]).includes(input)) return input as T;
      if (typeof input === 'string') faults.push(unknownName(at, input, choices, 'one of'));
      else faults.push({ at, expected: `one of: ${listed(choices)}`, got: foundText(input) });
      return undefined;
    },
  };
}

const YES = ['true', 't', 'yes', 'y', 'on', '1'];
const NO = ['false', 'f', 'no', 'n', 'off', '0'];

/** True or false, or what DP³ takes for it: 1, 0 and the usual words in any case. */
export function flag(): Shape<boolean> {
  return leaf('true or false', (input) => {
    if (typeof input === 'boolean') return input;
    if (input === 0 || input === 1) return input === 1;
    if (typeof input !== 'string') return undefined;
    const word = input.toLowerCase();
    return YES.includes(word) ? true : NO.includes(word) ? false : undefined;
  });
}

/** An integer within the bounds; digits in quotes count. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return leaf(`an integer ${range}`, (input) => {
    const isDigits = typeof input === 'string' && /^\d{1,15}$/.test(input);
    const value = isDigits ? Number(input) : input;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
    return value >= min && value <= max ? value : undefined;
  });
}

const DURATION = 'a duration such as 30s, 5m, 12h, 7d or PT5M';

/** A duration in any form DP³ takes, given back as ISO 8601. */
export function duration(): Shape<string> {
  return leaf(DURATION, durationText);
}

/** A duration of more than nothing, as ISO 8601. */
export function longDuration(): Shape<string> {
  return leaf(`${DURATION}, longer than 0`, (input) => {
    return parseDuration(input) === 0 ? undefined : durationText(input);
  });
}

/** A duration as ISO 8601, or `inf`, which never ends; the number `.inf` of YAML means the same. */
export function durationOrInf(): Shape<string> {
  return leaf(`${DURATION}, or inf`, (input) => {
    return input === 'inf' || input === Infinity ? 'inf' : durationText(input);
  });
}

/** True for a mapping as YAML and JSON give it. */
export function isMapping(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** The mapping, or undefined after adding the fault that it is none. */
export function readMapping(
  input: unknown,
  at: SpecPath,
  faults: SpecFault[],
): Readonly<Record<string, unknown>> | undefined {
  if (isMapping(input)) return input;
  faults.push({ at, expected: 'a mapping', got: foundText(input) });
  return undefined;
}

/** A fault for every key that is not `known`. */
export function refuseUnknown(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  at: SpecPath,
  faults: SpecFault[],
): void {
  for (const key of Object.keys(given))
    if (!known.includes(key)) faults.push(unknownName([...at, key], key, known, 'a known key'));
}

function durationText(input: unknown): string | undefined {
  const ms = parseDuration(input);
  return ms === undefined ? undefined : printDuration(ms);
}
