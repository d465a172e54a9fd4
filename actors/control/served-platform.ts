/**
 * A platform as its surfaces see it: which control actions its configuration allows, whether it is well, and the rest as
 * it is. What DP³ would answer from snapshots and background jobs is empty until there are some.
 * Runs on: main.
 */
import { hasCode } from '../../core/index.js';
import type { Platform } from '../platform-surface.js';
import type { ControlAction, ControlOutcome, PlatformPort } from './platform-port.js';

/** The port of a platform. */
export function servedPlatform(platform: Platform): PlatformPort {
  const { model, partitions, reader, modules, deadLetters } = platform;
  return {
    model,
    partitions,
    reader,
    modules,
    ingest: (bytes, options) => platform.ingest(bytes, options),
    submit: (tasks, options) => platform.submit(tasks, options),
    applied: (positions, options) => platform.applied(positions, options),
    control: (action) => act(platform, action),
    deadLetters: (options) => deadLetters.list(options),
    replayDeadLetters: (ids) => deadLetters.replay(ids),
    dropDeadLetters: (ids) => deadLetters.drop(ids),
    metadata: async () => [],
    stats: () => platform.stats(),
    readiness: () => ({
      isReady: !platform.isStopping,
      faults: platform.isStopping ? ['the platform is stopping'] : [],
      notices: platform.notices,
    }),
  };
}

async function act(platform: Platform, action: ControlAction): Promise<ControlOutcome> {
  if (action.name === 'make_snapshots') return 'missing';
  const allowed = platform.folder?.control.allowedActions;
  if (allowed !== undefined && !allowed.includes(action.name)) return 'forbidden';
  if (action.name === 'refresh_module_config') {
    if (!platform.modules.includes(action.module)) return 'unknown';
    await platform.control.refreshModuleConfig(action.module);
    return 'sent';
  }
  if (!platform.model.entities.has(action.etype)) return 'unknown';
  const refreshed = platform.control.refreshOnEntityCreation(action.etype);
  // Answered when it has begun, as DP³ does: a million entities take longer than a request may.
  refreshed.catch((error: unknown) => {
    if (hasCode(error, 'PLATFORM_STOPPED')) return;
    platform.logger.error('refreshing entities failed', { etype: action.etype, error });
  });
  return 'sent';
}
