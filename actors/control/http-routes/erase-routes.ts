/**
 * Erasing an entity, and how far that is. A new action, so there is no GET that acts. What DP³'s `allowed_actions` lists are
 * DP³'s actions: this one asks for the token, as deleting does.
 * Runs on: main.
 */
import { hasCode } from '../../../core/index.js';
import { type EntityId, type EntityType, printTime } from '../../../stores/internal.js';
import type { Erasure } from '../../entity/erasure.js';
import {
  failed,
  type HttpAnswer,
  type HttpRequest,
  ok,
  type Route,
  refused,
  route,
} from '../route.js';
import { ANSWERS, BODIES } from '../route-schemas.js';
import { bodyOf, isAnswer, type RouteKit, readRoute, unknownEntity } from './route-kit.js';

export function eraseRoutes(kit: RouteKit): Route[] {
  return [
    route({
      method: 'POST',
      path: '/control/erase',
      access: 'write',
      summary: 'Erase an entity, {etype, eid}, from all that is stored',
      bodyBytesMax: kit.settings.limits.smallBodyBytesMax,
      notes: { statuses: [202], takes: BODIES.entity, result: ANSWERS.erasure },
      handle: (request) => erase(kit, request),
    }),
    readRoute(kit, {
      path: '/erasures',
      summary: 'Erasures that are not done, and the last ones that are',
      notes: { result: ANSWERS.erasures },
      handle: () => {
        const all = kit.platform.erasures();
        return ok({ count: all.length, data: all.map(erasureForm) });
      },
    }),
    readRoute(kit, {
      path: '/erasures/:id',
      summary: 'How far an erasure is, and what it took away',
      notes: { statuses: [200, 404], result: ANSWERS.erasure },
      handle: ({ params }) => {
        const found = kit.platform.erasures().find(({ id }) => id === params.id);
        if (found === undefined) return failed(404, `There is no erasure ${params.id}`);
        return ok(erasureForm(found));
      },
    }),
  ];
}

async function erase(kit: RouteKit, request: HttpRequest): Promise<HttpAnswer> {
  const subject = subjectOf(kit, request);
  if (isAnswer(subject)) return subject;
  try {
    const erasure = await kit.platform.erase(subject.entity.id, subject.eid);
    return { ...ok(erasureForm(erasure)), status: 202 };
  } catch (error) {
    if (!hasCode(error, 'ERASE_REFUSED')) throw error;
    const { retryAfterMs } = kit.settings.limits;
    return failed(503, error.message, { code: 'ERASE_REFUSED', retryAfterMs });
  }
}

/** What the body names, or the 422. */
function subjectOf(
  kit: RouteKit,
  request: HttpRequest,
): { readonly entity: EntityType; readonly eid: EntityId } | HttpAnswer {
  const body = bodyOf(kit, request);
  if ('status' in body) return body;
  const { value } = body;
  const { etype, eid: input } = (isRecord(value) ? value : {}) as Record<string, unknown>;
  if (typeof etype !== 'string') return missing('etype', etype);
  const entity = kit.platform.model.entities.get(etype);
  if (entity === undefined) return refused([unknownEntity(['body', 'etype'], etype)]);
  if (input === undefined) return missing('eid', input);
  const eid = entity.idType.parse(input);
  return typeof eid === 'object' ? refused([{ loc: ['body', 'eid'], ...eid }]) : { entity, eid };
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function missing(name: string, input: unknown): HttpAnswer {
  const fault =
    input === undefined
      ? { msg: 'Field required', type: 'missing', input: null }
      : { msg: 'Input should be a valid string', type: 'string_type', input };
  return refused([{ loc: ['body', name], ...fault }]);
}

function erasureForm(erasure: Erasure): Readonly<Record<string, unknown>> {
  const { id, etype, state, askedAt, endedAt, partitions, scrubbed, counts, fault } = erasure;
  return {
    id,
    etype,
    state,
    asked: printTime(askedAt),
    ended: endedAt === undefined ? null : printTime(endedAt),
    partitions,
    partitions_done: scrubbed,
    ...(counts === undefined ? {} : { erased: countsForm(counts) }),
    ...(fault === undefined ? {} : { fault }),
  };
}

function countsForm(counts: NonNullable<Erasure['counts']>): Readonly<Record<string, number>> {
  const { entries, tasks, deadLetters, links, changes } = counts;
  return { log_entries: entries, tasks, dead_letters: deadLetters, links, changes };
}
