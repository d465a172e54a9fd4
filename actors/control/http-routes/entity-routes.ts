/**
 * One entity: everything known of it, a value, its history; a value set, its lifetime extended, its deletion. Every
 * operation has two paths: with the id in the path (v1), and with `?eid=` (v2) for ids that hold a slash or are called
 * `get` or `count`.
 *
 *   v1  /entity/host/192.0.2.1/master          v2  /v2/entity/host/master?eid=192.0.2.1
 *
 * Runs on: main.
 */
import { flag, instant, type QuerySpec, requiredText } from '../query-spec.js';
import { failed, type HttpAnswer, type HttpRequest, ok, type Route, route } from '../route.js';
import { ANSWERS } from '../route-schemas.js';
import { changeOperations } from './entity-changes.js';
import { type Operation, operation } from './entity-operation.js';
import {
  attributeOf,
  isAnswer,
  type RouteKit,
  readRoute,
  type Subject,
  subjectOf,
} from './route-kit.js';
import { noSnapshots } from './snapshot-routes.js';

const DATES = { date_from: instant, date_to: instant, strict: flag };
/** With `strict` what is not there is 404. */
const STRICT = { statuses: [200, 404] };

export function entityRoutes(kit: RouteKit): Route[] {
  const operations = [...readOperations(kit), ...changeOperations(kit)];
  return operations.flatMap((operation) => [
    ...routesOfV1(kit, operation),
    ...routesOfV2(kit, operation),
  ]);
}

function readOperations(kit: RouteKit): Operation[] {
  const { reader } = kit.platform;
  return [
    operation({
      method: 'GET',
      v1: '',
      v2: '',
      summary: 'Everything of an entity: master record and snapshots',
      notes: { ...STRICT, result: ANSWERS.entity },
      query: DATES,
      handle: (subject, { date_from: from, date_to: to, strict }) => {
        const master = reader.master(subject, { from, to });
        if (master === undefined && strict) return absent(subject);
        return ok({ empty: master === undefined, master_record: master ?? {}, snapshots: [] });
      },
    }),
    operation({
      method: 'GET',
      v1: '/master',
      v2: '/master',
      summary: 'Master record: every value and history; timeseries as samples within the dates',
      notes: { ...STRICT, result: ANSWERS.master },
      query: DATES,
      handle: (subject, { date_from: from, date_to: to, strict }) => {
        const master = reader.master(subject, { from, to });
        return master === undefined && strict ? absent(subject) : ok(master ?? {});
      },
    }),
    operation({
      method: 'GET',
      v1: '/snapshots',
      v2: '/snapshots',
      summary: 'Snapshots of an entity',
      notes: { statuses: [501] },
      query: DATES,
      handle: () => noSnapshots(),
    }),
    operation({
      method: 'GET',
      v1: '/values',
      v2: '/values',
      summary: 'Current values and confidences, now or at an instant',
      notes: { ...STRICT, result: ANSWERS.values },
      query: { at: instant, strict: flag },
      handle: (subject, { at, strict }) => {
        const values = reader.values(subject, at ?? kit.settings.wallNow());
        return values === undefined && strict
          ? absent(subject)
          : ok(values ?? { eid: subject.eid });
      },
    }),
    operation({
      method: 'GET',
      v1: '/get',
      v2: '/attr',
      hasAttribute: true,
      summary: 'Current value and history of an attribute',
      notes: { ...STRICT, result: ANSWERS.attribute },
      query: { ...DATES, at: instant },
      handle: (subject, query, { attribute }) => {
        const { date_from: from, date_to: to, at, strict } = query;
        const now = kit.settings.wallNow();
        const found = reader.attribute(subject, attribute!, { from, to: to ?? now, at: at ?? now });
        return found.isAbsent && strict ? absent(subject) : ok(found.form);
      },
    }),
    operation({
      method: 'GET',
      v1: '/explain',
      v2: '/explain',
      hasAttribute: true,
      summary: 'Which items, sources and hooks made the value of an attribute',
      notes: { ...STRICT, result: ANSWERS.explanation },
      query: { at: instant, strict: flag },
      handle: (subject, { at, strict }, { attribute }) => {
        const found = reader.explain(subject, attribute!, at ?? kit.settings.wallNow());
        return found.isAbsent && strict ? absent(subject) : ok(found.form);
      },
    }),
  ];
}

function routesOfV1(kit: RouteKit, operation: Operation): Route[] {
  const path = `/entity/:etype/:eid${operation.v1}${operation.hasAttribute === true ? '/:attr' : ''}`;
  return [
    routeOf(kit, operation, {
      path,
      query: operation.query,
      handle: (request, query) =>
        perform(kit, operation, {
          request,
          query,
          id: { text: request.params.eid ?? '', from: 'path' },
          attr: request.params.attr ?? '',
        }),
    }),
  ];
}

function routesOfV2(kit: RouteKit, operation: Operation): Route[] {
  const attr = operation.hasAttribute === true ? { attr: requiredText } : {};
  const query: QuerySpec = { eid: requiredText, ...attr, ...operation.query };
  const at = (path: string, isHidden: boolean): Route =>
    routeOf(kit, operation, {
      path,
      query,
      isHidden,
      handle: (request, given) =>
        perform(kit, operation, {
          request,
          query: given,
          id: { text: given.eid as string, from: 'query' },
          attr: (given.attr as string | undefined) ?? '',
        }),
    });
  const path = `/v2/entity/:etype${operation.v2}`;
  return operation.v2 === '' ? [at(`${path}/`, false), at(path, true)] : [at(path, false)];
}

function routeOf(
  kit: RouteKit,
  operation: Operation,
  path: {
    readonly path: string;
    readonly query: QuerySpec;
    readonly isHidden?: boolean;
    handle(
      request: HttpRequest,
      query: Readonly<Record<string, unknown>>,
    ): HttpAnswer | Promise<HttpAnswer>;
  },
): Route {
  const { method, summary, notes } = operation;
  if (method === 'GET') return readRoute(kit, { summary, notes, ...path });
  const bodyBytesMax = method === 'POST' ? kit.settings.limits.smallBodyBytesMax : 0;
  return route({ method, access: 'write', summary, notes, bodyBytesMax, ...path });
}

/** Everything the path or the query names, then the operation itself. */
function perform(
  kit: RouteKit,
  operation: Operation,
  call: {
    readonly request: HttpRequest;
    readonly query: Readonly<Record<string, unknown>>;
    readonly id: { readonly text: string; readonly from: 'path' | 'query' };
    readonly attr: string;
  },
): HttpAnswer | Promise<HttpAnswer> {
  const { request, query, id, attr } = call;
  const subject = subjectOf(kit, request, id);
  if (isAnswer(subject)) return subject;
  if (operation.hasAttribute !== true) {
    return operation.handle(subject, query, { request, attribute: undefined, from: id.from });
  }
  const attribute = attributeOf(subject.entity, attr, id.from);
  if (isAnswer(attribute)) return attribute;
  return operation.handle(subject, query, { request, attribute, from: id.from });
}

/** What `?strict=true` gets where DP³ answers 200 and nothing. */
function absent({ entity, eid }: Subject): HttpAnswer {
  return failed(404, `Entity '${entity.id}' with id '${eid}' doesn't exist`);
}
