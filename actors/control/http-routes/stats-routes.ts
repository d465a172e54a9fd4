/**
 * The accounts of the platform as one JSON value: what /metrics says in the words of Prometheus.
 * Runs on: main.
 */
import { ok, type Route } from '../route.js';
import { ANSWERS } from '../route-schemas.js';
import { type RouteKit, readRoute } from './route-kit.js';

export function statsRoutes(kit: RouteKit): Route[] {
  return [
    readRoute(kit, {
      path: '/telemetry/stats',
      summary: 'Counts since the platform started, and how things stand',
      notes: { result: ANSWERS.object },
      handle: async () => ok(await kit.platform.stats()),
    }),
  ];
}
