/**
 * Reads an options object that came from outside, key by key, and gathers every fault instead of stopping at the
 * first. The keys that were asked for are the keys that exist: any other is a fault too, with the nearest known
 * one as a suggestion.
 * Runs on: any.
 */
import { CodedError, textOf } from './errors.js';

/** What a number may be; `orInfinity` where leaving something unbounded must be written. */
export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
  /** An open lower bound. */
  readonly above?: number;
  readonly orInfinity?: boolean;
}

/** One options object under its path, '' at the top. An absent key, or undefined, reads as undefined. */
export class OptionReader {
  readonly #path: string;
  readonly #input: Readonly<Record<string, unknown>>;
  readonly #faults: string[];
  readonly #known = new Set<string>();

  /** `faults` takes what is wrong, one sentence each; readers of nested objects share it. */
  constructor(path: string, input: unknown, faults: string[]) {
    this.#path = path;
    this.#faults = faults;
    if (isPlainObject(input)) this.#input = input;
    else {
      this.#input = {};
      if (input !== undefined)
        faults.push(`${path === '' ? 'options' : path}: expected an object, got ${textOf(input)}`);
    }
  }

  integer(key: string, bounds: NumberBounds = {}): number | undefined {
    return this.value<number>(key, describe('an integer', bounds), (value) => {
      return (Number.isSafeInteger(value) || value === Infinity) && isWithin(value, bounds);
    });
  }

  number(key: string, bounds: NumberBounds = {}): number | undefined {
    return this.value<number>(key, describe('a number', bounds), (value) => {
      return typeof value === 'number' && isWithin(value, bounds);
    });
  }

  flag(key: string): boolean | undefined {
    return this.value<boolean>(key, 'true or false', (value) => typeof value === 'boolean');
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    return this.value<T>(key, `one of ${choices.join(', ')}`, (value) => {
      return (choices as readonly unknown[]).includes(value);
    });
  }

  /** An object with all of these methods; it is used as it is, not copied. */
  implementation<T>(key: string, methods: readonly (keyof T & string)[]): T | undefined {
    return this.value<T>(key, `an object with ${methods.join(', ')}`, (value) => {
      if (typeof value !== 'object' || value === null) return false;
      return methods.every((method) => typeof (value as Partial<T>)[method] === 'function');
    });
  }

  /** The value as T if `isValid` says so; otherwise a fault "key: expected ..., got ..." and undefined. */
  value<T>(key: string, expected: string, isValid: (value: unknown) => boolean): T | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (isValid(value)) return value as T;
    this.fault(key, `expected ${expected}, got ${textOf(value)}`);
    return undefined;
  }

  /** A reader of the object under `key`; of an empty one if it is absent or, with a fault, no object. */
  nested(key: string): OptionReader {
    return new OptionReader(this.#pathOf(key), this.#take(key), this.#faults);
  }

  /** Adds a fault of the caller's own, such as one between two keys. */
  fault(key: string, text: string): void {
    this.#faults.push(`${this.#pathOf(key)}: ${text}`);
  }

  /** Call last: what was never asked for is unknown. */
  end(): void {
    for (const key of Object.keys(this.#input)) {
      if (this.#known.has(key)) continue;
      const near = nearest(key, [...this.#known]);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      this.fault(key, `expected a known option, got an unknown one${hint}`);
    }
  }

  #take(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.#input, key) ? this.#input[key] : undefined;
  }

  #pathOf(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

/** Throws one CONFIG_INVALID that lists all `faults` of `subject`; returns if there are none. */
export function throwFaults(subject: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  throw new CodedError('CONFIG_INVALID', `${subject}: ${count}\n  ${faults.join('\n  ')}`, {
    details: { faults },
  });
}

/** The same object without the keys that hold undefined. */
export function present<T extends object>(
  options: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWithin(value: unknown, bounds: NumberBounds): boolean {
  const number = value as number;
  if (number === Infinity) return bounds.orInfinity === true;
  const { min = -Infinity, max = Infinity, above = -Infinity } = bounds;
  return Number.isFinite(number) && number >= min && number <= max && number > above;
}

function describe(kind: string, bounds: NumberBounds): string {
  const { min, max, above, orInfinity } = bounds;
  const range =
    above !== undefined
      ? ` above ${above}${max === undefined ? '' : ` and up to ${max}`}`
      : min !== undefined && max !== undefined
        ? ` from ${min} to ${max}`
        : min !== undefined
          ? ` of at least ${min}`
          : max !== undefined
            ? ` of at most ${max}`
            : '';
  return `${kind}${range}${orInfinity ? ', or Infinity' : ''}`;
}

/** The known word that `word` is most likely a slip of: at most a third of its letters changed. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters to insert, delete, replace or swap with their neighbour. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = last[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      let distance = Math.min(replaced, last[column]! + 1, current[column - 1]! + 1);
      const isSwap =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      if (isSwap) distance = Math.min(distance, beforeLast[column - 2]! + 1);
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
