/**
 * A disk that becomes full, a folder that may not be written, one that another process has: each a code, and no harm.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openFolder } from '../../../stores/folder.js';
import { TemporaryTree } from '../../support/temporary-tree.js';
import type { FullDiskReport } from './full-disk-program.js';

const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const FULL_DISK = program('./full-disk-program.js');
const OPENING = program('./opening-program.js');
const PROGRAM_MS_MAX = 60_000;
const DISK_BYTES = 4 * 1024 * 1024;
const NOBODY = 65_534;

const tree = new TemporaryTree();
const mounts: string[] = [];
after(() => {
  for (const mount of mounts) spawnSync('umount', [mount]);
  tree.remove();
});

interface FullDisk {
  readonly report: FullDiskReport;
  readonly stderr: string;
}

function assertFull(report: FullDiskReport): void {
  assert.deepEqual(report, {
    appends: ['STORE_FULL', 'STORE_FULL'],
    commits: ['STORE_FULL', 'STORE_FULL'],
    isLogWhole: true,
    isStateWhole: true,
    findings: [],
  });
}

test('a full disk refuses appends and commits by code, keeps what was acknowledged, and goes on when there is room', async () => {
  const disk = tree.path('disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk]);
  // Who may not mount has the test below, which is the same but for the room that comes back.
  const isMounted = mounted.status === 0;
  if (isMounted) mounts.push(disk);
  const words = [join(disk, 'data'), isMounted ? join(disk, 'filler') : '-'];
  const { report, stderr } = await (isMounted
    ? fullDisk([FULL_DISK, ...words])
    : limited(words[0]!));
  assertFull(report);
  // What lmdb says of each write that fails: it was asked for none.
  if (isMounted) assert.doesNotMatch(stderr, /Write error/);
});

test('a limit on the size of files is a full disk', async () => {
  assertFull((await limited(tree.path('limited'))).report);
});

async function limited(dir: string): Promise<FullDisk> {
  const blocks = DISK_BYTES / 1_024;
  const script = `ulimit -f ${blocks}; exec "$0" "$@"`;
  return fullDisk(['-c', script, process.execPath, FULL_DISK, dir, '-'], 'bash');
}

async function fullDisk(words: string[], command = process.execPath): Promise<FullDisk> {
  const outcome = await promisify(execFile)(command, words, { timeout: PROGRAM_MS_MAX });
  return { report: JSON.parse(outcome.stdout) as FullDiskReport, stderr: outcome.stderr };
}

test('a folder that may not be written is refused by code, to write and to read', async () => {
  chmodSync(tree.root, 0o755);
  const dir = tree.path('read-only');
  await (await openFolder(dir, { partitions: 1 })).close();
  chmodSync(dir, 0o555);
  for (const name of ['log', 'state']) chmodSync(join(dir, name), 0o555);
  const { size } = statSync(join(dir, 'state', 'data.mdb'));
  const outcome = await openInProcess(dir, 'nobody');
  assert.equal(outcome, 'FOLDER_UNFIT');
  assert.equal(statSync(join(dir, 'state', 'data.mdb')).size, size);
  assert.equal(await openInProcess(tree.path('read-only/new'), 'nobody'), 'FOLDER_UNFIT');
});

test('a folder that another process has open is in use, until that process is gone', async () => {
  const dir = tree.path('in-use');
  const folder = await openFolder(dir, { partitions: 1 });
  assert.equal(await openInProcess(dir), 'FOLDER_IN_USE');
  await folder.close();
  assert.equal(await openInProcess(dir), 'opened');
});

/** What opening comes to in a process of its own, as a user who may not write if there is one to be. */
async function openInProcess(dir: string, as?: 'nobody'): Promise<string> {
  const isRoot = process.getuid?.() === 0;
  const user = as === 'nobody' && isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const options = { timeout: PROGRAM_MS_MAX, ...user };
  const { stdout } = await promisify(execFile)(process.execPath, [OPENING, dir], options);
  return stdout.trim();
}
