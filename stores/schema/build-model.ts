/**
 * Specifications -> the model: value types parsed, links followed to their targets, mirrors made. What only shows when
 * all types are seen together is found here. Threads, which are sent specifications that were checked, start here.
 *
 *     spec host: peer: link<user;mirror=hosts>        spec user
 *         |                                               |
 *     attribute host.peer  ---- its mirror ---->  attribute user.hosts: set<link<host>>, read-only
 *
 * Runs on: any.
 */
import { createHash } from 'node:crypto';
import { assert } from '../../core/internal.js';
import { STORE_LIMITS } from '../limits.js';
import { type Attribute, storedForm } from './attribute.js';
import { buildAttribute, buildMirror, type TypeReader } from './build-attribute.js';
import { parseDuration } from './duration.js';
import { type IdType, idType } from './entity-id.js';
import { type EntitySpec, ID_PATTERN, type LifetimeSpec, RESERVED_NAMES } from './entity-spec.js';
import type { EntityType } from './entity-type.js';
import type { Lifetime } from './lifetime.js';
import { primitiveNames } from './primitive-type.js';
import { type SpecFault, unknownName } from './spec-fault.js';
import { parseValueType } from './value-type.js';

/** All entity types of a platform, parsed and immutable. */
export interface Model {
  readonly entities: ReadonlyMap<string, EntityType>;
  /** The same types by index. */
  readonly list: readonly EntityType[];
  /** What it was made from, defaults filled in: travels to threads, where {@link modelOf} makes the same model. */
  readonly specs: readonly EntitySpec[];
  /**
   * Hash of id types, attributes and their data types, members of categories included: equal versions take the same
   * data-points and read each other's records.
   */
  readonly version: string;
}

/** One specification and what is known of it where it is at fault. */
export interface SpecSource {
  readonly spec: EntitySpec;
  /** Undefined where the specification has no usable id. */
  readonly id: string | undefined;
  /** Ids of all its attributes, those at fault too. */
  readonly claimed: readonly string[];
  /** Attribute id -> data type, of attributes at fault in something else: looked at for their own faults. */
  readonly loose: Readonly<Record<string, string>>;
}

/** A fault, and the position of its specification in the list that was given. */
export type PlacedFault = SpecFault & { readonly spec: number };

/** The model of specifications that were those of a model; anything else fails an assertion. */
export function modelOf(specs: readonly EntitySpec[]): Model {
  const faults: PlacedFault[] = [];
  const sources = specs.map((spec) => {
    return { spec, id: spec.entity.id, claimed: Object.keys(spec.attribs), loose: {} };
  });
  const model = buildModel(sources, faults);
  assert(model !== undefined, `specifications of a model, got faults: ${JSON.stringify(faults)}`);
  return model;
}

/**
 * The model of these sources, or undefined if there are faults: those in `faults` before, or added now. So it is with
 * `unread` ids, of types that links may name but that could not be read.
 */
export function buildModel(
  sources: readonly SpecSource[],
  faults: PlacedFault[],
  unread: readonly string[] = [],
): Model | undefined {
  if (sources.length > STORE_LIMITS.entityTypesMax) {
    const expected = `at most ${STORE_LIMITS.entityTypesMax} entity types`;
    faults.push({ spec: 0, at: [], expected, got: String(sources.length) });
    return undefined;
  }
  const idTypes = idTypesOf(sources, faults, unread);
  const attributes = sources.map((source, spec) => attributesOf(source, spec, idTypes, faults));
  const mirrors = mirrorsOf(sources, attributes, faults);
  if (faults.length > 0 || unread.length > 0) return undefined;
  checkReferrers(sources, attributes, faults);
  if (faults.length > 0) return undefined;
  const list = sources.map(({ spec }, index) => {
    const entity = spec.entity.id;
    const all = [...attributes[index]!];
    for (const { target, id, source } of mirrors) {
      if (target !== entity) continue;
      const of = { attribute: source, idType: idTypes.get(source.entity)! };
      all.push(buildMirror({ id, entity, index: all.length }, of));
    }
    return entityOf(spec, index, all);
  });
  return Object.freeze({
    entities: new Map(list.map((entity) => [entity.id, entity])),
    list: Object.freeze(list),
    specs: Object.freeze(list.map((entity) => entity.spec)),
    version: versionOf(list),
  });
}

function idTypesOf(
  sources: readonly SpecSource[],
  faults: PlacedFault[],
  unread: readonly string[],
): ReadonlyMap<string, IdType> {
  const idTypes = new Map<string, IdType>();
  for (const [spec, { id, spec: given }] of sources.entries()) {
    if (id === undefined) continue;
    if (idTypes.has(id)) {
      const expected = 'an id that no other entity type has';
      faults.push({ spec, at: ['entity', 'id'], expected, got: `${id}, a second time` });
    } else idTypes.set(id, idType(given.entity.id_data_type));
  }
  for (const id of unread) if (!idTypes.has(id)) idTypes.set(id, idType('string'));
  return idTypes;
}

function attributesOf(
  source: SpecSource,
  spec: number,
  idTypes: ReadonlyMap<string, IdType>,
  faults: PlacedFault[],
): Attribute[] {
  const readType: TypeReader = (text, at) => {
    const unknown: string[] = [];
    const type = parseValueType(text, (etype) => {
      const found = idTypes.get(etype);
      if (found === undefined) unknown.push(etype);
      return found;
    });
    if (typeof type !== 'string') return type;
    if (unknown.length > 0) {
      const known = [...idTypes.keys()];
      faults.push({ spec, ...unknownName(at, unknown[0]!, known, 'a link to an entity type') });
    } else faults.push({ spec, at, ...reasonParts(type, text) });
    return undefined;
  };
  for (const [id, text] of Object.entries(source.loose))
    readType(text, ['attribs', id, 'data_type']);
  return Object.entries(source.spec.attribs).flatMap(([id, given], index) => {
    const place = { id, entity: source.spec.entity.id, index };
    return buildAttribute(given, place, readType) ?? [];
  });
}

/** "expected X, got Y" taken apart, and what was meant if it is nearly a primitive type. */
function reasonParts(reason: string, text: string): Omit<SpecFault, 'at'> {
  const parts = /^expected (.+), got (.+)$/s.exec(reason);
  if (parts === null)
    return { expected: reason.replace(/^expected /, ''), got: JSON.stringify(text) };
  const { suggestion } = unknownName([], text, primitiveNames(), '');
  const texts = { expected: parts[1]!, got: parts[2]! };
  return suggestion === undefined ? texts : { ...texts, suggestion };
}

/** A mirror to be: on which type, under which name, of whose links. */
interface Mirror {
  readonly spec: number;
  readonly target: string;
  readonly id: string;
  readonly source: Attribute;
}

function mirrorsOf(
  sources: readonly SpecSource[],
  attributes: readonly (readonly Attribute[])[],
  faults: PlacedFault[],
): Mirror[] {
  const claimed = new Map(sources.map((source) => [source.id, new Map<string, string>()]));
  for (const { id, claimed: names } of sources)
    for (const name of names) claimed.get(id)!.set(name, `${id}.${name}`);
  const wanted = attributes.flatMap((own, spec) =>
    own.flatMap((source) => {
      const link = source.type?.link;
      if (link?.mirror === undefined) return [];
      return [{ spec, target: link.target, id: link.mirror, source }];
    }),
  );
  return wanted.filter((mirror) => {
    const fault = mirrorFault(mirror, claimed.get(mirror.target)?.get(mirror.id));
    if (fault === undefined) {
      const { entity, id } = mirror.source;
      claimed.get(mirror.target)?.set(mirror.id, `the mirror of ${entity}.${id}`);
    } else faults.push({ spec: mirror.spec, ...fault });
    return fault === undefined;
  });
}

function mirrorFault(mirror: Mirror, holder: string | undefined): SpecFault | undefined {
  const at = ['attribs', mirror.source.id, 'data_type'];
  const got = `mirror=${mirror.id}`;
  const isName = ID_PATTERN.test(mirror.id) && mirror.id.length <= STORE_LIMITS.nameCharsMax;
  if (!isName || RESERVED_NAMES.includes(mirror.id))
    return { at, expected: 'a mirror with a name that an attribute may have', got };
  if (holder === undefined) return undefined;
  const expected = `a mirror with a name that ${mirror.target} has not yet`;
  return { at, expected, got: `${got}, which is ${holder}` };
}

function checkReferrers(
  sources: readonly SpecSource[],
  attributes: readonly (readonly Attribute[])[],
  faults: PlacedFault[],
): void {
  const linked = new Set(attributes.flatMap((own) => own.map((one) => one.type?.link?.target)));
  for (const [spec, source] of sources.entries()) {
    const { id, lifetime } = source.spec.entity;
    if (lifetime.type !== 'weak' || linked.has(id)) continue;
    const expected = `an attribute that links to ${id}, which alone could keep one alive`;
    faults.push({ spec, at: ['entity', 'lifetime', 'type'], expected, got: 'none' });
  }
}

function entityOf(spec: EntitySpec, index: number, list: readonly Attribute[]): EntityType {
  const { id, name, description, snapshot, lifetime, id_data_type } = spec.entity;
  return Object.freeze({
    id,
    index,
    idType: idType(id_data_type),
    name,
    description,
    isSnapshotted: snapshot,
    lifetime: lifetimeOf(lifetime),
    attributes: new Map(list.map((attribute) => [attribute.id, attribute])),
    list: Object.freeze(list),
    spec,
  });
}

function lifetimeOf(spec: LifetimeSpec): Lifetime {
  if (spec.type !== 'ttl') return Object.freeze({ type: spec.type });
  const onCreateMs = parseDuration(spec.on_create)!;
  return Object.freeze({ type: 'ttl', onCreateMs, mirrorData: spec.mirror_data });
}

/** Order does not count, neither of types nor of attributes: their numbers do not come from it. */
function versionOf(list: readonly EntityType[]): string {
  const forms = list
    .map((entity) => {
      const stored = entity.list.map((one) => JSON.stringify(formOf(one))).sort();
      return JSON.stringify([entity.id, entity.idType.name, stored]);
    })
    .sort();
  return createHash('sha256').update(forms.join('\n')).digest('hex').slice(0, 16);
}

function formOf(attribute: Attribute): unknown {
  const { id, type, isMultiValue, timeStepMs } = attribute;
  return [id, storedForm(attribute) ?? 'mirror', type?.text ?? '', isMultiValue, timeStepMs ?? 0];
}
