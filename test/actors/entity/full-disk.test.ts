/** A disk that becomes full under a running platform, and has room again: what is told, what waits, what is logged. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDiskFull } from '../../../actors/entity/disk-watch.js';
import { type Logger, silentLogger } from '../../../core/index.js';
import { EntityStage, hit } from '../../support/entity-stage.js';
import { eventually } from '../../support/eventually.js';
import { ServedPlatform } from '../../support/served-platform.js';
import { smallDisksIn } from '../../support/small-disk.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const LIMITS = { diskRetryMs: 1, diskRetryMsMax: 20, diskQuietMs: 100 };

const tree = new TemporaryTree();
const smallDisk = smallDisksIn(tree);

interface Ready {
  readonly status: string;
  readonly notices: readonly { readonly kind: string; readonly text: string }[];
}

test('a disk is full from its first refusal until there is room and a while without another', () => {
  const full = (refusedAt: number, hasRoom: boolean, now: number): boolean =>
    isDiskFull({ refusedAt, hasRoom }, now, 100);
  assert.equal(full(0, false, 5_000), false);
  assert.equal(full(5_000, true, 5_000), true);
  assert.equal(full(5_000, true, 5_099), true);
  assert.equal(full(5_000, true, 5_100), false);
  assert.equal(full(5_000, false, 50_000), true);
});

test('a full disk is told by the 503, by readyz, by the metrics, and once in the log; then it takes again', async () => {
  const disk = smallDisk('told');
  // Who may not mount has the rules above, and the tests of the stores.
  if (!disk.isMounted) return;
  const lines: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (text) => void lines.push(text) };
  const config = { data: disk.path('data'), limits: LIMITS, logger };
  const served = await ServedPlatform.start({}, config);
  const post = (name: string, path = '/datapoints', headers = {}) =>
    served.post(path, [{ type: 'host', id: name, attr: 'name', v: name }], headers);
  try {
    assert.equal((await post('before')).status, 200);
    disk.fill();
    for (const [path, headers] of [
      ['/datapoints', {}],
      ['/datapoints?partial=true', {}],
      ['/datapoints', { 'idempotency-key': 'one' }],
    ] as const) {
      const { status, json, headers: got } = await post('full', path, headers);
      const text = { detail: 'The disk takes nothing: it is full', code: 'STORE_FULL' };
      assert.deepEqual([status, json], [503, { ...text, stored: 'none' }], path);
      assert.match(got.get('retry-after') ?? '', /^\d+$/);
    }
    const { status, notices } = (await served.get('/readyz')).json as Ready;
    assert.deepEqual([status, notices.map(({ kind }) => kind)], ['degraded', ['disk-full']]);
    assert.match((await served.get('/metrics')).text, /^troupe_disk_full 1$/m);
    // Far more often than its partitions have looked for room.
    for (let asked = 0; asked < 100; asked++) await post(`full ${asked}`);
    assert.equal(served.platform.isDiskFull, true);

    disk.clear();
    await eventually('the disk to take again', async () => (await post('after')).status === 200);
    await eventually('it to be ready', async () => {
      return ((await served.get('/readyz')).json as Ready).status === 'ready';
    });
    await served.write([{ type: 'host', id: 'after', attr: 'name', v: 'after' }]);
    assert.match((await served.get('/metrics')).text, /^troupe_disk_full 0$/m);
    assert.equal((await served.get('/v2/entity/host/record?eid=full')).status, 404);
    const [first, ...rest] = lines;
    assert.match(first ?? '', /^the disk takes nothing/);
    assert.deepEqual(rest, ['the disk takes again']);
  } finally {
    await served.stop();
  }
});

test('tasks that a full disk stopped are applied when there is room, without a failure of an actor', async () => {
  const disk = smallDisk('waits');
  if (!disk.isMounted) return;
  const flag = tree.path('held');
  writeFileSync(flag, '');
  const stage = await EntityStage.open({
    dir: disk.path('data'),
    partitions: 4,
    hooks: ['whileFile'],
    limits: LIMITS,
  });
  let failures = 0;
  stage.system.events.on('actorFailed', () => failures++);
  try {
    const { engine } = stage;
    const { positions } = await engine.ingest([hit(flag, 1)]);
    const applied = engine.applied(positions);
    disk.fill();
    rmSync(flag);
    await eventually('the commit to be refused', () => engine.isDiskFull);
    disk.clear();
    await applied;
    assert.deepEqual(stage.values('host', flag), [1]);
    const { partitionRestarts } = await engine.stats();
    assert.ok(partitionRestarts > 0, 'the partition to have begun anew');
    assert.equal(failures, 0);
  } finally {
    await stage.close();
  }
});
