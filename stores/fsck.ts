/**
 * Checks a data folder: can everything that is stored be read, and does what is stored twice agree. Reads only; one
 * partition at a time from one view, so that a platform goes on meanwhile.
 *
 *   folder          environment files whole                                      file
 *   log             rows on end from the first to the tail, decodable            log
 *   cursors         decodable, in order, not beyond the log's end                cursor
 *   records         decodable, in the partition their id belongs to              record, place
 *   counts          as many as there are records                                 count
 *   history         chunks within what their record says of them                 history
 *   links           value -> row under its target, and back (when all is quiet)  link
 *   outbox, marks   numbers that their source has given                          outbox, mark
 *   dead letters    decodable, of tasks that were stored, of types that are known   dead letter
 *   requests        by key and by age the same                                   request
 *   changes         decodable, in order, not beyond the cursor, in their place   change
 *
 * Runs on: main.
 */

import { join } from 'node:path';
import { ENVIRONMENT_FOLDERS } from './environment.js';
import { checkEnvironmentFile } from './environment-file.js';
import { readEraseLedger } from './erase-ledger.js';
import { type Folder, openFolder } from './folder.js';
import { checkChanges } from './fsck-changes.js';
import { checkDeadLetters } from './fsck-dead-letters.js';
import { checkEntities } from './fsck-entities.js';
import { checkLinks, isQuiet } from './fsck-links.js';
import { checkLog, checkMarks, checkRequests } from './fsck-log.js';
import { Findings, type FsckScope } from './fsck-scope.js';
import { ModelNumbers } from './model-numbers.js';
import { modelOf } from './schema/build-model.js';

/** One thing that is not as it should be. */
export interface Finding {
  /** What it is about; see the head of this file. */
  readonly kind: string;
  /** What and where, as a sentence. */
  readonly text: string;
}

export interface FsckReport {
  /** Empty when all is in order; at most STORE_LIMITS.findingsMax. */
  readonly findings: readonly Finding[];
  /** Findings beyond those. */
  readonly findingsMore: number;
  /** What was looked at, and how much of it: entries, records, chunks, links, … */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Checks an open folder, or the one at that path, which is opened for reading and closed again. Rejects as openFolder does;
 * what is wrong inside is in the report.
 */
export async function fsck(target: string | Folder): Promise<FsckReport> {
  if (typeof target !== 'string') return checkFolder(target);
  const damage = damageOf(target);
  if (damage !== undefined) return damage;
  const folder = await openFolder(target, { isReadOnly: true });
  try {
    return await checkFolder(folder);
  } finally {
    await folder.close();
  }
}

/** What is wrong with the files themselves: then nothing in them is looked at. Only of a folder that nobody writes. */
function damageOf(dir: string): FsckReport | undefined {
  const findings = new Findings();
  for (const name of Object.values(ENVIRONMENT_FOLDERS))
    findings.read('file', name, () =>
      checkEnvironmentFile(dir, join(dir, name, 'data.mdb'), 'thorough'),
    );
  const report = findings.report();
  return report.findings.length === 0 ? undefined : report;
}

async function checkFolder(folder: Folder): Promise<FsckReport> {
  const findings = new Findings();
  const model = modelOf(folder.storedSpecs);
  const { environments, partitions } = folder;
  const numbers = ModelNumbers.of(folder.numbers, model);
  const scope: FsckScope = { environments, partitions, numbers, findings };
  findings.read('erasure', 'what is being erased', () => countErasures(scope));
  for (let partition = 0; partition < partitions; partition++) {
    findings.read('file', `partition ${partition}`, () => checkPartition(scope, partition));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return findings.report();
}

/** One that is not done is no fault: it goes on while a platform runs. */
function countErasures({ environments, findings }: FsckScope): void {
  const { asked, accepted } = readEraseLedger(environments.state);
  for (const _one of [...asked, ...accepted]) findings.count('erasures not done');
}

function checkPartition(scope: FsckScope, partition: number): void {
  const { environments, findings } = scope;
  // The state's view first: then the log is never behind it.
  environments.state.refresh();
  environments.log.refresh();
  checkLog(scope, partition);
  checkDeadLetters(scope, partition);
  checkEntities(scope, partition);
  if (isQuiet(scope)) checkLinks(scope, partition);
  else findings.count('partitions whose links were not checked, as there is work left');
  checkRequests(scope, partition);
  checkChanges(scope, partition);
  // The other way round: what a target has taken its source must have given.
  environments.state.refresh();
  checkMarks(scope, partition);
}
