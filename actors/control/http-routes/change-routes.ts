/**
 * What changes: as a stream of server-sent events that goes on, or page by page. Either goes on where a cursor says.
 * Runs on: main.
 */
import { hasCode } from '../../../core/index.js';
import type { ChangeReading } from '../../entity/change-feed.js';
import { EventStream, printedChange } from '../event-stream.js';
import { count, oneOf, type QueryTexts, text } from '../query-spec.js';
import { failed, type HttpAnswer, type HttpRequest, ok, type Route, refused } from '../route.js';
import { ANSWERS } from '../route-schemas.js';
import { headerOf, isAnswer, type RouteKit, readRoute, unknownEntity } from './route-kit.js';

/** Where a client of server-sent events was when its connection broke. */
const LAST_EVENT_HEADER = 'last-event-id';

export function changeRoutes(kit: RouteKit): Route[] {
  const { changesPageMax, changesWaitMsMax } = kit.settings.limits;
  return [
    readRoute(kit, {
      path: '/changes',
      summary:
        'Changes of entities as server-sent events, from `after` on: a cursor, `start` or `now`; with format=json one page and its cursor, waiting up to `wait` seconds for the first change',
      query: {
        after: text,
        etypes: text,
        format: oneOf(['events', 'json'], 'events'),
        limit: count(100, changesPageMax),
        wait: count(0, changesWaitMsMax / 1_000),
      },
      notes: {
        headers: { 'Last-Event-ID': 'As `after`, by browsers whose connection broke' },
        statuses: [200, 501],
        result: ANSWERS.changes,
        resultTypes: ['text/event-stream', 'application/json'],
      },
      handle: (request, { after, format, limit, wait }) => {
        const asked = { after, etypes: etypesOf(request.query) };
        if (format === 'events') return stream(kit, request, asked);
        const countMax = limit === 0 ? changesPageMax : limit;
        return page(kit, request, { ...asked, countMax, waitMs: wait * 1_000 });
      },
    }),
  ];
}

interface Asked {
  readonly after: string | undefined;
  readonly etypes: readonly string[] | undefined;
}

function stream(kit: RouteKit, request: HttpRequest, asked: Asked): HttpAnswer {
  const { feeds } = kit;
  if (feeds === undefined) return failed(406, 'Events are streamed over HTTP: add format=json');
  const leave = feeds.enter();
  if (leave === undefined)
    return failed(503, 'Too many streams of changes are open', {
      code: 'FEEDS_FULL',
      retryAfterMs: kit.settings.limits.retryAfterMs,
    });
  let reading: ChangeReading | HttpAnswer | undefined;
  try {
    reading = begun(kit, request, { ...asked, signal: feeds.ending });
    if (isAnswer(reading)) return reading;
  } finally {
    if (reading === undefined || isAnswer(reading)) leave();
  }
  return {
    status: 200,
    body: new EventStream(reading, kit.settings.limits, leave),
    contentType: 'text/event-stream',
    // A proxy that gathers a stream, or keeps a copy, would hold back what has just changed.
    headers: { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
  };
}

async function page(
  kit: RouteKit,
  request: HttpRequest,
  asked: Asked & { readonly countMax: number; readonly waitMs: number },
): Promise<HttpAnswer> {
  const { countMax, waitMs } = asked;
  const enough = new AbortController();
  const end = (): void => enough.abort();
  const reading = begun(kit, request, { ...asked, signal: enough.signal });
  if (isAnswer(reading)) return reading;
  const ending = kit.feeds?.ending;
  let timer: NodeJS.Timeout | undefined;
  ending?.addEventListener('abort', end, { once: true });
  if (ending?.aborted) end();
  try {
    const items = [...(await reading.take(countMax))];
    if (items.length === 0 && waitMs > 0) {
      timer = setTimeout(end, waitMs);
      const first = await reading.next();
      if (first.done !== true) items.push(first.value, ...(await reading.take(countMax - 1)));
    }
    return ok({ changes: items.map(printedChange), cursor: reading.cursor });
  } finally {
    clearTimeout(timer);
    ending?.removeEventListener('abort', end);
    await reading.return?.();
  }
}

/** A reading, or what is wrong with the wish for it. The header is newer than the address it came with. */
function begun(
  { platform }: RouteKit,
  request: HttpRequest,
  { after, etypes, signal }: Asked & { readonly signal: AbortSignal },
): ChangeReading | HttpAnswer {
  const unknown = etypes?.filter((etype) => !platform.model.entities.has(etype)) ?? [];
  if (unknown.length > 0)
    return refused(unknown.map((etype) => unknownEntity(['query', 'etypes'], etype)));
  const last = headerOf(request, LAST_EVENT_HEADER);
  const isLast = last !== undefined && last !== '';
  const from = isLast ? last : after;
  try {
    return platform.changes({
      signal,
      ...(from === undefined || from === '' ? {} : { after: from }),
      ...(etypes === undefined ? {} : { etypes }),
    });
  } catch (error) {
    if (hasCode(error, 'CHANGES_NOT_KEPT'))
      return failed(501, 'No changes are kept here', { code: 'CHANGES_NOT_KEPT' });
    if (!hasCode(error, 'CHANGE_CURSOR_INVALID')) throw error;
    const loc = isLast ? ['header', LAST_EVENT_HEADER] : ['query', 'after'];
    return refused([
      { loc, msg: `Value error, ${error.message}`, type: 'value_error', input: from },
    ]);
  }
}

/** Names with commas between, the parameter repeated, or both; undefined: all. */
function etypesOf({ etypes }: QueryTexts): readonly string[] | undefined {
  const names = [etypes ?? []].flat().flatMap((given) => given.split(','));
  const asked = names.filter((name) => name !== '');
  return asked.length === 0 ? undefined : asked;
}
