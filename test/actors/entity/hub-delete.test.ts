/**
 * Deleting an entity to which many link: in pieces, each a commit of its own, exactly once whatever dies meanwhile, and
 * without touching what was linked to its successor.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { TaskLog } from '../../../actors/entity/logged-task.js';
import { EntryLog, fsck, partitionOf } from '../../../stores/internal.js';
import { EntityStage } from '../../support/entity-stage.js';
import { HUB, killInTheMiddle, linking, PIECE, SPOKES, STAGES } from '../../support/piecework.js';
import { until } from '../../support/until.js';

const KILLS = 3;
const FOLDERS_MAX = 20;

/** In the order of keys behind all that linked before: the delete comes by them last. */
const LATE: readonly string[] = Array.from({ length: 20 }, (_, i) => `successor${i}`);

function seeing(id: string): object {
  return { type: 'host', id, attr: 'users', v: { eid: HUB }, t1: '2026-11-01T00:00:00Z' };
}

async function fill(stage: EntityStage): Promise<void> {
  await stage.post([{ type: 'host', id: HUB, attr: 'label', v: 'first' }, ...SPOKES.map(linking)]);
  await stage.engine.idle();
  assert.equal(stage.linksInto('host', HUB).length, SPOKES.length);
}

/** Resolves when the delete itself is applied, and the clock has moved on since. */
async function deleteHub(stage: EntityStage, etype = 'host'): Promise<void> {
  const before = Date.now();
  await stage.engine.submit([{ etype, eid: HUB, delete: true }], { isAwaited: true });
  await until(() => Date.now() > before + 1, 'the clock to move on');
}

function peerOf(stage: EntityStage, eid: string): unknown {
  return stage.record('host', eid)?.plain.get(stage.numbers.attrNo('host', 'peer'))?.v;
}

/** Nobody of the old ones links to the hub, each was told so once, and the folder is in order. */
async function assertGone(stage: EntityStage, spokes: readonly string[]): Promise<void> {
  for (const spoke of spokes) {
    assert.equal(peerOf(stage, spoke), undefined, spoke);
    assert.equal(stage.record('host', spoke)?.revision, 2, `${spoke} was changed once`);
  }
  assert.deepEqual((await fsck(stage.folder)).findings, []);
}

/** How many tasks went on with the delete; each says that it follows from that. */
function piecesOf(stage: EntityStage): number {
  const log = new TaskLog(new EntryLog(stage.folder.environments));
  const partition = partitionOf('host', HUB, stage.folder.partitions);
  const logged = log.backward(partition).flatMap((lane) => [...lane]);
  const pieces = logged.filter(({ task }) => task.piecework?.work === 'unlink');
  for (const { entry } of pieces)
    assert.equal(log.task(partition, entry.cause!.seq)?.task.isDelete, true);
  return pieces.length;
}

describe('the delete of an entity to which many link', () => {
  it('takes the links out in pieces', async () => {
    const stage = await EntityStage.open(STAGES.delete);
    after(() => stage.close());
    await fill(stage);
    await deleteHub(stage);
    await stage.engine.idle();
    assert.deepEqual(stage.linksInto('host', HUB), []);
    await assertGone(stage, SPOKES);
    assert.ok(piecesOf(stage) >= SPOKES.length / PIECE - 1, `${piecesOf(stage)} pieces`);
  });

  it('leaves alone what is linked to the entity that comes after it, also by who linked before', async () => {
    const stage = await EntityStage.open(STAGES.delete);
    after(() => stage.close());
    await fill(stage);
    await deleteHub(stage);
    const faithful = SPOKES.slice(-20);
    const again = [...faithful, ...LATE];
    await stage.post([
      { type: 'host', id: HUB, attr: 'label', v: 'second' },
      ...again.map(linking),
    ]);
    await stage.engine.idle();
    assert.equal(stage.label('host', HUB), 'second');
    assert.equal(stage.record('host', HUB)?.incarnation, 2);
    assert.deepEqual(stage.linksInto('host', HUB), [...again].sort());
    for (const spoke of again) assert.deepEqual(peerOf(stage, spoke), { eid: HUB });
    await assertGone(stage, SPOKES.slice(0, -20));
    await deleteHub(stage);
    await stage.engine.idle();
    assert.deepEqual(stage.linksInto('host', HUB), []);
    for (const spoke of again) assert.equal(peerOf(stage, spoke), undefined);
  });

  it('leaves alone what was observed to link to it since', async () => {
    const stage = await EntityStage.open(STAGES.delete);
    after(() => stage.close());
    await stage.post([{ type: 'user', id: HUB, attr: 'label', v: 'first' }, ...SPOKES.map(seeing)]);
    await stage.engine.idle();
    await deleteHub(stage, 'user');
    await stage.post(LATE.map(seeing));
    await stage.engine.idle();
    assert.deepEqual(stage.linksInto('user', HUB), [...LATE].sort());
    for (const host of LATE) assert.deepEqual(stage.values('host', host, 'users'), [{ eid: HUB }]);
    for (const host of SPOKES) assert.deepEqual(stage.values('host', host, 'users'), []);
    assert.deepEqual((await fsck(stage.folder)).findings, []);
  });

  it('goes on where it was after SIGKILL, again and again, and does nothing twice', async () => {
    // A kill that comes too late, on a machine that is busy, finds all done: then once more.
    for (let kills = 0, folders = 0; kills < KILLS; folders++) {
      assert.ok(folders < FOLDERS_MAX, `${kills} kills in the middle`);
      const dir = mkdtempSync(join(tmpdir(), 'troupe-hub-'));
      after(() => rmSync(dir, { recursive: true, force: true }));
      kills += await killInTheMiddle(dir, 'delete');
      const stage = await EntityStage.open({ ...STAGES.delete, dir });
      after(() => stage.close());
      await stage.engine.idle();
      assert.deepEqual(stage.linksInto('host', HUB), []);
      await assertGone(stage, SPOKES);
    }
  });
});
