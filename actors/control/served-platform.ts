/**
 * A platform as its surfaces see it: which control actions its configuration allows, whether it is well, and the rest as
 * it is. What DP³ would answer from snapshots and background jobs is empty until there are some.
 * Runs on: main.
 */
import type { Platform } from '../platform-surface.js';
import type { ControlAction, ControlOutcome, PlatformPort, StateNotice } from './platform-port.js';

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
    changes: (options) => platform.changes(options),
    deadLetters: (options) => deadLetters.list(options),
    replayDeadLetters: (ids) => deadLetters.replay(ids),
    dropDeadLetters: (ids) => deadLetters.drop(ids),
    erase: (etype, eid) => platform.erasures.ask(etype, eid),
    erasures: () => platform.erasures.list(),
    metadata: async () => [],
    stats: () => platform.stats(),
    readiness: () => ({
      isReady: !platform.isStopping,
      faults: platform.isStopping ? ['the platform is stopping'] : [],
      notices: [
        ...platform.notices,
        ...platform.restingThreads.map(restNotice),
        ...(platform.isDiskFull ? [FULL] : []),
      ],
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
  if (action.name === 'replace_module_code') {
    await platform.control.replaceModuleCode();
    return 'sent';
  }
  if (!platform.model.entities.has(action.etype)) return 'unknown';
  // Answered when it is stored: a million entities take longer than a request may.
  await platform.control.refreshOnEntityCreation(action.etype);
  return 'sent';
}

const FULL: StateNotice = {
  kind: 'disk-full',
  text: 'the disk takes nothing: what is new is refused, and what is stored waits until there is room',
};

function restNotice(thread: number): StateNotice {
  const text = `thread ${thread} has died too often: its partitions wait until it is tried again`;
  return { kind: 'resting', text };
}
