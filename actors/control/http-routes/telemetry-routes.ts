/**
 * Telemetry as DP³ gives it, as far as it needs no snapshot and no broker.
 * Runs on: main.
 */
import { printTime } from '../../../stores/internal.js';
import { count, instant, oneOf, text } from '../query-spec.js';
import { failed, type HttpAnswer, ok, type Route } from '../route.js';
import { ANSWERS } from '../route-schemas.js';
import { type RouteKit, readRoute, tooLong } from './route-kit.js';
import { noSnapshots } from './snapshot-routes.js';

const UNIT_MS = { minutes: 60_000, seconds: 1_000 } as const;

export function telemetryRoutes(kit: RouteKit): Route[] {
  const { platform, settings } = kit;
  return [
    readRoute(kit, {
      path: '/telemetry/sources_validity',
      summary: 'Per source, until when its data-points reach',
      notes: { result: ANSWERS.instants },
      handle: async () => bySource(kit, await platform.reader.sources(), printTime),
    }),
    readRoute(kit, {
      path: '/telemetry/sources_age',
      summary: 'Per source, how long ago that was',
      query: { unit: oneOf(['minutes', 'seconds'], 'minutes') },
      notes: { result: ANSWERS.counts },
      handle: async (_, { unit }) => {
        const now = settings.wallNow();
        const age = (until: number): number => Math.floor((now - until) / UNIT_MS[unit]);
        return bySource(kit, await platform.reader.sources(), age);
      },
    }),
    readRoute(kit, {
      path: '/telemetry/entities_per_attr',
      summary: 'Per entity type and attribute, how many entities have a value or a history of it',
      notes: { result: ANSWERS.countsByType },
      handle: async () => {
        const counts = await platform.reader.entitiesPerAttribute();
        return counts === undefined ? tooLong(kit) : ok(counts);
      },
    }),
    readRoute(kit, {
      path: '/telemetry/metadata',
      summary: 'What background jobs noted of their runs',
      notes: { result: ANSWERS.objects },
      query: {
        module: text,
        date_from: instant,
        date_to: instant,
        skip: count(0),
        limit: count(0),
        sort: oneOf(['newest', 'oldest'], 'newest'),
      },
      handle: async (_, { module, date_from: from, date_to: to, skip, limit, sort }) =>
        ok(await platform.metadata({ module, from, to, skip, limit, sort })),
    }),
    ...['attribute_bson_sizes', 'snapshot_summary'].map((name) =>
      readRoute(kit, {
        path: `/telemetry/${name}`,
        summary: 'Needs snapshots',
        notes: { statuses: [501] },
        handle: () => noSnapshots(),
      }),
    ),
    readRoute(kit, {
      path: '/telemetry/rabbitmq/queues',
      summary: 'There is no broker: see /metrics',
      notes: { statuses: [501] },
      handle: () =>
        failed(501, 'There is no broker; queues are series of /metrics', {
          code: 'BROKER_MISSING',
        }),
    }),
  ];
}

function bySource<T>(
  kit: RouteKit,
  sources: ReadonlyMap<string, number> | undefined,
  print: (until: number) => T,
): HttpAnswer {
  if (sources === undefined) return tooLong(kit);
  // fromEntries sets own members whatever their name; an assignment would lose `__proto__`.
  return ok(Object.fromEntries([...sources].map(([name, until]) => [name, print(until)])));
}
