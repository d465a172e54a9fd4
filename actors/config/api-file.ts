/**
 * api.yml: who may call from a browser, and the files that data-points are written to as they come.
 * Runs on: main.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { leaf, listOf, mapping, or, type Shape, text } from '../../stores/internal.js';
import { type FileNotes, readSettings } from './config-shape.js';

/** What api.yml says. */
export interface ApiConfig {
  /** Origins that browsers may call from; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** File for data-points that were taken, and for those that were not; undefined is none. */
  readonly goodLog: string | undefined;
  readonly badLog: string | undefined;
}

const ANY_ORIGIN = ['*'];
const NO_LOGS = { good_log: false, bad_log: false } as const;

const logFile: Shape<string | false> = or(
  leaf('false or the path of a file in a folder that exists', (input) => {
    if (input === false) return false;
    if (typeof input !== 'string' || input === '' || input.includes('\0')) return undefined;
    return existsSync(dirname(resolve(input))) ? input : undefined;
  }),
  false,
);

const settings = {
  cors: or(mapping({ allow_origins: or(listOf(text()), ANY_ORIGIN) }), {
    allow_origins: ANY_ORIGIN,
  }),
  datapoint_logger: or(mapping({ good_log: logFile, bad_log: logFile }), NO_LOGS),
};

/** The settings of the parsed file; undefined gives those of an absent one: any origin, no logs. */
export function readApiFile(input: unknown, notes: FileNotes): ApiConfig {
  const { cors, datapoint_logger: logs } = readSettings(input, settings, [], notes);
  return {
    corsOrigins: cors.allow_origins,
    goodLog: logs.good_log === false ? undefined : logs.good_log,
    badLog: logs.bad_log === false ? undefined : logs.bad_log,
  };
}
