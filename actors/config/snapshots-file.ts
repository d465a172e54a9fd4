/**
 * snapshots.yml: when snapshots are made, and of what.
 * Runs on: main.
 */
import { flag, or } from '../../stores/internal.js';
import { type FileNotes, readSettings } from './config-shape.js';
import { type CronObject, cronObject } from './cron-object.js';

/** What snapshots.yml says. */
export interface SnapshotsConfig {
  /** Any schedule: DP³'s own limit to one field of text is lifted. */
  readonly creationRate: CronObject;
  /** Entities that are linked to but hold nothing get snapshots too. */
  readonly keepEmpty: boolean;
}

const HALF_HOURLY: CronObject = { minute: '*/30', timezone: 'UTC' };
const settings = { creation_rate: or(cronObject(), HALF_HOURLY), keep_empty: or(flag(), true) };

/** The settings of the parsed file; undefined gives those of an absent one: every half hour, the empty ones too. */
export function readSnapshotsFile(input: unknown, notes: FileNotes): SnapshotsConfig {
  const read = readSettings(input, settings, [], notes);
  return { creationRate: read.creation_rate, keepEmpty: read.keep_empty };
}
