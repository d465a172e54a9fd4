/**
 * Counters of every hook, cheap enough to be always on: a few additions to a plain object a call. As a report they have
 * DP³'s path names, so reports of several threads are added key by key.
 * Runs on: any.
 *
 *   on_new_plain/geo.onIp/(host,ip)/duration_ns
 *   family       callback  context  metric          each part URL-escaped, but for . _ - ( ) , [ ]
 */
import type { HookType } from './hook.js';

/** The counters of one hook in one thread, since its registration. */
export interface HookCounters {
  executions: number;
  /** Runs that threw, overran their time, or returned something the model does not take. */
  failures: number;
  /** Time from the call to the result, waits included. */
  durationNs: number;
  createdTasks: number;
  allowed: number;
  denied: number;
}

/** Counter path -> count. */
export type HookReport = Readonly<Record<string, number>>;

/** What a report needs to know of a hook. */
export interface CountedHook {
  readonly type: HookType;
  /** `module.callback`. */
  readonly name: string;
  readonly etype: string | undefined;
  readonly attr: string | undefined;
  readonly counters: HookCounters;
}

export function createHookCounters(): HookCounters {
  return { executions: 0, failures: 0, durationNs: 0, createdTasks: 0, allowed: 0, denied: 0 };
}

/** The counters of these hooks by path. Allow hooks report decisions, all others tasks. */
export function hookReport(hooks: Iterable<CountedHook>): HookReport {
  const report: Record<string, number> = {};
  for (const hook of hooks) {
    const { counters } = hook;
    const path = hookPath(hook);
    report[`${path}/executions`] = counters.executions;
    report[`${path}/failures`] = counters.failures;
    report[`${path}/duration_ns`] = Math.round(counters.durationNs);
    if (hook.type === 'allow_entity_creation') {
      report[`${path}/decisions_allowed`] = counters.allowed;
      report[`${path}/decisions_denied`] = counters.denied;
    } else {
      report[`${path}/created_tasks`] = counters.createdTasks;
    }
  }
  return report;
}

/** Reports of several threads as one: counts of the same path are added. */
export function mergeHookReports(reports: Iterable<HookReport>): HookReport {
  const merged: Record<string, number> = {};
  for (const report of reports) {
    for (const [path, count] of Object.entries(report)) merged[path] = (merged[path] ?? 0) + count;
  }
  return merged;
}

/** The path of a hook's counters, without the metric. */
export function hookPath(hook: Omit<CountedHook, 'counters'>): string {
  const context = [hook.etype, hook.attr].filter((part) => part !== undefined).join(',');
  return [hook.type, hook.name, `(${context})`].map(escapePart).join('/');
}

/** As URLs are escaped, but for `,[]()` and with the few characters more that JavaScript leaves alone. */
function escapePart(part: string): string {
  return encodeURIComponent(part)
    .replace(/%(2C|5B|5D)/g, (escaped) => decodeURIComponent(escaped))
    .replace(/[!'*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
