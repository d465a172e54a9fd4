/**
 * Data types from their text: the one place that knows how DP³'s configuration spells them.
 *
 * ```
 *  int                               a primitive
 *  array<T>  set<T>                  T a primitive or a link
 *  dict<name:T, other?:T>            T primitive; `?` may be missing
 *  category<T;one,two>               T primitive
 *  link<E>  link<E,D>  link<E,D;mirror=name>     E an entity type, D any type
 * ```
 * Spaces are allowed inside the brackets, not before `<`.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import { createCategoryType } from './category-type.js';
import { createDictType, type DictField } from './dict-type.js';
import type { IdType } from './entity-id.js';
import { createLinkType } from './link-type.js';
import { createListType } from './list-type.js';
import { primitiveNames, primitiveType } from './primitive-type.js';
import type { ValueType } from './value-kind.js';

export type { LinkShape, PrimitiveKind, ValueKey, ValueKind, ValueType } from './value-kind.js';

/** Id type of an entity type of the model, or undefined when the model has none of that name. */
export type IdTypeOf = (etype: string) => IdType | undefined;

const MEMBERS = /^\s*([\p{L}\p{N}_]+(?:,\s*[\p{L}\p{N}_]+)*)$/u;
const FIELD = /^\s*([\p{L}\p{N}_]+)(\?)?\s*:\s*(\w+)\s*$/u;
const MIRROR = /^\s*mirror\s*=\s*([a-zA-Z_][a-zA-Z0-9_-]*)\s*$/;

/** The type that `text` spells, or the reason why it spells none. Never throws. */
export function parseValueType(text: string, idTypeOf: IdTypeOf): ValueType | string {
  return parseNested(text, idTypeOf, 0);
}

function parseNested(text: string, idTypeOf: IdTypeOf, depth: number): ValueType | string {
  if (typeof text !== 'string') return `expected the text of a data type, got ${typeof text}`;
  if (text.length > STORE_LIMITS.typeCharsMax) {
    return `expected a data type of at most ${STORE_LIMITS.typeCharsMax} characters, got ${text.length}`;
  }
  const primitive = primitiveType(text);
  if (primitive !== undefined) return primitive;
  const open = text.indexOf('<');
  if (open < 0 || !text.endsWith('>')) return unknownType(text);
  const inside = text.slice(open + 1, -1);
  switch (text.slice(0, open)) {
    case 'array':
      return parseList('array', inside.trim(), idTypeOf);
    case 'set':
      return parseList('set', inside.trim(), idTypeOf);
    case 'dict':
      return parseDict(inside);
    case 'category':
      return parseCategory(inside);
    case 'link':
      return parseLink(inside, idTypeOf, depth);
    default:
      return unknownType(text);
  }
}

function parseList(kind: 'array' | 'set', text: string, idTypeOf: IdTypeOf): ValueType | string {
  if (primitiveType(text) === undefined && !text.startsWith('link<')) {
    return `expected ${kind}<T> with a primitive type or a link for T, got "${text}"`;
  }
  const element = parseNested(text, idTypeOf, 0);
  return typeof element === 'string' ? element : createListType(kind, element);
}

function parseDict(text: string): ValueType | string {
  const fields: DictField[] = [];
  for (const part of text.split(',')) {
    const found = FIELD.exec(part);
    if (found === null) return `expected dict<key:type,…>, got "${part}" in it`;
    const name = found[1]!;
    if (name === '__proto__') return 'expected dict keys other than __proto__';
    if (fields.some((field) => field.name === name))
      return `expected each key once, got "${name}" twice`;
    const type = primitiveType(found[3]!);
    if (type === undefined) return `expected a primitive type for key "${name}", got "${found[3]}"`;
    fields.push({ name, isOptional: found[2] !== undefined, type });
  }
  return createDictType(fields);
}

function parseCategory(text: string): ValueType | string {
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return `expected category<type;value,…>, got "${text}" in it`;
  const name = text.slice(0, semicolon).trim();
  const type = primitiveType(name);
  if (type === undefined) return `expected a primitive type before ";", got "${name}"`;
  const members = MEMBERS.exec(text.slice(semicolon + 1));
  if (members === null) {
    return `expected values of letters, digits and "_" with commas between, got "${text.slice(semicolon + 1)}"`;
  }
  return createCategoryType(
    type,
    members[1]!.split(',').map((member) => member.trim()),
  );
}

function parseLink(text: string, idTypeOf: IdTypeOf, depth: number): ValueType | string {
  if (depth >= STORE_LIMITS.valueDepthMax) return 'expected links with data nested less deep';
  const { target, data: dataText, option } = linkParts(text);
  const idType = idTypeOf(target);
  if (idType === undefined) return `expected a known entity type to link to, got "${target}"`;
  let mirror: string | undefined;
  if (option !== undefined) {
    mirror = MIRROR.exec(option)?.[1];
    if (mirror === undefined) return `expected mirror=<attribute>, got "${option.trim()}"`;
  }
  if (dataText === undefined) return createLinkType({ target, idType, data: undefined, mirror });
  const data = parseNested(dataText.trim(), idTypeOf, depth + 1);
  if (typeof data === 'string') return data;
  if (data.link?.mirror !== undefined) return 'expected no mirror for a link within data of a link';
  return createLinkType({ target, idType, data, mirror });
}

interface LinkParts {
  readonly target: string;
  readonly data: string | undefined;
  readonly option: string | undefined;
}

/** Splits `E,D;option` where the `,` and `;` are not within brackets of D. */
function linkParts(text: string): LinkParts {
  const semicolon = indexOutside(text, ';');
  const before = semicolon < 0 ? text : text.slice(0, semicolon);
  const comma = before.indexOf(',');
  return {
    target: (comma < 0 ? before : before.slice(0, comma)).trim(),
    data: comma < 0 ? undefined : before.slice(comma + 1),
    option: semicolon < 0 ? undefined : text.slice(semicolon + 1),
  };
}

function indexOutside(text: string, mark: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const one = text[index];
    if (one === '<') depth++;
    else if (one === '>') depth--;
    else if (one === mark && depth === 0) return index;
  }
  return -1;
}

function unknownType(text: string): string {
  return `expected one of ${primitiveNames().join(', ')}, array<…>, set<…>, dict<…>, category<…>, link<…>, got "${text}"`;
}
