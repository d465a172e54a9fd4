/**
 * telemetry.yml: when sizes of attributes are counted.
 * Runs on: main.
 */
import { or } from '../../stores/internal.js';
import { type FileNotes, readSettings } from './config-shape.js';
import { type CronObject, cronObject } from './cron-object.js';

/** What telemetry.yml says. */
export interface TelemetryConfig {
  readonly attributeSizeSchedule: CronObject;
}

const DAILY: CronObject = { hour: 3, minute: 15, timezone: 'UTC' };
const settings = { attribute_bson_size_schedule: or(cronObject(), DAILY) };

/** The settings of the parsed file; undefined gives those of an absent one: daily at a quarter past 3. */
export function readTelemetryFile(input: unknown, notes: FileNotes): TelemetryConfig {
  const read = readSettings(input, settings, [], notes);
  return { attributeSizeSchedule: read.attribute_bson_size_schedule };
}
