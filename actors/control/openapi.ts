/**
 * The OpenAPI document: what the routes say of themselves, in the shape @fastify/swagger collects. Pure.
 * Runs on: any.
 */
import { KIND_NUMBERS } from '../../stores/internal.js';
import type { Parameter } from './query-spec.js';
import type { Route } from './route.js';

type Schema = Readonly<Record<string, unknown>>;

const DETAIL: Schema = {
  type: 'object',
  required: ['detail'],
  properties: { detail: {}, code: { type: 'string' } },
};

/** One element of the body of POST /datapoints. */
const DATA_POINT: Schema = {
  type: 'object',
  required: ['type', 'id', 'attr', 'v'],
  properties: {
    type: { type: 'string', description: 'Entity type' },
    id: { description: 'Entity id, of the type its entity type says' },
    attr: { type: 'string' },
    v: { description: 'The value; of a timeseries an object of equally long lists' },
    t1: { type: 'string', format: 'date-time' },
    t2: { type: 'string', format: 'date-time' },
    c: { type: 'number', minimum: 0, maximum: 1, default: 1 },
    src: { type: 'string' },
  },
};

/** Bodies by what the path ends with. */
const BODIES: readonly (readonly [ending: RegExp, schema: Schema])[] = [
  [/\/datapoints$/, { type: 'array', items: DATA_POINT }],
  [/\/set\/:attr$|\/attr$/, { type: 'object', required: ['value'], properties: { value: {} } }],
  [
    /\/ttl$/,
    {
      type: 'object',
      minProperties: 1,
      additionalProperties: { type: 'string', format: 'date-time' },
    },
  ],
];

/** The head of the document. `kind numbers` of attributes are explained, since answers carry them. */
export function documentHead(options: {
  version: string;
  hasToken: boolean;
  prefix: string;
}): Schema {
  const kinds = Object.entries(KIND_NUMBERS).map(([kind, number]) => `${number} ${kind}`);
  return {
    openapi: '3.1.0',
    info: {
      title: 'troupe',
      version: options.version,
      description: `Entities, their histories and current values. Kinds of attributes: ${kinds.join(', ')}.`,
    },
    servers: [{ url: options.prefix === '' ? '/' : options.prefix }],
    components: options.hasToken
      ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }
      : {},
  };
}

/** What one route contributes. */
export function documentRoute(route: Route, needsToken: boolean): Schema {
  const parameters = Object.entries(route.query);
  const body = BODIES.find(([ending]) => route.method === 'POST' && ending.test(route.path))?.[1];
  return {
    summary: route.summary,
    hide: route.isHidden,
    tags: [tagOf(route.path)],
    ...(needsToken ? { security: [{ token: [] }] } : {}),
    ...(parameters.length > 0 ? { querystring: querySchema(parameters) } : {}),
    ...(body === undefined ? {} : { body }),
    response: {
      200: { description: 'Done' },
      ...(route.access === 'open' ? {} : { 422: { description: 'Refused', ...DETAIL } }),
      503: { description: 'Come again after the time in Retry-After', ...DETAIL },
    },
  };
}

function querySchema(parameters: readonly [string, Parameter<unknown>][]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(([name, one]) => [name, one.schema])),
    required: parameters.filter(([, one]) => one.isRequired).map(([name]) => name),
  };
}

/** The first word of the path. */
function tagOf(path: string): string {
  return /^\/(?:v2\/)?([\w-]+)/.exec(path)?.[1] ?? 'health';
}
