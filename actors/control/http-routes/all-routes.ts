/**
 * Every route of the HTTP surface but the document of them.
 * Runs on: main.
 */
import type { Route } from '../route.js';
import { changeRoutes } from './change-routes.js';
import { controlRoutes } from './control-routes.js';
import { deadLetterRoutes } from './dead-letter-routes.js';
import { entityRoutes } from './entity-routes.js';
import { eraseRoutes } from './erase-routes.js';
import { healthRoutes } from './health-routes.js';
import { ingestRoutes } from './ingest-routes.js';
import { listRoutes } from './list-routes.js';
import type { RouteKit } from './route-kit.js';
import { statsRoutes } from './stats-routes.js';
import { telemetryRoutes } from './telemetry-routes.js';

/** Of two paths that both fit, the one with fewer names in it is taken, whatever the order here. */
export function httpRoutes(kit: RouteKit): Route[] {
  return [
    ...healthRoutes(kit),
    ...ingestRoutes(kit),
    ...listRoutes(kit),
    ...entityRoutes(kit),
    ...changeRoutes(kit),
    ...controlRoutes(kit),
    ...eraseRoutes(kit),
    ...telemetryRoutes(kit),
    ...statsRoutes(kit),
    ...deadLetterRoutes(kit),
  ];
}
