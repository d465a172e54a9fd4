/**
 * A process is killed at random instants while its threads append, apply and derive: what it had acknowledged is there
 * once, what follows from it is there once, and nothing else is.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../core/random.js';
import { EntityStore } from '../../../stores/entity-store.js';
import { decodeEntry } from '../../../stores/entry-codec.js';
import { EntryLog } from '../../../stores/entry-log.js';
import { type Folder, openFolder } from '../../../stores/folder.js';
import { fsck } from '../../../stores/fsck.js';
import { LANES } from '../../../stores/lane.js';
import { TemporaryTree } from '../../support/temporary-tree.js';
import { DERIVED, PARTITIONS, SOURCE } from './killed-writer-model.js';

const KILLS = 40;
/** Writing goes on at most so long before the kill. */
const LIFE_MS_MAX = 150;
const START_MS_MAX = 30_000;
const PROGRAM = fileURLToPath(new URL('./killed-writer-program.js', import.meta.url));

const tree = new TemporaryTree();
after(() => tree.remove());

test(`after ${KILLS} kills every acknowledged task and what was derived from it is there exactly once`, async () => {
  const dir = tree.path('data');
  const seed = Date.now() >>> 0;
  const random = seededRandom(seed);
  const acknowledged = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = start(dir, `run ${kill}`);
    await writer.line;
    await pause(random.next() * LIFE_MS_MAX);
    await end(writer.process);
    for (const eid of writer.said) acknowledged.add(eid);
    await inspect(dir, (folder) => assertThere(folder, writer.said, `seed ${seed}, kill ${kill}`));
  }
  const finisher = start(dir, 'finish');
  await once(finisher.process, 'exit');
  assert.deepEqual(finisher.said, ['idle']);
  await inspect(dir, (folder) => assertExactlyOnce(folder, acknowledged));
});

interface Running {
  readonly process: ChildProcess;
  /** Complete lines so far. */
  readonly said: string[];
  /** Resolves with the first one; rejects when the process ends before. */
  readonly line: Promise<unknown>;
}

function start(dir: string, run: string): Running {
  const child = spawn(process.execPath, [PROGRAM, dir, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: START_MS_MAX,
    killSignal: 'SIGKILL',
  });
  const said: string[] = [];
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop()!;
    said.push(...lines);
  });
  const line = new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', (code, signal) => reject(new Error(`it ended: ${code ?? signal}`)));
  });
  line.catch(() => {});
  return { process: child, said, line };
}

/** Kills it and waits until all it had said was read. */
async function end(child: ChildProcess): Promise<void> {
  assert.equal(child.exitCode ?? child.signalCode, null, 'the process ended by itself');
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

async function inspect(dir: string, look: (folder: Folder) => void): Promise<void> {
  const folder = await openFolder(dir, { durability: 'os' });
  try {
    const { findings } = await fsck(folder);
    assert.deepEqual(findings, []);
    look(folder);
  } finally {
    await folder.close();
  }
}

function assertThere(folder: Folder, said: readonly string[], when: string): void {
  const stored = new Set(eidsInLog(folder));
  const missing = said.filter((eid) => !stored.has(eid));
  assert.deepEqual(missing, [], `${when}: acknowledged, and not there`);
}

function assertExactlyOnce(folder: Folder, acknowledged: ReadonlySet<string>): void {
  const eids = eidsInLog(folder);
  assert.equal(new Set(eids).size, eids.length, 'an entry is in the log twice');
  assert.ok(acknowledged.size > 0);
  const entities = new EntityStore(folder.environments);
  assert.deepEqual(
    [entities.count(SOURCE), entities.count(DERIVED)],
    [eids.length, eids.length],
    'not one effect and one derived entity for each task',
  );
  for (const etype of [SOURCE, DERIVED])
    for (const { eid, record } of entities.list(etype, PARTITIONS, { countMax: eids.length }))
      assert.equal(record().revision, 1, `${eid} was changed twice`);
}

/** The entities of all external tasks, in all logs. */
function eidsInLog(folder: Folder): (string | number)[] {
  const log = new EntryLog(folder.environments);
  const eids: (string | number)[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const rows = log.read(partition, LANES.external, 1, { countMax: Number.POSITIVE_INFINITY });
    for (const { bytes } of rows) eids.push(...decodeEntry(bytes).tasks.map(({ eid }) => eid));
  }
  return eids;
}
