/**
 * history_manager.yml: when equal neighbours are merged, and when and what is dropped or archived.
 * Runs on: main.
 */
import { mapping, or, orNull, text } from '../../stores/internal.js';
import { durationMs, type FileNotes, readSettings } from './config-shape.js';
import { type CronObject, cronObject } from './cron-object.js';

/** What history_manager.yml says. */
export interface HistoryManagerConfig {
  readonly aggregationSchedule: CronObject;
  readonly cleaningSchedule: CronObject;
  readonly snapshotCleaning: { readonly schedule: CronObject; readonly olderThanMs: number };
  readonly archivation: {
    readonly schedule: CronObject;
    readonly olderThanMs: number;
    /** Undefined: what is old is dropped, not archived. */
    readonly dir: string | undefined;
  };
}

const WEEK_MS = 7 * 24 * 3_600_000;
const at = (fields: Omit<CronObject, 'timezone'>): CronObject => ({ ...fields, timezone: 'UTC' });

const settings = {
  aggregation_schedule: or(cronObject(), at({ minute: '*/10' })),
  datapoint_cleaning_schedule: or(cronObject(), at({ minute: '*/30' })),
  snapshot_cleaning: or(mapping({ schedule: cronObject(), older_than: durationMs() }), {
    schedule: at({ minute: '15,45' }),
    older_than: WEEK_MS,
  }),
  datapoint_archivation: or(
    mapping({ schedule: cronObject(), older_than: durationMs(), archive_dir: orNull(text()) }),
    { schedule: at({ hour: 2, minute: 0 }), older_than: WEEK_MS, archive_dir: null },
  ),
};

/** Taken and without meaning: DP³ has given it up as well. */
const GIVEN_UP = ['mark_datapoints_schedule'];

/** The settings of the parsed file; undefined gives those of an absent one, DP³'s example. */
export function readHistoryManagerFile(input: unknown, notes: FileNotes): HistoryManagerConfig {
  const read = readSettings(input, settings, GIVEN_UP, notes);
  const { schedule, older_than, archive_dir } = read.datapoint_archivation;
  return {
    aggregationSchedule: read.aggregation_schedule,
    cleaningSchedule: read.datapoint_cleaning_schedule,
    snapshotCleaning: {
      schedule: read.snapshot_cleaning.schedule,
      olderThanMs: read.snapshot_cleaning.older_than,
    },
    archivation: { schedule, olderThanMs: older_than, dir: archive_dir ?? undefined },
  };
}
