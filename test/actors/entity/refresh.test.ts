/**
 * Creation hooks run again for all entities of a type: asked for once, done once for each, whatever dies meanwhile.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { TaskLog } from '../../../actors/entity/logged-task.js';
import { EntryLog, fsck } from '../../../stores/internal.js';
import { EntityStage, hit } from '../../support/entity-stage.js';
import { HUB, killInTheMiddle, linking, SPOKES, STAGES } from '../../support/piecework.js';

/** Created, then changed by what its hook derived. */
const REVISION = 2;
const KILLS = 3;
const FOLDERS_MAX = 20;

/** Every task that was made of it says that it follows from what was asked. */
function assertExplained(stage: EntityStage): void {
  const log = new TaskLog(new EntryLog(stage.folder.environments));
  const partitions = [...Array(stage.folder.partitions).keys()];
  const logged = partitions.flatMap((partition) => log.backward(partition)).flatMap((l) => [...l]);
  const refreshed = logged.filter(({ task }) => task.refresh === true);
  assert.equal(refreshed.length, SPOKES.length + 1);
  for (const { partition, entry } of refreshed) {
    const cause = log.task(partition, entry.cause!.seq);
    assert.deepEqual(cause?.task.piecework, { work: 'begin-sweep' });
  }
}

/** The hook ran again for each, once, and the folder is in order. */
async function assertRefreshed(stage: EntityStage, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    assert.equal(stage.label('host', host), 'refreshed', host);
    assert.equal(stage.record('host', host)?.revision, REVISION + 1, `${host} once`);
  }
  assert.deepEqual((await fsck(stage.folder)).findings, []);
}

describe('the refresh of all entities of a type', () => {
  it('runs the creation hooks of each again, and of no other type', async () => {
    const stage = await EntityStage.open(STAGES.refresh);
    after(() => stage.close());
    await stage.post([...SPOKES.map(linking), hit('somebody', 1, 'user'), hit(7, 1, 'cell')]);
    await stage.engine.idle();
    assert.equal(await stage.engine.refresh('host'), SPOKES.length);
    await stage.engine.idle();
    await assertRefreshed(stage, SPOKES);
    assert.equal(await stage.engine.refresh('cell'), 1);
    await stage.engine.idle();
    assert.equal(stage.record('cell', 7)?.revision, 1);
    assert.equal(stage.record('user', 'somebody')?.revision, 1);
    assert.deepEqual(await stage.engine.deadLetters(), []);
    assertExplained(stage);
  });

  it('of two that are asked for together, both are done', async () => {
    const stage = await EntityStage.open(STAGES.refresh);
    after(() => stage.close());
    await stage.post(SPOKES.map(linking));
    await stage.engine.idle();
    await Promise.all([stage.engine.refresh('host'), stage.engine.refresh('host')]);
    await stage.engine.idle();
    for (const spoke of SPOKES) assert.equal(stage.record('host', spoke)?.revision, REVISION + 2);
  });

  it('is done to the end after SIGKILL once it has been answered, and for nobody twice', async () => {
    // A kill that comes too late, on a machine that is busy, finds all done: then once more.
    for (let kills = 0, folders = 0; kills < KILLS; folders++) {
      assert.ok(folders < FOLDERS_MAX, `${kills} kills in the middle`);
      const dir = mkdtempSync(join(tmpdir(), 'troupe-refresh-'));
      after(() => rmSync(dir, { recursive: true, force: true }));
      kills += await killInTheMiddle(dir, 'refresh');
      const stage = await EntityStage.open({ ...STAGES.refresh, dir });
      after(() => stage.close());
      await stage.engine.idle();
      await assertRefreshed(stage, [HUB, ...SPOKES]);
    }
  });
});
