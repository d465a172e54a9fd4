/**
 * A process whose disk becomes full. Says as JSON what its writes came to, and what was there when there was room again.
 *
 *   argument 1: the data folder   argument 2: a file to fill the disk with, removed in the middle; `-`: there is a limit
 * Runs on: main, as a program.
 */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { Committer } from '../../../stores/committer.js';
import { encodeEntry } from '../../../stores/entry-codec.js';
import { EntryLog } from '../../../stores/entry-log.js';
import { type Folder, openFolder } from '../../../stores/folder.js';
import { fsck } from '../../../stores/fsck.js';
import { LANES } from '../../../stores/lane.js';

export interface FullDiskReport {
  /** Codes of the first rejected append, and of one right after. */
  readonly appends: readonly string[];
  /** Codes of the first rejected commit, and of one of the same state right after. */
  readonly commits: readonly string[];
  /** Whether what was acknowledged before, and nothing that was not, was there afterwards. */
  readonly isLogWhole: boolean;
  readonly isStateWhole: boolean;
  readonly findings: readonly unknown[];
}

const ENTRY_BYTES = 50_000;
const [dir = '', filler = '-'] = process.argv.slice(2);
const folder = await openFolder(dir, { partitions: 1 });
const log = new EntryLog(folder.environments);
const committer = new Committer(folder.environments);
if (filler !== '-') fillDisk(filler);

const acknowledged: number[] = [];
const appends = [await failedAppend(), await failedAppend()];
const state = committer.open(0);
let notes = 0;
const commits = [await failedCommit(), await failedCommit()];
if (filler !== '-') rmSync(filler);
const after = await lookAgain(folder);
const report: FullDiskReport = { appends, commits, ...after };
process.stdout.write(JSON.stringify(report), () => process.exit(0));

function append() {
  const task = { etype: 0, eid: 'x'.repeat(700), points: [] };
  const tasks = Array.from({ length: Math.ceil(ENTRY_BYTES / 700) }, () => task);
  const origin = { by: 'api' } as const;
  const head = { receivedAt: 1, schema: 1, origin, cause: undefined, depth: 0, budget: 0 };
  const bytes = encodeEntry({ ...head, tasks });
  return log.append({ partition: 0, lane: LANES.external, bytes, tasks: tasks.length });
}

/** Appends until one is rejected; its code. */
async function failedAppend(): Promise<string> {
  for (;;) {
    const { number, flushed } = append();
    try {
      await flushed;
      acknowledged.push(number);
    } catch (error) {
      return (error as { code: string }).code;
    }
  }
}

async function failedCommit(): Promise<string> {
  for (;;) {
    state.setNote(`note ${notes}`, Buffer.alloc(ENTRY_BYTES, 1));
    try {
      await state.commit();
      notes++;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }
}

/** What is stored, and whether both take more when there is room. */
async function lookAgain({ environments }: Folder) {
  environments.refresh();
  const hasRoom = filler !== '-';
  if (hasRoom) {
    const { number, flushed } = append();
    await flushed;
    acknowledged.push(number);
    const again = committer.open(0);
    again.setNote(`note ${notes}`, Buffer.alloc(ENTRY_BYTES, 1));
    await again.commit();
    notes++;
  }
  const rows = log.read(0, LANES.external, 1, { countMax: Number.POSITIVE_INFINITY });
  const numbers = new Set(rows.map(({ number }) => number));
  const fresh = committer.open(0);
  const stored = Array.from({ length: notes }, (_, i) => fresh.note(`note ${i}`)?.length);
  return {
    isLogWhole: acknowledged.every((number) => numbers.has(number)),
    isStateWhole: stored.every((length) => length === ENTRY_BYTES),
    findings: (await fsck(folder)).findings,
  };
}

/** Writes a file until nothing fits any more, and a little less. */
function fillDisk(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(16_384));
  } catch {
    // Full, as was meant.
  } finally {
    closeSync(file);
  }
}
