/**
 * Dead letters: tasks that could not be done, to be looked at, taken into the log again, or forgotten.
 * Runs on: main.
 */
import type { PlatformPort } from '../platform-port.js';
import { count, flag, type QueryTexts, text } from '../query-spec.js';
import { type HttpAnswer, type HttpRequest, ok, type Route, refused, route } from '../route.js';
import { ANSWERS } from '../route-schemas.js';
import { type RouteKit, readRoute } from './route-kit.js';

const WHICH = { id: text, all: flag };

export function deadLetterRoutes(kit: RouteKit): Route[] {
  const { platform } = kit;
  const max = kit.settings.limits.deadLettersMax;
  return [
    readRoute(kit, {
      path: '/dead-letters',
      summary: 'Dead letters with their reasons, oldest first, those behind the id `after`',
      query: { after: text, limit: count(20, max) },
      notes: { result: ANSWERS.letters },
      handle: async (_, { after, limit }) => {
        const countMax = limit === 0 ? max : limit;
        const letters = await platform.deadLetters(
          after === undefined ? { countMax } : { countMax, after },
        );
        return ok({ count: letters.length, data: letters });
      },
    }),
    route({
      method: 'POST',
      path: '/dead-letters/replay',
      access: 'write',
      summary: 'Take dead letters into the log again: id, repeatable, or all',
      query: WHICH,
      notes: { result: ANSWERS.replayed },
      handle: async (request, { all }) => {
        const which = whichOf(request, all);
        if ('status' in which) return which;
        const ids = which.ids ?? (await everyId(platform, max));
        return ok({
          replayed: await inSlices(ids, max, (some) => platform.replayDeadLetters(some)),
        });
      },
    }),
    route({
      method: 'DELETE',
      path: '/dead-letters',
      access: 'write',
      summary: 'Forget dead letters: id, repeatable, or all',
      query: WHICH,
      notes: { result: ANSWERS.dropped },
      handle: async (request, { all }) => {
        const which = whichOf(request, all);
        if ('status' in which) return which;
        const ids = which.ids ?? (await everyId(platform, max));
        return ok({ dropped: await inSlices(ids, max, (some) => platform.dropDeadLetters(some)) });
      },
    }),
  ];
}

/** The ids that are named, undefined for all. Nothing named is a mistake, not all: what is dropped is gone. */
function whichOf(
  request: HttpRequest,
  isAll: boolean,
): { readonly ids: readonly string[] | undefined } | HttpAnswer {
  const ids = idsOf(request.query);
  if (isAll === (ids.length === 0)) return { ids: isAll ? undefined : ids };
  const msg = 'Value error, expected ids of dead letters or all=true';
  return refused([{ loc: ['query', 'id'], msg, type: 'value_error', input: ids }]);
}

function idsOf(query: QueryTexts): readonly string[] {
  const given = query.id;
  return typeof given === 'string' ? [given] : (given ?? []);
}

/** All there are now. A letter that is replayed and dies again is a new one, and not among them. */
async function everyId(platform: PlatformPort, countMax: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const some = await platform.deadLetters(
      after === undefined ? { countMax } : { countMax, after },
    );
    ids.push(...some.map((letter) => letter.id));
    // A page may be short because its letters are large.
    if (some.length === 0) return ids;
  }
}

/** At least one slice: who cannot do the work says so also where there is none. */
async function inSlices(
  ids: readonly string[],
  size: number,
  work: (some: readonly string[]) => Promise<number>,
): Promise<number> {
  let done = 0;
  let from = 0;
  do {
    done += await work(ids.slice(from, from + size));
    from += size;
  } while (from < ids.length);
  return done;
}
