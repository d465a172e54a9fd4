/**
 * What a route takes behind the question mark: each parameter parses its text, knows its default and describes itself
 * for the OpenAPI document. Faults are listed in DP³'s form, all at once; unknown parameters are ignored, as there.
 * Runs on: any.
 */
import { type InputFault, parseTime, toTime } from '../../stores/internal.js';

/** A query as a server library gives it: a parameter given twice is a list. */
export type QueryTexts = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A parameter; `T` is what the handler gets. */
export interface Parameter<T> {
  /** JSON Schema of it, for the document. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly isRequired: boolean;
  /** The value, or the fault. `undefined` text: the parameter was not given. */
  read(text: string | undefined): T | ParameterFault;
}

export type QuerySpec = Readonly<Record<string, Parameter<unknown>>>;
export type QueryOf<S extends QuerySpec> = {
  readonly [K in keyof S]: S[K] extends Parameter<infer T> ? T : never;
};

/** Why a text is no value of a parameter. */
class ParameterFault {
  readonly msg: string;
  readonly type: string;

  constructor(type: string, msg: string) {
    this.type = type;
    this.msg = msg;
  }
}

/** Reads every parameter of `spec`; faults are added at `["query", name]`. Of a repeated one the last counts. */
export function readQuery<S extends QuerySpec>(
  spec: S,
  texts: QueryTexts,
  faults: InputFault[],
): QueryOf<S> {
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(spec)) {
    const given = Object.hasOwn(texts, name) ? texts[name] : undefined;
    const text = typeof given === 'string' ? given : given?.at(-1);
    const value = parameter.read(text);
    if (value instanceof ParameterFault) {
      faults.push({ loc: ['query', name], msg: value.msg, type: value.type, input: text ?? null });
    } else values[name] = value;
  }
  return values as QueryOf<S>;
}

/** A whole number, at least 0. */
export function count(byDefault: number, max = Number.MAX_SAFE_INTEGER): Parameter<number> {
  return {
    schema: { type: 'integer', minimum: 0, maximum: max, default: byDefault },
    isRequired: false,
    read: (text) => {
      if (text === undefined || text === '') return byDefault;
      if (!/^\s*[+-]?\d{1,16}\s*$/.test(text)) return notInteger;
      const value = Number(text);
      if (value < 0) {
        return new ParameterFault(
          'greater_than_equal',
          'Input should be greater than or equal to 0',
        );
      }
      if (value > max) {
        return new ParameterFault(
          'less_than_equal',
          `Input should be less than or equal to ${max}`,
        );
      }
      return value;
    },
  };
}

/** An instant, in ms; naive means UTC. Undefined when not given. */
export const instant: Parameter<number | undefined> = {
  schema: { type: 'string', format: 'date-time' },
  isRequired: false,
  read: (text) => {
    if (text === undefined || text === '') return undefined;
    const time = toTime(text);
    if (typeof time === 'number') return time;
    // A plus sign of a zone that was not escaped arrives as a space.
    const zoned = parseTime(text.replace(/ (?=\d\d:?\d\d$)/, '+'));
    return zoned ?? new ParameterFault(time.type, time.msg);
  },
};

/** Text as it comes; undefined when not given. */
export const text: Parameter<string | undefined> = {
  schema: { type: 'string' },
  isRequired: false,
  read: (given) => given,
};

/** Text that must be there. */
export const requiredText: Parameter<string> = {
  schema: { type: 'string' },
  isRequired: true,
  read: (given) => given ?? new ParameterFault('missing', 'Field required'),
};

/** True or false in any of the spellings a binary value has; false when not given, true when given without a value. */
export const flag: Parameter<boolean> = {
  schema: { type: 'boolean', default: false },
  isRequired: false,
  read: (given) => {
    if (given === undefined) return false;
    const spelled = given.toLowerCase();
    if (['', 'true', 't', 'yes', 'y', 'on', '1'].includes(spelled)) return true;
    if (['false', 'f', 'no', 'n', 'off', '0'].includes(spelled)) return false;
    return new ParameterFault(
      'bool_parsing',
      'Input should be a valid boolean, unable to interpret input',
    );
  },
};

/** One of a few words; `byDefault` when not given. */
export function oneOf<const W extends string, D extends W | undefined>(
  words: readonly W[],
  byDefault: D,
): Parameter<W | D> {
  return {
    schema: {
      type: 'string',
      enum: words,
      ...(byDefault === undefined ? {} : { default: byDefault }),
    },
    isRequired: false,
    read: (given) => {
      if (given === undefined) return byDefault;
      const found = words.find((word) => word === given);
      return found ?? new ParameterFault('enum', `Input should be ${listed(words)}`);
    },
  };
}

const notInteger = new ParameterFault(
  'int_parsing',
  'Input should be a valid integer, unable to parse string as an integer',
);

/** 'a', 'b' or 'c'. */
function listed(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  return quoted.length < 2
    ? quoted.join('')
    : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
