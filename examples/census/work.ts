/**
 * What the platform did in a run, of all it counts. Pure.
 * Runs on: any.
 */
import type { PlatformStats } from '../../actors/index.js';

/** Plain data. */
export interface Work {
  readonly tasksApplied: number;
  readonly tasksDerived: number;
  readonly entitiesCreated: number;
  readonly entitiesDeleted: number;
  readonly deadLetters: number;
  readonly hooks: readonly HookWork[];
}

export interface HookWork {
  /** `module.hook (entity type, attribute)`. */
  readonly hook: string;
  readonly calls: number;
  readonly tasks: number;
  readonly failures: number;
  readonly tookMs: number;
}

/** Hooks that were called, in the order of their names. */
export function workOf({ engine, hooks }: PlatformStats): Work {
  const { tasksApplied, tasksDerived, entitiesCreated, entitiesDeleted, deadLetters } = engine;
  const names = Object.keys(hooks)
    .filter((path) => path.endsWith('/executions'))
    .map((path) => path.slice(0, path.lastIndexOf('/')));
  const called = names.map((name): HookWork => {
    const count = (metric: string): number => hooks[`${name}/${metric}`] ?? 0;
    return {
      hook: decodeURIComponent(name.split('/').slice(1).join(' ')),
      calls: count('executions'),
      tasks: count('created_tasks'),
      failures: count('failures'),
      tookMs: count('duration_ns') / 1e6,
    };
  });
  return {
    tasksApplied,
    tasksDerived,
    entitiesCreated,
    entitiesDeleted,
    deadLetters,
    hooks: called.filter(({ calls }) => calls > 0).sort((a, b) => (a.hook < b.hook ? -1 : 1)),
  };
}
