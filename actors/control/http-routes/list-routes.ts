/**
 * Entities in numbers: the types there are, lists and counts, raw data-points, distinct values. Lists show values as of
 * now, in order of ids; a page ends with the cursor of the next.
 * Runs on: main.
 */
import { type EntityType, printJson, printTime } from '../../../stores/internal.js';
import { count, type QueryTexts, text } from '../query-spec.js';
import { failed, type HttpAnswer, type HttpRequest, ok, type Route, refused } from '../route.js';
import { ANSWERS } from '../route-schemas.js';
import { attributeOf, entityOf, isAnswer, type RouteKit, readRoute, tooLong } from './route-kit.js';
import { noFilters } from './snapshot-routes.js';

const FILTERS = { fulltext_filters: text, generic_filter: text };
const PAGE = { skip: count(0), limit: count(20) };

export function listRoutes(kit: RouteKit): Route[] {
  return [
    readRoute(kit, {
      path: '/entities',
      summary: 'Entity types with their attributes, and how many entities there are of each',
      notes: { result: ANSWERS.entityTypes },
      handle: () => ok(kit.platform.reader.entityTypes()),
    }),
    ...['/entity/:etype', '/v2/entity/:etype'].flatMap((prefix) => routesAt(kit, prefix)),
  ];
}

function routesAt(kit: RouteKit, prefix: string): Route[] {
  const isHidden = prefix.startsWith('/v2');
  return [
    readRoute(kit, {
      path: `${prefix}/get`,
      summary: 'A page of entities with their current values; limit 0 is all, streamed',
      query: { ...FILTERS, ...PAGE, cursor: text, sort: text },
      notes: { statuses: [200, 400, 501], result: ANSWERS.page },
      isHidden,
      handle: (request, query) => list(kit, request, query),
    }),
    readRoute(kit, {
      path: `${prefix}/count`,
      summary: 'How many entities there are of a type',
      query: FILTERS,
      notes: { statuses: [200, 400, 501], result: ANSWERS.count },
      isHidden,
      handle: (request) => {
        const entity = entityOf(kit, request);
        if (isAnswer(entity)) return entity;
        const refusal = filterRefusal(request.query);
        return refusal ?? ok({ total_count: kit.platform.reader.count(entity) });
      },
    }),
    readRoute(kit, {
      path: `${prefix}/raw/get`,
      summary: 'Data-points as they were accepted, newest first',
      query: { ...PAGE, eid: text, attr: text, src: text },
      notes: { result: ANSWERS.rawPage },
      isHidden,
      handle: (request, query) => raw(kit, request, query),
    }),
    readRoute(kit, {
      path: `${prefix}/_/distinct/:attr`,
      summary: 'How often each value of an attribute is current',
      notes: { statuses: [200, 400], result: ANSWERS.counts },
      isHidden,
      handle: (request) => distinct(kit, request),
    }),
  ];
}

async function list(
  kit: RouteKit,
  request: HttpRequest,
  query: { readonly skip: number; readonly limit: number; readonly cursor: string | undefined },
): Promise<HttpAnswer> {
  const entity = entityOf(kit, request);
  if (isAnswer(entity)) return entity;
  const refusal = filterRefusal(request.query) ?? sortRefusal(request.query);
  if (refusal !== undefined) return refusal;
  const at = kit.settings.wallNow();
  const pages = kit.platform.reader.list(entity, { ...query, at });
  if (pages === undefined) {
    const msg = 'Value error, expected a cursor that a page gave';
    const input = query.cursor ?? null;
    return refused([{ loc: ['query', 'cursor'], msg, type: 'value_error', input }]);
  }
  if (query.limit === 0 || query.limit > kit.settings.limits.listRowsAtOnceMax) {
    return { status: 200, body: streamed(pages, at) };
  }
  const data: unknown[] = [];
  let cursor: string | undefined;
  for await (const page of pages) {
    data.push(...page.rows);
    cursor = page.cursor;
  }
  return ok({
    time_created: data.length === 0 ? null : printTime(at),
    count: data.length,
    data,
    cursor: cursor ?? null,
  });
}

/** The same object, with its count at the end, where it is known. */
async function* streamed(
  pages: AsyncIterable<{ readonly rows: readonly unknown[]; readonly cursor: string | undefined }>,
  at: number,
): AsyncGenerator<string, void, undefined> {
  let rows = 0;
  let cursor: string | undefined;
  yield '{"data":[';
  for await (const page of pages) {
    cursor = page.cursor;
    if (page.rows.length === 0) continue;
    const texts = page.rows.map((row) => printJson(row)).join(',');
    yield rows === 0 ? texts : `,${texts}`;
    rows += page.rows.length;
  }
  const time = rows === 0 ? null : printTime(at);
  yield `],"count":${rows},"time_created":${printJson(time)},"cursor":${printJson(cursor ?? null)}}`;
}

async function raw(
  kit: RouteKit,
  request: HttpRequest,
  query: {
    readonly eid: string | undefined;
    readonly attr: string | undefined;
    readonly src: string | undefined;
    readonly skip: number;
    readonly limit: number;
  },
): Promise<HttpAnswer> {
  const entity = entityOf(kit, request);
  if (isAnswer(entity)) return entity;
  const eid = query.eid === undefined ? undefined : entity.idType.parseText(query.eid);
  if (typeof eid === 'object') {
    return refused([{ loc: ['query', 'eid'], ...eid, input: query.eid ?? null }]);
  }
  const attribute = query.attr === undefined ? undefined : attributeOf(entity, query.attr, 'query');
  if (attribute !== undefined && isAnswer(attribute)) return attribute;
  const { src, skip, limit } = query;
  const found = await kit.platform.reader.raw(entity, { eid, attribute, src, skip, limit });
  const data = found.rows;
  const rest = { count: data.length, data };
  return ok(found.isWhole ? rest : { ...rest, incomplete: true });
}

async function distinct(kit: RouteKit, request: HttpRequest): Promise<HttpAnswer> {
  const entity = entityOf(kit, request);
  if (isAnswer(entity)) return entity;
  const attribute = distinctAttribute(entity, request.params.attr ?? '');
  if (attribute === undefined) {
    return failed(400, `Distinct values of '${request.params.attr}' cannot be counted`);
  }
  const found = await kit.platform.reader.distinct(entity, attribute, kit.settings.wallNow());
  return found === undefined ? tooLong(kit) : ok(found);
}

/** Undefined for what has no values that could be told apart in a text: unknown, timeseries, dict, json. */
function distinctAttribute(entity: EntityType, attr: string) {
  const attribute = entity.attributes.get(attr);
  const kind = attribute?.type?.kind;
  if (kind === undefined || kind === 'dict' || kind === 'json' || kind === 'special') return;
  return attribute;
}

/** 400 for a filter that is no JSON object, 501 for one that asks for something. */
function filterRefusal(query: QueryTexts): HttpAnswer | undefined {
  for (const name of Object.keys(FILTERS)) {
    for (const given of textsOf(query, name)) {
      const members = membersOf(given);
      if (members === undefined) return failed(400, `Invalid ${name}: expected a JSON object`);
      if (members > 0) return noFilters();
    }
  }
  return;
}

function sortRefusal(query: QueryTexts): HttpAnswer | undefined {
  return textsOf(query, 'sort').some((given) => given !== '') ? noFilters() : undefined;
}

function textsOf(query: QueryTexts, name: string): readonly string[] {
  const given = Object.hasOwn(query, name) ? query[name] : undefined;
  return typeof given === 'string' ? [given] : (given ?? []);
}

/** How many members a JSON object has; undefined for anything else. */
function membersOf(given: string): number | undefined {
  if (given === '') return 0;
  try {
    const value: unknown = JSON.parse(given);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? Object.keys(value).length : undefined;
  } catch {
    return undefined;
  }
}
