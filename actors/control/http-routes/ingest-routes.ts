/**
 * Data-points in: the one route that senders use, as DP³ has it, and with what it has not: partial acceptance, safe
 * repeats, and a position to read one's own writes from.
 * Runs on: main.
 */
import { type InputFault, parseJsonBody } from '../../../stores/internal.js';
import type { IngestAnswer } from '../platform-port.js';
import { flag, oneOf } from '../query-spec.js';
import { type HttpAnswer, type HttpRequest, type Route, refused, route } from '../route.js';
import { ANSWERS, BODIES } from '../route-schemas.js';
import { answerOf, headerOf, type RouteKit } from './route-kit.js';

const KEY_HEADER = 'idempotency-key';

export function ingestRoutes(kit: RouteKit): Route[] {
  return [
    route({
      method: 'POST',
      path: '/datapoints',
      access: 'write',
      summary:
        'Store data-points; answered when they are durable, or with wait=applied when they had their effect',
      query: { partial: flag, wait: oneOf(['stored', 'applied'], 'stored') },
      bodyBytesMax: kit.settings.limits.bodyBytesMax,
      notes: {
        headers: { 'Idempotency-Key': 'Sent again under its key, the same request counts once' },
        statuses: [200, 202, 409],
        takes: BODIES.dataPoints,
        result: ANSWERS.stored,
        givesPosition: true,
      },
      handle: async (request, { partial, wait }) => {
        const key = keyOf(kit, request);
        if (typeof key === 'object') return key;
        // The body is given away: what the log needs of it is copied before.
        const kept = kit.pointLog.wantsGood ? request.body.slice() : undefined;
        const answer = await kit.platform.ingest(request.body, {
          isPartial: partial,
          isAwaited: wait === 'applied',
          client: request.client,
          ...(key === undefined ? {} : { idempotencyKey: key }),
        });
        keepAccount(kit, answer, request.client, kept);
        return answerOf(answer);
      },
    }),
  ];
}

/** The key of the request; undefined when it has none; the 422 when it is none. */
function keyOf(kit: RouteKit, request: HttpRequest): string | HttpAnswer | undefined {
  const key = headerOf(request, KEY_HEADER);
  if (key === undefined) return undefined;
  const { idempotencyKeyLengthMax: max } = kit.settings.limits;
  if (key.length <= max && /^[\x21-\x7e]+$/.test(key)) return key;
  const msg = `Value error, expected 1 to ${max} visible characters of ASCII`;
  return refused([{ loc: ['header', KEY_HEADER], msg, type: 'value_error', input: key }]);
}

function keepAccount(
  kit: RouteKit,
  answer: IngestAnswer,
  client: string,
  kept: Uint8Array | undefined,
): void {
  const { metrics, pointLog, settings } = kit;
  metrics.points(answer.accepted, answer.rejected);
  if (answer.faults.length > 0 && pointLog.wantsBad) {
    const { detail, rejected } = said(answer);
    const faults = Array.isArray(rejected) ? rejected : detail;
    if (Array.isArray(faults)) pointLog.bad(faults, client, settings.wallNow());
  }
  if (kept === undefined || answer.accepted === 0) return;
  const points = parseJsonBody(kept, { bytesMax: kept.byteLength }) as readonly unknown[];
  const left = leftOut(answer);
  pointLog.good(left.size === 0 ? points : points.filter((_, index) => !left.has(index)));
}

/** Indexes of the items of a partial request that were not stored. */
function leftOut(answer: IngestAnswer): ReadonlySet<number> {
  if (answer.rejected === 0 && answer.retryAfterMs === undefined) return new Set();
  const { rejected_indexes: rejected = [], retry = [] } = said(answer);
  return new Set([...rejected, ...retry]);
}

/** The body of an answer to data-points. */
interface Said {
  readonly detail?: string | readonly InputFault[];
  readonly rejected?: readonly InputFault[];
  readonly rejected_indexes?: readonly number[];
  readonly retry?: readonly number[];
}

function said(answer: IngestAnswer): Said {
  return JSON.parse(Buffer.from(answer.body).toString('utf8')) as Said;
}
