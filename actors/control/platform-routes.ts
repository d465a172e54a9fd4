/**
 * The routes of the HTTP API over a platform, without a server.
 * Runs on: main.
 */
import { silentLogger } from '../../core/index.js';
import type { Platform } from '../platform-surface.js';
import { httpSettings } from './http-options.js';
import { httpRoutes } from './http-routes/all-routes.js';
import { Metrics } from './metrics.js';
import type { PlatformPort } from './platform-port.js';
import { PointLog } from './point-log.js';
import { RouteTable } from './route-table.js';
import { servedPlatform } from './served-platform.js';

/** Who may ask has been decided before: routes answer whoever asks here. */
export function routesOf(platform: Platform): RouteTable {
  return tableOf(servedPlatform(platform));
}

/** The same over what a surface asks for. */
export function tableOf(platform: PlatformPort): RouteTable {
  const settings = httpSettings({});
  const pointLog = new PointLog({ goodFile: undefined, badFile: undefined, logger: silentLogger });
  return new RouteTable(
    httpRoutes({ platform, settings, metrics: new Metrics(platform), pointLog }),
  );
}
