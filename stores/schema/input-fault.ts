/**
 * What is wrong with an input, said as DP³ says it: where, what, of which kind, and what came. Its clients read these
 * types and texts, so they are kept word for word where the old system had one.
 *
 * Parsers report with locations relative to what they were given, from constants; whoever knows the way there puts it
 * in front, only when there is a fault. A valid input thus allocates no location at all.
 * Runs on: any.
 */

/** The way to a fault from the top of the input: keys and indexes, such as `['body', 3, 'v', 'speed']`. */
export type Loc = readonly (string | number)[];

/** One thing wrong with an input, DP³'s error item. */
export interface InputFault {
  readonly loc: Loc;
  readonly msg: string;
  readonly type: string;
  /** What came; absent where nothing was there to show. */
  readonly input?: unknown;
}

/** Kind and text of a fault, without its place. */
export type FaultReason = Pick<InputFault, 'type' | 'msg'>;

/** The location of the input itself. */
export const HERE: Loc = [];

/** Every reason with a fixed text. */
export const REASONS = {
  missing: { type: 'missing', msg: 'Field required' },
  extra: { type: 'extra_forbidden', msg: 'Extra inputs are not permitted' },
  notPoint: {
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  },
  notObject: { type: 'model_type', msg: 'Input should be a valid dictionary' },
  notList: { type: 'list_type', msg: 'Input should be a valid list' },
  notNone: { type: 'none_required', msg: 'Input should be None' },
  notString: { type: 'string_type', msg: 'Input should be a valid string' },
  brokenString: {
    type: 'string_unicode',
    msg: 'Input should be a valid string, unable to parse raw data as a unicode string',
  },
  notBool: { type: 'bool_type', msg: 'Input should be a valid boolean' },
  unclearBool: {
    type: 'bool_parsing',
    msg: 'Input should be a valid boolean, unable to interpret input',
  },
  notInt: { type: 'int_type', msg: 'Input should be a valid integer' },
  unclearInt: {
    type: 'int_parsing',
    msg: 'Input should be a valid integer, unable to parse string as an integer',
  },
  longInt: {
    type: 'int_parsing_size',
    msg: 'Unable to parse input string as an integer, exceeded maximum size',
  },
  fractionalInt: {
    type: 'int_from_float',
    msg: 'Input should be a valid integer, got a number with a fractional part',
  },
  notFloat: { type: 'float_type', msg: 'Input should be a valid number' },
  unclearFloat: {
    type: 'float_parsing',
    msg: 'Input should be a valid number, unable to parse string as a number',
  },
  notFinite: { type: 'finite_number', msg: 'Input should be a finite number' },
  aboveOne: { type: 'less_than_equal', msg: 'Input should be less than or equal to 1' },
  belowZero: { type: 'greater_than_equal', msg: 'Input should be greater than or equal to 0' },
  notIpv4: { type: 'ip_v4_address', msg: 'Input is not a valid IPv4 address' },
  notIpv6: { type: 'ip_v6_address', msg: 'Input is not a valid IPv6 address' },
  notMac: {
    type: 'value_error',
    msg: 'Value error, expected a MAC address of six hexadecimal pairs joined by ":" or "-"',
  },
  notTime: { type: 'datetime_type', msg: 'Input should be a valid datetime' },
  unclearTime: {
    type: 'datetime_from_date_parsing',
    msg: 'Input should be a valid datetime or date, unable to parse the text',
  },
  distantTime: {
    type: 'datetime_parsing',
    msg: 'Input should be a valid datetime, the years 1 to 9999 are supported',
  },
  notJson: { type: 'json_type', msg: 'JSON input should be string, bytes or bytearray' },
  longId: {
    type: 'string_too_long',
    msg: 'String is too long for an entity id',
  },
} as const satisfies Record<string, FaultReason>;

/** The reason for a rule that has no kind of its own, as DP³ words those. */
export function valueError(text: string): FaultReason {
  return { type: 'value_error', msg: `Value error, ${text}` };
}

/** Adds a fault; always answers undefined, so that a parser can return it. */
export function addFault(
  faults: InputFault[],
  loc: Loc,
  reason: FaultReason,
  input: unknown,
): undefined {
  faults.push({ type: reason.type, loc, msg: reason.msg, input });
  return undefined;
}

/** Puts `prefix` before the locations of the faults added since there were `from` of them. */
export function putUnder(prefix: Loc, faults: InputFault[], from: number): void {
  if (prefix.length === 0) return;
  for (let index = from; index < faults.length; index++) {
    const fault = faults[index]!;
    faults[index] = { ...fault, loc: [...prefix, ...fault.loc] };
  }
}

/** True for what JSON writes with braces: an object that is no list. */
export function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
