/**
 * Whether this process lives, whether requests are worth sending to it, and how it does.
 * Runs on: main.
 */
import { ok, type Route, retryAfter, route } from '../route.js';
import { ANSWERS } from '../route-schemas.js';
import type { RouteKit } from './route-kit.js';

export function healthRoutes(kit: RouteKit): Route[] {
  const { platform, metrics } = kit;
  return [
    route({
      method: 'GET',
      path: '/',
      access: 'open',
      summary: 'The greeting by which clients of DP³ find its API',
      handle: () => ok({ detail: 'It works!' }),
    }),
    route({
      method: 'GET',
      path: '/livez',
      access: 'open',
      summary: 'The process lives and its main thread turns',
      notes: { result: ANSWERS.status },
      handle: () => ok({ status: 'alive' }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      access: 'open',
      summary:
        'Requests are taken, `degraded` when something configured was passed over, a thread rests or the disk is full; 503 with the reasons while they are not',
      notes: { statuses: [200, 503], result: ANSWERS.readiness },
      handle: () => {
        const { isReady, faults, notices } = platform.readiness();
        const isDegraded = notices.some(({ kind }) => kind !== 'servers');
        const status = !isReady ? 'unready' : isDegraded ? 'degraded' : 'ready';
        const answer = ok({ status, faults, notices });
        if (isReady) return answer;
        return { ...answer, status: 503, headers: retryAfter(kit.settings.limits.retryAfterMs) };
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      access: 'read',
      summary: 'Metrics in the text format of Prometheus',
      notes: { resultTypes: ['text/plain'] },
      handle: async () => ({
        status: 200,
        body: await metrics.text(),
        contentType: metrics.contentType,
      }),
    }),
  ];
}
