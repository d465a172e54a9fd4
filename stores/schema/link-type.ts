/**
 * Links: from an entity to one of a known type, with data on the way where the type says so.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import type { EntityId, IdType } from './entity-id.js';
import { addFault, type InputFault, isRecord, type Loc, putUnder, REASONS } from './input-fault.js';
import type { ValueKey, ValueType } from './value-kind.js';

/** What a link type consists of. */
export interface LinkParts {
  readonly target: string;
  readonly idType: IdType;
  readonly data: ValueType | undefined;
  readonly mirror: string | undefined;
}

/** A link as stored. `data` is there if the type has data. */
export interface LinkValue {
  readonly eid: EntityId;
  readonly data?: unknown;
}

/** `link<target>`, `link<target,data>`, each with `;mirror=name` or without. */
export function createLinkType(parts: LinkParts): ValueType {
  const { target, data, mirror } = parts;
  const isPrintedAsStored = data === undefined || data.isPrintedAsStored;
  return Object.freeze({
    kind: 'link',
    text: linkText(parts),
    link: Object.freeze({ target, data, mirror, isMany: false }),
    isPrintedAsStored,
    parse(input: unknown, loc: Loc, faults: InputFault[]): unknown {
      if (!isRecord(input)) return addFault(faults, loc, REASONS.notObject, input);
      const before = faults.length;
      const link = parseLink(parts, input, faults);
      if (faults.length === before) return link;
      putUnder(loc, faults, before);
      return undefined;
    },
    toJson(value: unknown): unknown {
      if (data === undefined || isPrintedAsStored) return value;
      const link = value as LinkValue;
      return { eid: link.eid, data: data.toJson(link.data) };
    },
    keyOf(value: unknown): ValueKey {
      const link = value as LinkValue;
      return data === undefined ? link.eid : JSON.stringify([link.eid, data.keyOf(link.data)]);
    },
  } satisfies ValueType);
}

function parseLink(
  { idType, data }: LinkParts,
  input: Record<string, unknown>,
  faults: InputFault[],
): LinkValue | undefined {
  const before = faults.length;
  const eid = input.eid === undefined ? REASONS.missing : idType.parse(input.eid);
  if (typeof eid === 'object') {
    addFault(faults, ['eid'], eid, input.eid === undefined ? input : input.eid);
  }
  let dataValue: unknown;
  if (data !== undefined) {
    if (input.data === undefined) addFault(faults, ['data'], REASONS.missing, input);
    else dataValue = data.parse(input.data, DATA, faults);
  }
  refuseOthers(input, data !== undefined, faults);
  if (typeof eid === 'object' || faults.length !== before) return undefined;
  return data === undefined ? { eid } : { eid, data: dataValue };
}

const DATA: Loc = ['data'];

/** Adds a fault for each key a link does not have, not more than a bound of them. */
function refuseOthers(
  input: Record<string, unknown>,
  hasData: boolean,
  faults: InputFault[],
): void {
  let room = STORE_LIMITS.faultsPerValueMax;
  for (const key in input) {
    if (key === 'eid' || (hasData && key === 'data') || !Object.hasOwn(input, key)) continue;
    addFault(faults, [key], REASONS.extra, input[key]);
    if (--room === 0) return;
  }
}

function linkText({ target, data, mirror }: LinkParts): string {
  const inside = data === undefined ? target : `${target},${data.text}`;
  return mirror === undefined ? `link<${inside}>` : `link<${inside};mirror=${mirror}>`;
}
