/**
 * The OpenAPI document: what the routes say of themselves, and what follows from it, in the shape @fastify/swagger collects.
 * Pure.
 * Runs on: any.
 */
import { KIND_NUMBERS } from '../../stores/internal.js';
import type { Parameter } from './query-spec.js';
import type { Route } from './route.js';
import { REFUSAL, type Schema } from './route-schemas.js';

/** What an answer of a status means, whatever the route. */
const MEANINGS: Readonly<Record<number, string>> = {
  200: 'Done',
  202: 'Stored, or begun, and not done yet',
  400: 'The request is not written as it must be',
  401: 'No token, or another one',
  403: 'Not for this page, or not among the allowed actions',
  404: 'There is no such thing',
  409: 'In conflict with what was sent before, or refused by a module',
  413: 'The body is too large',
  415: 'The body has a Content-Encoding',
  421: 'The name in Host is not served here',
  422: 'Faults of path, query, header or body',
  429: 'Too many requests of this client are in hand',
  500: 'A fault of the platform; its log says more',
  501: 'Not in this version, or not kept here',
  503: 'Busy, restarting, stopping or full',
};

const RETRY_AFTER: Schema = { type: 'integer', description: 'Seconds to wait' };
const POSITION: Schema = { type: 'string', description: 'Sent with a read, it makes it see this' };

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
  const headers = Object.entries(route.headers).map(
    ([name, description]) => [name, { type: 'string', description }] as const,
  );
  return {
    summary: route.summary,
    hide: route.isHidden,
    tags: [tagOf(route.path)],
    ...(needsToken ? { security: [{ token: [] }] } : {}),
    ...(parameters.length > 0 ? { querystring: querySchema(parameters) } : {}),
    ...(headers.length > 0
      ? { headers: { type: 'object', properties: Object.fromEntries(headers) } }
      : {}),
    ...(route.takes === undefined ? {} : { body: route.takes }),
    response: Object.fromEntries(
      statusesOf(route, needsToken).map((status) => [status, answerSchema(route, status)]),
    ),
  };
}

/** Its own, and those that follow from what it takes and from who may call it. In order. */
function statusesOf(route: Route, needsToken: boolean): number[] {
  const { access, bodyBytesMax, path, query, headers } = route;
  const takesInput =
    bodyBytesMax > 0 ||
    path.includes(':') ||
    Object.keys(query).length + Object.keys(headers).length > 0;
  const all = [
    ...route.statuses,
    ...[400, 421, 500],
    ...(access === 'open' ? [] : [429, 503]),
    ...(needsToken ? [401] : access === 'write' ? [403] : []),
    ...(takesInput ? [422] : []),
    ...(bodyBytesMax > 0 ? [413, 415] : []),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}

function answerSchema(route: Route, status: number): Schema {
  const description = MEANINGS[status] ?? 'See the detail';
  const isDone = status < 300;
  const schema = isDone ? route.result : REFUSAL;
  const types = isDone ? route.resultTypes : ['application/json'];
  const headers = {
    ...(status === 429 || status === 503 ? { 'Retry-After': RETRY_AFTER } : {}),
    ...(isDone && route.givesPosition ? { 'Troupe-Position': POSITION } : {}),
  };
  return {
    description,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    content: Object.fromEntries(
      types.map((type) => [
        type,
        { schema: type === 'application/json' ? schema : { type: 'string' } },
      ]),
    ),
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
