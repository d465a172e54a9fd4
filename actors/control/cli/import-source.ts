/**
 * Which of the two kinds an imported file is, by its name, and how its lines are read.
 *
 *     dp-log-….jsonl  dp-log-….jsonl.gz      a DP³ archive: data-points
 *     host#master.json  host#master.json.gz  mongoexport of a master collection: documents of entities of type `host`
 * Runs on: any.
 */
import { basename } from 'node:path';
import { CodedError } from '../../../core/index.js';
import { readArchiveLine } from './archive-line.js';
import type { ImportedLine } from './imported-line.js';
import { readMasterDocument } from './master-document.js';

/** A file to import. */
export interface ImportSource {
  readonly file: string;
  read(line: unknown): ImportedLine;
}

/**
 * With `etype` every file is taken for the master collection of that type. Throws CONFIG_INVALID for a name that does not
 * say what is in it.
 */
export function importSource(file: string, etype: string | undefined): ImportSource {
  const name = basename(file).replace(/\.gz$/, '');
  const [, named] = /^(.+)#master\.jsonl?$/.exec(name) ?? [];
  const type = etype ?? named;
  if (type !== undefined) return { file, read: (line) => readMasterDocument(type, line) };
  if (name.endsWith('.jsonl')) return { file, read: readArchiveLine };
  const text = `expected NAME.jsonl, TYPE#master.json or --type TYPE, any with .gz, got ${file}`;
  throw new CodedError('CONFIG_INVALID', text);
}
