/**
 * A folder with an erasure that is done and one that is not is closed compacted, and the process is killed over it: wherever
 * that was, the folder is whole, the erasure goes on and ends, and a compaction that ends leaves no byte of either.
 * Runs on: main, with processes of its own.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fsck, openFolder, readEraseLedger, writeEraseLedger } from '../../../stores/internal.js';
import { EntityStage, hit } from '../../support/entity-stage.js';
import { rowsWith } from '../../support/raw-rows.js';

const CHILD = fileURLToPath(new URL('../../support/compact-crash-child.js', import.meta.url));
const CHILD_MS_MAX = 60_000;
const STAGE = { threads: 1, partitions: 4 };
const ERASED = 'marker-of-a-person';
const ASKED = 'marker-of-another';
const OTHERS = 20;
const HITS = 30;
const NAMES = ['log', 'state'] as const;
/** More steps than a compaction has. */
const STEPS_MAX = 60;
/** The last step before lmdb copies, and how long after it. */
const COPIES = { step: 4, afterMs: [0, 1, 3, 10] };

const root = mkdtempSync(join(tmpdir(), 'troupe-compact-'));
const filled = join(root, 'filled');
before(fill);
after(() => rmSync(root, { recursive: true, force: true }));

async function fill(): Promise<void> {
  const stage = await EntityStage.open({ ...STAGE, dir: filled });
  for (let round = 0; round < HITS; round++) {
    const others = Array.from({ length: OTHERS }, (_, n) => hit(`h${n}`, round));
    const both = [ERASED, ASKED].flatMap((id) => [
      hit(id, round),
      { type: 'host', id: `h${round % OTHERS}`, attr: 'peer', v: { eid: id } },
    ]);
    await stage.post([...others, ...both]);
  }
  await stage.engine.idle({ deadlineMs: 60_000 });
  await stage.engine.erased(await stage.engine.erase('host', ERASED));
  await stage.close();
  await ask(stage.numbers.etypeNo('host'));
  assert.ok(NAMES.some((name) => holds(filled, name, ERASED)));
}

/** As one that was asked for when its process ended. */
async function ask(etype: number): Promise<void> {
  const folder = await openFolder(filled);
  const { state } = folder.environments;
  const ledger = readEraseLedger(state);
  const one = { id: ledger.next, etype, name: 'host', eid: ASKED, askedAt: 1 };
  await writeEraseLedger(state, { ...ledger, next: ledger.next + 1, asked: [one] });
  await folder.close();
}

function holds(dir: string, name: (typeof NAMES)[number], marker: string): boolean {
  return readFileSync(join(dir, name, 'data.mdb')).includes(marker);
}

/** True when it was killed; false when it has come to its end. */
async function killedAt(dir: string, words: readonly string[]): Promise<boolean> {
  cpSync(filled, dir, { recursive: true });
  const child = spawn(process.execPath, [CHILD, dir, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const late = setTimeout(() => child.kill('SIGTERM'), CHILD_MS_MAX);
  const [code, signal] = await new Promise<unknown[]>((resolve) =>
    child.once('close', (...how) => resolve(how)),
  );
  clearTimeout(late);
  assert.ok(code === 0 || signal === 'SIGKILL', `expected an end or a kill, got ${code ?? signal}`);
  return code !== 0;
}

/** Nothing is lost; what is being erased goes, and a compaction leaves nothing of it. */
async function assertGoesOn(dir: string): Promise<void> {
  const stage = await EntityStage.open({ ...STAGE, dir });
  for (const name of NAMES) assert.ok(!existsSync(join(dir, name, 'compact')), name);
  assert.deepEqual((await fsck(stage.folder)).findings, []);
  const erasures = stage.engine.erasures();
  assert.equal(erasures.length, 2);
  for (const { id } of erasures) assert.equal((await stage.engine.erased(id))?.state, 'done');
  await stage.engine.idle({ deadlineMs: 60_000 });
  for (const marker of [ERASED, ASKED]) assert.deepEqual(rowsWith(stage.folder, marker), []);
  const expected = Array.from({ length: HITS }, (_, round) => round);
  for (let n = 0; n < OTHERS; n++) assert.deepEqual(stage.values('host', `h${n}`), expected);
  assert.deepEqual((await fsck(stage.folder)).findings, []);
  await stage.engine.stop({ deadlineMs: 60_000 });
  await stage.system.stop();
  await stage.folder.closeCompacted();
  for (const name of NAMES)
    for (const marker of [ERASED, ASKED]) assert.ok(!holds(dir, name, marker), `${marker} ${name}`);
  assert.deepEqual((await fsck(dir)).findings, []);
}

test('killed before any step of a compaction, a folder is whole and its erasures go on', async () => {
  let step = 1;
  for (; step < STEPS_MAX; step++) {
    const dir = join(root, `step-${step}`);
    const wasKilled = await killedAt(dir, [String(step)]);
    await assertGoesOn(dir);
    if (!wasKilled) break;
  }
  assert.ok(step > 12 && step < STEPS_MAX, `killed before ${step - 1} steps`);
});

test('the same while the files are copied', async () => {
  for (const ms of COPIES.afterMs) {
    const dir = join(root, `copy-${ms}`);
    await killedAt(dir, [String(COPIES.step), String(ms)]);
    await assertGoesOn(dir);
  }
});
