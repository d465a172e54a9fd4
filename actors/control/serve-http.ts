/**
 * The HTTP API of a platform that a program has started. The server library is loaded with the first call: a program that
 * never calls it loads none.
 * Runs on: main.
 */
import type { Platform } from '../platform-surface.js';
import type { HttpOptions } from './http-options.js';
import type { HttpServer } from './http-server.js';

export type { HttpOptions, HttpServer };

/**
 * Listens. What the configuration folder's api.yml says holds where `options` say nothing. Rejects CONFIG_INVALID,
 * POINT_LOG_UNFIT, or what listening rejects with (EADDRINUSE …). Stop it before the platform.
 */
export async function serveHttp(
  platform: Platform,
  options: HttpOptions = {},
): Promise<HttpServer> {
  const [{ startHttpServer }, { servedPlatform }] = await Promise.all([
    import('./http-server.js'),
    import('./served-platform.js'),
  ]);
  const { corsOrigins, goodLog, badLog } = platform.folder?.api ?? {};
  return startHttpServer(servedPlatform(platform), {
    logger: platform.logger,
    ...(corsOrigins === undefined ? {} : { allowOrigins: corsOrigins }),
    ...(goodLog === undefined ? {} : { goodFile: goodLog }),
    ...(badLog === undefined ? {} : { badFile: badLog }),
    ...options,
  });
}
