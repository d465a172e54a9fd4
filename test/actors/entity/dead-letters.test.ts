/**
 * Tasks that could not be done: what a letter says, replaying and dropping. On real threads, over a real folder.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fsck, type Task } from '../../../stores/internal.js';
import { EntityStage, hit, type StageOptions } from '../../support/entity-stage.js';
import { storeLetter } from '../../support/stored-letter.js';

let stage: EntityStage;
const open = async (options: StageOptions = {}): Promise<EntityStage> => {
  stage = await EntityStage.open(options);
  return stage;
};

it('tasks that derive too deep are letters, with their chain to read and the task to replay', async () => {
  await open({ hooks: ['ping', 'pong'], limits: { derivedDepthMax: 2 } });
  await stage.post([hit('a', 1)]);
  await stage.engine.idle();
  const letters = await stage.engine.deadLetters();
  assert.equal(letters.length, 4);
  const [letter] = letters;
  assert.equal(letter?.reason, 'depth');
  assert.deepEqual(
    letter?.chain.map(({ origin }) => (origin.by === 'hook' ? origin.hook : origin.by)),
    ['pong', 'ping', 'api'],
  );
  const users = stage.values('user', 'a').length;
  assert.equal(await stage.engine.replayDeadLetters([letter!.id, letter!.id]), 1);
  assert.equal(await stage.engine.replayDeadLetters([letter!.id]), 0);
  await stage.engine.idle();
  assert.ok(stage.values('user', 'a').length > users);
  const rest = (await stage.engine.deadLetters()).map(({ id }) => id);
  assert.ok(!rest.includes(letter!.id));
  const dropped = await Promise.all([1, 2, 3].map(() => stage.engine.dropDeadLetters(rest)));
  assert.equal(
    dropped.reduce((sum, count) => sum + count, 0),
    rest.length,
  );
  assert.deepEqual(await stage.engine.deadLetters(), []);
  await stage.close();
});

it('a letter of a type that the model no longer has stays where it is when it is replayed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'troupe-letters-'));
  try {
    await open({ dir, hooks: ['ping', 'pong'], limits: { derivedDepthMax: 2 } });
    await stage.post([hit('a', 1)]);
    await stage.engine.idle();
    const before = (await stage.engine.deadLetters()).map(({ id }) => id);
    assert.ok(before.length > 0);
    assert.equal((await stage.engine.stats()).deadLetters, before.length);
    await stage.close();
    await open({ dir, without: ['host', 'user'] });
    const { deadLetters, deadLettersStored } = await stage.engine.stats();
    assert.deepEqual([deadLetters, deadLettersStored], [0, before.length]);
    assert.equal(await stage.engine.replayDeadLetters(before), 0);
    const after = (await stage.engine.deadLetters()).map(({ id }) => id);
    assert.deepEqual(after, before);
    await stage.engine.dropDeadLetters(after);
    assert.equal((await stage.engine.stats()).deadLettersStored, 0);
    await stage.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

it('piecework says how far it had come, and goes on from there when it is replayed', async () => {
  await open({ partitions: 1, hooks: ['create'] });
  const ids = ['a', 'b', 'c', 'd'];
  const peerOf = (eid: string) => ({ type: 'host', id: eid, attr: 'peer', v: { eid: 'hub' } });
  await stage.post([hit('hub', 1), ...ids.map(peerOf)]);
  await stage.engine.idle();
  const host = stage.numbers.etypeNo('host');
  const after = { etype: host, attr: stage.numbers.attrNo('host', 'peer'), eid: 'b' };
  const letters: readonly Task[] = [
    { etype: host, eid: '', points: [], piecework: { work: 'sweep', after: 'b' } },
    {
      ...{ etype: host, eid: 'hub', points: [] },
      piecework: { work: 'unlink', incarnation: 1, after },
    },
  ];
  for (const task of letters) {
    const id = await storeLetter(stage, task);
    const [letter] = await stage.engine.deadLetters();
    assert.deepEqual(letter?.task, { eid: task.eid, points: [], piecework: task.piecework });
    assert.equal(await stage.engine.replayDeadLetters([id]), 1);
    await stage.engine.idle();
    assert.deepEqual(await stage.engine.deadLetters(), []);
  }
  const labels = ids.map((eid) => stage.label('host', eid));
  assert.deepEqual(labels, ['created', 'created', 'refreshed', 'refreshed']);
  assert.deepEqual(stage.linksInto('host', 'hub'), ['a', 'b']);
  assert.deepEqual((await fsck(stage.folder)).findings, []);
  await stage.close();
});
