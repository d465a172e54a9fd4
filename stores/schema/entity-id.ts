/**
 * Ids of entities: each entity type has one of five id types. All spellings of an id become one runtime form, so that
 * they name one entity wherever they come from: a data-point, a link, a hook or an URL.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import { type FaultReason, type InputFault, REASONS } from './input-fault.js';
import { parseIpv4, parseIpv6 } from './ip-address.js';
import { parseMac } from './mac-address.js';
import { toInt } from './number-value.js';
import { toText } from './text-value.js';

export type IdTypeName = 'string' | 'int' | 'ipv4' | 'ipv6' | 'mac';

/** Runtime form of an id: a number within ±(2⁵³−1) for `int`, canonical text for the others. */
export type EntityId = string | number;

/** How the ids of an entity type are read. */
export interface IdType {
  readonly name: IdTypeName;
  /** The id in a JSON value or a hook's result, or what is wrong with it (an object, which no id is). */
  parse(input: unknown): EntityId | Omit<InputFault, 'loc'>;
  /** The id in a piece of an URL, already unescaped, or of a command line. */
  parseText(text: string): EntityId | Omit<InputFault, 'loc'>;
}

/** The id type of that name; always the same object. */
export function idType(name: IdTypeName): IdType {
  return ID_TYPES[name];
}

/** Canonical text of an id: what URLs, log lines and keys of caches show. */
export function idText(eid: EntityId): string {
  return typeof eid === 'number' ? String(eid) : eid;
}

const READERS: Readonly<Record<IdTypeName, (input: unknown) => EntityId | FaultReason>> = {
  string: toTextId,
  int: toInt,
  ipv4: (input) => parseIpv4(input) ?? REASONS.notIpv4,
  ipv6: toIpv6Id,
  mac: (input) => parseMac(input) ?? REASONS.notMac,
};

const ID_TYPES: Readonly<Record<IdTypeName, IdType>> = {
  string: createIdType('string'),
  int: createIdType('int'),
  ipv4: createIdType('ipv4'),
  ipv6: createIdType('ipv6'),
  mac: createIdType('mac'),
};

function createIdType(name: IdTypeName): IdType {
  const read = READERS[name];
  const parse = (input: unknown): EntityId | Omit<InputFault, 'loc'> => {
    const eid = input === undefined ? REASONS.missing : read(input);
    return typeof eid === 'object' ? { type: eid.type, msg: eid.msg, input } : eid;
  };
  return Object.freeze({ name, parse, parseText: parse });
}

function toTextId(input: unknown): string | FaultReason {
  const text = toText(input);
  return typeof text === 'string' && isTooLong(text) ? REASONS.longId : text;
}

function toIpv6Id(input: unknown): string | FaultReason {
  const text = parseIpv6(input) ?? REASONS.notIpv6;
  // A zone may have any length.
  return typeof text === 'string' && isTooLong(text) ? REASONS.longId : text;
}

/** True beyond the bound of keys, which counts bytes of UTF-8: three at most for a unit of text. */
function isTooLong(text: string): boolean {
  const bytesMax = STORE_LIMITS.idBytesMax;
  if (text.length * 3 <= bytesMax) return false;
  return text.length > bytesMax || Buffer.byteLength(text) > bytesMax;
}
