/**
 * What routes take and answer, as JSON Schema for the OpenAPI document. Nothing is checked by these: routes read their input
 * themselves. What depends on the model (values, records) is left open.
 * Runs on: any.
 */

/** A JSON Schema, or what stands in its place in a document. */
export type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const instant: Schema = { type: 'string', format: 'date-time' };
const instantOrNull: Schema = { type: ['string', 'null'], format: 'date-time' };

function object(properties: Schema, rest: Schema = {}): Schema {
  return { type: 'object', properties, ...rest };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function mapTo(additionalProperties: Schema): Schema {
  return { type: 'object', additionalProperties };
}

const FAULT: Schema = object(
  { loc: list({ type: ['string', 'integer'] }), msg: text, type: text, input: {} },
  { required: ['loc', 'msg', 'type'] },
);

/** Any refusal: a text, or the list of faults. */
export const REFUSAL: Schema = object(
  {
    detail: { anyOf: [text, list(FAULT)] },
    code: text,
    stored: {
      enum: ['none', 'part', 'unknown'],
      description: 'Of a 503 to what changes something: how much of it is stored',
    },
  },
  { required: ['detail'] },
);

/** One element of the body of POST /datapoints. */
const DATA_POINT: Schema = object(
  {
    type: { type: 'string', description: 'Entity type' },
    id: { description: 'Entity id, of the type its entity type says' },
    attr: text,
    v: { description: 'The value; of a timeseries an object of equally long lists' },
    t1: instant,
    t2: instant,
    c: { type: 'number', minimum: 0, maximum: 1, default: 1 },
    src: text,
  },
  { required: ['type', 'id', 'attr', 'v'] },
);

/** Bodies that routes take. */
export const BODIES = {
  dataPoints: list(DATA_POINT),
  value: object({ value: {} }, { required: ['value'] }),
  tokens: { ...mapTo(instant), minProperties: 1 },
  entity: object({ etype: text, eid: {} }, { required: ['etype', 'eid'] }),
} as const;

const ROW: Schema = object({ eid: {} }, { additionalProperties: true });
const LETTER: Schema = object(
  { id: text, reason: text, message: text, at: integer, etype: text, eid: {}, depth: integer },
  { additionalProperties: true },
);
const ERASURE: Schema = object(
  {
    id: text,
    etype: text,
    state: text,
    asked: instant,
    ended: instantOrNull,
    partitions: integer,
    partitions_done: integer,
  },
  { additionalProperties: true },
);

/** Answers of routes that did what they were asked. */
export const ANSWERS = {
  detail: object({ detail: text }),
  status: object({ status: text }),
  readiness: object({
    status: { enum: ['ready', 'degraded', 'unready'] },
    faults: list(text),
    notices: list(
      object({ kind: { enum: ['servers', 'passed-over', 'resting', 'disk-full'] }, text }),
    ),
  }),
  stored: object({
    detail: text,
    accepted: { ...integer, description: 'With partial=true, as what follows' },
    rejected: list(FAULT),
    rejected_indexes: list(integer),
    retry: { ...list(integer), description: 'Indexes of items for which there was no room' },
    unknown: { ...list(integer), description: 'Those of retry that may be stored all the same' },
  }),
  entityTypes: mapTo(
    object(
      {
        id: text,
        id_data_type: text,
        name: text,
        attribs: mapTo({ type: 'object' }),
        eid_estimate_count: integer,
      },
      { additionalProperties: true },
    ),
  ),
  page: object({
    time_created: instantOrNull,
    count: integer,
    data: list(ROW),
    cursor: { type: ['string', 'null'], description: 'Of the next page; null: there is none' },
  }),
  count: object({ total_count: integer }),
  rawPage: object({ count: integer, data: list(DATA_POINT), incomplete: { type: 'boolean' } }),
  counts: mapTo(integer),
  entity: object({
    empty: { type: 'boolean' },
    master_record: { type: 'object' },
    snapshots: list({ type: 'object' }),
  }),
  master: { type: 'object', description: 'Attribute to what is stored of it' } as Schema,
  values: ROW,
  attribute: object({
    attr_type: integer,
    current_value: {},
    history: list(object({ t1: instant, t2: instant, v: {}, c: { type: 'number' } })),
  }),
  explanation: object({
    attr_type: integer,
    at: instant,
    value: {},
    confidence: {},
    items: list({ type: 'object' }),
  }),
  changes: object({ changes: list({ type: 'object' }), cursor: text }),
  letters: object({ count: integer, data: list(LETTER) }),
  replayed: object({ replayed: integer }),
  dropped: object({ dropped: integer }),
  erasure: ERASURE,
  erasures: object({ count: integer, data: list(ERASURE) }),
  instants: mapTo(instant),
  countsByType: mapTo(mapTo(integer)),
  objects: list({ type: 'object' }),
  object: { type: 'object' } as Schema,
} as const;
