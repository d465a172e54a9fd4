/**
 * garbage_collector.yml: when ends of lifetimes are looked for.
 * Runs on: main.
 */
import { or } from '../../stores/internal.js';
import { type FileNotes, readSettings } from './config-shape.js';
import { type CronObject, cronObject } from './cron-object.js';

/** What garbage_collector.yml says. */
export interface GarbageCollectorConfig {
  readonly collectionRate: CronObject;
}

const DAILY: CronObject = { hour: 3, minute: 0, second: 0, timezone: 'UTC' };
const settings = { collection_rate: or(cronObject(), DAILY) };

/** The settings of the parsed file; undefined gives those of an absent one: daily at 3. */
export function readGarbageCollectorFile(input: unknown, notes: FileNotes): GarbageCollectorConfig {
  return { collectionRate: readSettings(input, settings, [], notes).collection_rate };
}
