/**
 * Unknown input -> EntitySpec: the keys of DP³'s entity file with their defaults, all strict. What one file alone can
 * have wrong is found here, every fault at once; what depends on other types is the model's.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import {
  type AttributeSpec,
  type EntityHead,
  type EntitySpec,
  ID_PATTERN,
  type LifetimeSpec,
  RESERVED_NAMES,
} from './entity-spec.js';
import { foundText, type SpecFault } from './spec-fault.js';
import {
  choice,
  duration,
  durationOrInf,
  flag,
  integer,
  isMapping,
  leaf,
  longDuration,
  mapping,
  mappingOf,
  oneOf,
  or,
  orNull,
  refuseUnknown,
  type Shape,
  text,
} from './spec-shape.js';

const ID = `an id: a letter or _, then letters, digits, _ or -, at most ${STORE_LIMITS.nameCharsMax}`;

const name = leaf(ID, (input) => (isId(input) ? input : undefined));
const attributeName = leaf(`${ID}, and not ${RESERVED_NAMES.join(', ')}`, (input) => {
  return isId(input) && !RESERVED_NAMES.includes(input) ? input : undefined;
});

const lifetime: Shape<LifetimeSpec> = oneOf('type', {
  immortal: mapping({ type: choice(['immortal']) }),
  ttl: mapping({
    type: choice(['ttl']),
    on_create: duration(),
    mirror_data: or(flag(), true),
  }),
  weak: mapping({ type: choice(['weak']) }),
});

const idDataType = or(choice(['string', 'int', 'ipv4', 'ipv6', 'mac']), 'string');

const head: Shape<EntityHead> = mapping({
  id: name,
  id_data_type: idDataType,
  name: text(),
  description: or(text(), ''),
  snapshot: flag(),
  lifetime: or(lifetime, { type: 'immortal' }),
});

const everyKind = {
  name: text(),
  description: or(text(), ''),
  ttl: or(duration(), 'PT0S'),
};
const dataType = text('a data type such as string or link<host>');

const plain = mapping({
  type: choice(['plain']),
  ...everyKind,
  data_type: dataType,
  editable: or(flag(), false),
});

const historyParams = mapping({
  max_age: orNull(duration()),
  max_items: orNull(integer(1)),
  expire_time: orNull(durationOrInf()),
  pre_validity: or(duration(), 'PT0S'),
  post_validity: or(duration(), 'PT0S'),
  aggregate: or(flag(), true),
});

const observations = mapping({
  type: choice(['observations']),
  ...everyKind,
  data_type: dataType,
  editable: or(flag(), false),
  confidence: or(flag(), false),
  multi_value: or(flag(), false),
  history_force_graph: or(flag(), false),
  history_params: orEmpty(historyParams),
});

const timeseries = mapping({
  type: choice(['timeseries']),
  ...everyKind,
  timeseries_type: choice(['regular', 'irregular', 'irregular_intervals']),
  series: or(
    mappingOf(name, mapping({ data_type: choice(['int', 'int64', 'float', 'time']) })),
    {},
  ),
  timeseries_params: orEmpty(
    mapping({ max_age: orNull(duration()), time_step: orNull(longDuration()) }),
  ),
});

const attribute: Shape<AttributeSpec> = oneOf('type', { plain, observations, timeseries });

/** What could be read of one specification: all of it, if it added no fault. */
export interface ReadSpec {
  /** The id, where at least that is one. */
  readonly id: string | undefined;
  /** Without the attributes at fault, and with a stand-in for a head at fault. */
  readonly spec: EntitySpec;
  /** Ids of all attributes, those at fault too. */
  readonly claimed: readonly string[];
  /** Attribute id -> data type, of those at fault that have one. */
  readonly loose: Readonly<Record<string, string>>;
}

/** Reads one entity file or definition as far as it goes; faults stand under `entity` and `attribs`. */
export function readEntitySpec(input: unknown, faults: SpecFault[]): ReadSpec {
  if (!isMapping(input)) {
    faults.push({ at: [], expected: 'a mapping with entity and attribs', got: foundText(input) });
    const spec = { entity: headOf(undefined), attribs: {} };
    return { id: undefined, spec, claimed: [], loose: {} };
  }
  refuseUnknown(input, ['entity', 'attribs'], [], faults);
  const entity = head.read(input.entity, ['entity'], faults) ?? headOf(input.entity);
  const { attribs, loose } = readAttributes(input.attribs, faults);
  return {
    id: entity.id === '' ? undefined : entity.id,
    spec: { entity, attribs },
    claimed: isMapping(input.attribs) ? Object.keys(input.attribs) : [],
    loose,
  };
}

function readAttributes(
  input: unknown,
  faults: SpecFault[],
): { readonly attribs: Record<string, AttributeSpec>; readonly loose: Record<string, string> } {
  const attribs: [string, AttributeSpec][] = [];
  const loose: [string, string][] = [];
  if (!isMapping(input))
    faults.push({ at: ['attribs'], expected: 'a mapping of attributes', got: foundText(input) });
  const entries = isMapping(input) ? Object.entries(input) : [];
  if (entries.length > STORE_LIMITS.attributesMax) {
    const expected = `at most ${STORE_LIMITS.attributesMax} attributes`;
    faults.push({ at: ['attribs'], expected, got: `${entries.length}` });
  }
  for (const [id, value] of entries.slice(0, STORE_LIMITS.attributesMax)) {
    const before = faults.length;
    attributeName.read(id, ['attribs', id], faults);
    const spec = attribute.read(value, ['attribs', id], faults);
    if (spec !== undefined) checkStep(spec, id, faults);
    if (spec !== undefined && faults.length === before) attribs.push([id, spec]);
    else if (isMapping(value) && value.type !== 'timeseries' && typeof value.data_type === 'string')
      loose.push([id, value.data_type]);
  }
  return { attribs: Object.fromEntries(attribs), loose: Object.fromEntries(loose) };
}

function checkStep(spec: AttributeSpec, id: string, faults: SpecFault[]): void {
  if (spec.type !== 'timeseries' || spec.timeseries_type !== 'regular') return;
  if (spec.timeseries_params.time_step !== null) return;
  faults.push({
    at: ['attribs', id, 'timeseries_params', 'time_step'],
    expected: 'the time between samples of a regular series, such as 5m',
    got: 'nothing',
  });
}

/** The head of a type whose own is at fault: enough of it to check what links to the type. */
function headOf(input: unknown): EntityHead {
  const given = isMapping(input) ? input : {};
  return {
    id: isId(given.id) ? given.id : '',
    id_data_type: idDataType.read(given.id_data_type, [], []) ?? 'string',
    name: '',
    description: '',
    snapshot: true,
    lifetime: { type: 'immortal' },
  };
}

/** The mapping, or its defaults where it is absent. */
function orEmpty<T>(shape: Shape<T>): Shape<T> {
  return { read: (input, at, faults) => shape.read(input ?? {}, at, faults) };
}

function isId(input: unknown): input is string {
  if (typeof input !== 'string' || input.length > STORE_LIMITS.nameCharsMax) return false;
  return ID_PATTERN.test(input) && input !== '__proto__';
}
