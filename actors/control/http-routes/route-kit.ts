/**
 * What every route needs: who does the work, what the path names, and that a read sees what its client has written.
 * Runs on: main.
 */
import { hasCode } from '../../../core/index.js';
import {
  type Attribute,
  type EntityId,
  type EntityType,
  type InputFault,
  parseJsonBody,
} from '../../../stores/internal.js';
import type { FeedRoom } from '../feed-room.js';
import type { HttpSettings } from '../http-options.js';
import type { Metrics } from '../metrics.js';
import type { IngestAnswer, PlatformPort } from '../platform-port.js';
import type { PointLog } from '../point-log.js';
import { positionsOf, positionToken } from '../position-token.js';
import type { QueryOf, QuerySpec } from '../query-spec.js';
import {
  failed,
  type HttpAnswer,
  type HttpRequest,
  type Route,
  type RouteNotes,
  refused,
  retryAfter,
  route,
} from '../route.js';

/** The header that carries positions, both ways. */
export const POSITION_HEADER = 'troupe-position';
const POSITION_NOTE = {
  'Troupe-Position': 'What an answer to a write carried: the read waits until it sees that write',
};

export interface RouteKit {
  readonly platform: PlatformPort;
  readonly settings: HttpSettings;
  readonly metrics: Metrics;
  readonly pointLog: PointLog;
  /** Room for answers that go on; without, there are none. */
  readonly feeds?: FeedRoom;
}

/** An entity that a request names; it need not be there. */
export interface Subject {
  readonly entity: EntityType;
  readonly eid: EntityId;
}

/** A GET that waits for the positions its client gives, so that it reads what that client wrote. */
export function readRoute<S extends QuerySpec>(
  kit: RouteKit,
  definition: {
    readonly path: string;
    readonly summary: string;
    readonly query?: S;
    readonly isHidden?: boolean;
    readonly notes?: RouteNotes;
    handle(request: HttpRequest, query: QueryOf<S>): HttpAnswer | Promise<HttpAnswer>;
  },
): Route {
  const { notes = {} } = definition;
  return route<S>({
    ...definition,
    method: 'GET',
    access: 'read',
    notes: { ...notes, headers: { ...POSITION_NOTE, ...notes.headers } },
    handle: (request, query) => {
      const token = headerOf(request, POSITION_HEADER);
      if (token === undefined || token === '') return definition.handle(request, query);
      return afterPositions(kit, token, () => definition.handle(request, query));
    },
  });
}

async function afterPositions(
  kit: RouteKit,
  token: string,
  read: () => HttpAnswer | Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const positions = positionsOf(token, kit.platform.partitions);
  if (positions === undefined) {
    const msg = 'Value error, expected a position that an answer gave';
    return refused([{ loc: ['header', POSITION_HEADER], msg, type: 'value_error', input: token }]);
  }
  await kit.platform.applied(positions, { deadlineMs: kit.settings.limits.positionWaitMs });
  return read();
}

/** The entity type of the path, or the 422 that says there is none. */
export function entityOf(kit: RouteKit, request: HttpRequest): EntityType | HttpAnswer {
  const etype = request.params.etype ?? '';
  const entity = kit.platform.model.entities.get(etype);
  return entity ?? refused([unknownEntity(['path', 'etype'], etype)]);
}

/** The entity that type and id text name, or the 422 that says what is wrong. `from`: where the id came. */
export function subjectOf(
  kit: RouteKit,
  request: HttpRequest,
  id: { readonly text: string; readonly from: 'path' | 'query' },
): Subject | HttpAnswer {
  const entity = entityOf(kit, request);
  if (isAnswer(entity)) return entity;
  const eid = entity.idType.parseText(id.text);
  return typeof eid === 'object'
    ? refused([{ loc: [id.from, 'eid'], ...eid, input: id.text }])
    : { entity, eid };
}

/** The attribute of that name, or the 422. */
export function attributeOf(
  entity: EntityType,
  attr: string,
  from: 'path' | 'query',
): Attribute | HttpAnswer {
  const attribute = entity.attributes.get(attr);
  return attribute ?? refused([unknownAttribute([from, 'attr'], entity, attr)]);
}

export function unknownEntity(loc: InputFault['loc'], etype: string): InputFault {
  return {
    loc,
    msg: `Value error, entity type '${etype}' doesn't exist`,
    type: 'value_error',
    input: etype,
  };
}

export function unknownAttribute(
  loc: InputFault['loc'],
  entity: EntityType,
  attr: string,
): InputFault {
  return {
    loc,
    msg: `Value error, attribute '${attr}' of entity type '${entity.id}' doesn't exist`,
    type: 'value_error',
    input: attr,
  };
}

/** True for an answer among what a look-up may give. */
export function isAnswer<T extends object>(value: T | HttpAnswer): value is HttpAnswer {
  return 'status' in value && 'body' in value;
}

/** What a write is answered: the engine's words, and where it stands in the logs. */
export function answerOf(answer: IngestAnswer): HttpAnswer {
  const { status, body, positions, retryAfterMs } = answer;
  const headers: Record<string, string> = {};
  if (positions.length > 0) headers[POSITION_HEADER] = positionToken(positions);
  if (retryAfterMs !== undefined) Object.assign(headers, retryAfter(retryAfterMs));
  return { status, body, headers };
}

/** One header as text; undefined when it did not come. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
}

/** A small JSON body, or the 422 that says what is wrong with it. */
export function bodyOf(
  kit: RouteKit,
  request: HttpRequest,
): { readonly value: unknown } | HttpAnswer {
  try {
    const value = parseJsonBody(request.body, { bytesMax: kit.settings.limits.smallBodyBytesMax });
    return { value };
  } catch (error) {
    if (!hasCode(error, 'BODY_INVALID')) throw error;
    return refused([{ loc: ['body'], msg: error.message, type: 'json_invalid' }]);
  }
}

/** 503: a look at everything there is would take longer than a request may. */
export function tooLong(kit: RouteKit): HttpAnswer {
  return failed(503, 'There is too much to look at in the time of a request', {
    code: 'SCAN_TOO_LONG',
    retryAfterMs: kit.settings.limits.scanMs,
  });
}
