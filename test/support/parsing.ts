/**
 * Reading values in tables: a parse as one thing to compare, a value or `✗` and the kinds of what was wrong.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { type IdType, idType } from '../../stores/schema/entity-id.js';
import type { InputFault } from '../../stores/schema/input-fault.js';
import { parseValueType, type ValueType } from '../../stores/schema/value-type.js';

const ID_TYPES: Readonly<Record<string, IdType>> = {
  host: idType('string'),
  ip: idType('ipv4'),
  device: idType('int'),
  port: idType('mac'),
};

/** The type that `text` spells, where host, ip, device and port are entity types. */
export function typeOf(text: string): ValueType {
  const type = parseValueType(text, idTypeOf);
  assert.ok(typeof type === 'object', `expected ${text} to be a type, got: ${String(type)}`);
  return type;
}

/** Why `text` spells no type. */
export function refusalOf(text: string): string {
  const reason = parseValueType(text, idTypeOf);
  assert.ok(typeof reason === 'string', `expected ${text} to be refused`);
  return reason;
}

export function idTypeOf(etype: string): IdType | undefined {
  return Object.hasOwn(ID_TYPES, etype) ? ID_TYPES[etype] : undefined;
}

/** What `type` stores for an input; for a refused one `✗` and, of each fault, kind and place. */
export function stored(type: ValueType | string, input: unknown): unknown {
  const faults: InputFault[] = [];
  const value = (typeof type === 'string' ? typeOf(type) : type).parse(input, [], faults);
  assert.equal(value === undefined, faults.length > 0, 'undefined and faults go together');
  return value === undefined ? refusal(faults) : value;
}

/** Faults as one line: `✗ missing v, int_parsing v.3`. */
export function refusal(faults: readonly InputFault[]): string {
  return `✗ ${faults.map(({ type, loc }) => [type, loc.join('.')].join(' ').trim()).join(', ')}`;
}
