/**
 * updater.yml: how stored entities are visited again.
 * Runs on: main.
 */
import { integer, or } from '../../stores/internal.js';
import { durationMs, type FileNotes, readSettings } from './config-shape.js';
import { type CronObject, cronObject } from './cron-object.js';

/** What updater.yml says. */
export interface UpdaterConfig {
  readonly batchSchedule: CronObject;
  /** From one batch to the next; the schedule must say the same. */
  readonly batchPeriodMs: number;
  readonly cacheSchedule: CronObject;
  readonly cacheEntriesMax: number;
}

const settings = {
  update_batch_cron: or(cronObject(), { minute: '*/5', timezone: 'UTC' } as CronObject),
  update_batch_period: or(durationMs(1), 5 * 60_000),
  cache_management_cron: or(cronObject(), {
    hour: 2,
    minute: 0,
    second: 0,
    timezone: 'UTC',
  } as CronObject),
  cache_max_entries: or(integer(0), 32),
};

/** The settings of the parsed file; undefined gives those of an absent one: a batch every five minutes. */
export function readUpdaterFile(input: unknown, notes: FileNotes): UpdaterConfig {
  const read = readSettings(input, settings, [], notes);
  return {
    batchSchedule: read.update_batch_cron,
    batchPeriodMs: read.update_batch_period,
    cacheSchedule: read.cache_management_cron,
    cacheEntriesMax: read.cache_max_entries,
  };
}
