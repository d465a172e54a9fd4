/** The census on a disk that is full: it gives up in a sentence, with an exit code of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlatform } from '../../actors/index.js';
import { silentLogger } from '../../core/index.js';
import { ENTITIES, file } from '../../examples/census/entities.js';
import { Sender } from '../../examples/census/sender.js';
import { eventually } from '../support/eventually.js';
import { runProgram } from '../support/program.js';
import { smallDisksIn } from '../support/small-disk.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const tree = new TemporaryTree();
const smallDisk = smallDisksIn(tree);

test('a sender waits for a full disk so long and no longer, and goes on when there is room in time', async () => {
  const disk = smallDisk('sender');
  // Who may not mount has no disk to fill.
  if (!disk.isMounted) return;
  const platform = await createPlatform({
    data: disk.path('data'),
    entities: [...ENTITIES],
    threads: 1,
    partitions: 4,
    durability: 'os',
    logger: silentLogger,
    limits: { retryAfterMs: 1, diskRetryMs: 1, diskQuietMs: 100 },
  });
  const points = (id: string) => [file.point({ id, attr: 'bytes', v: 1 })];
  try {
    disk.fill();
    const impatient = new Sender(platform, 'impatient', 20);
    await assert.rejects(impatient.send(points('a')), {
      code: 'STORE_FULL',
      message: /^expected room on the disk of .*data, got none for \d+ s$/,
    });
    const patient = new Sender(platform, 'patient', 600_000);
    const sending = patient.send(points('b'));
    await eventually('it to have been told to wait', () => patient.sent.waits > 0);
    disk.clear();
    await sending;
    await patient.settled(60_000);
    assert.equal(patient.sent.points, 1);
  } finally {
    await platform.stop();
  }
});

test('the command ends with 3 and one sentence', async () => {
  const disk = smallDisk('command');
  if (!disk.isMounted) return;
  tree.write('folder/a.md', '# a');
  disk.fill();
  const words = [tree.path('folder'), '--data', disk.path('data'), '--threads', '1'];
  const { code, stdout, stderr } = await runProgram('examples/census/main.ts', words);
  assert.deepEqual({ code, stdout }, { code: 3, stdout: '' }, stderr);
  assert.match(stderr, /^census: data folder .* expected room [^\n]*\n$/);
});
