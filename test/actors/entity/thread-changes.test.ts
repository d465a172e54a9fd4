/**
 * Threads under partitions that are replaced on purpose, or rest after too many deaths: what was acknowledged has its effect
 * once, and no task is blamed.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { partitionOf } from '../../../stores/internal.js';
import { EntityStage, hit } from '../../support/entity-stage.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { until } from '../../support/until.js';

const PARTITIONS = 4;
const IDS = Array.from({ length: 16 }, (_, n) => `h${n}`);

let stage: EntityStage;
afterEach(() => stage.close());

/** Stores a hit, repeating it under its key as long as it takes. */
async function insist(eid: string, v: number): Promise<void> {
  const options = { idempotencyKey: `${eid} ${v}` };
  const isStored = async (): Promise<boolean> =>
    (await stage.engine.ingest([hit(eid, v)], options)).status === 200;
  await until(isStored, `hit ${v} of ${eid} to be stored`);
}

test('what is posted while threads are replaced has its effect once, and is derived from once', async () => {
  stage = await EntityStage.open({ hooks: ['deriveLater'], partitions: PARTITIONS });
  let isOver = false;
  let posted = 0;
  const posting = (async () => {
    for (; !isOver; posted++) await insist(IDS[posted % IDS.length]!, posted);
  })();
  for (let round = 1; round <= 3; round++) {
    const before = posted;
    await until(() => posted > before + 10, 'requests between two rounds');
    for (const { outcome } of await stage.system.replaceThreads({ deadlineMs: 60_000 }))
      assert.equal(outcome, 'finished');
  }
  isOver = true;
  await posting;
  await stage.engine.idle({ deadlineMs: 60_000 });
  const sorted = (values: unknown[]): unknown[] =>
    [...values].sort((a, b) => Number(a) - Number(b));
  for (const [at, eid] of IDS.entries()) {
    const sent = Array.from({ length: posted }, (_, n) => n).filter((n) => n % IDS.length === at);
    assert.deepEqual(sorted(stage.values('host', eid)), sent, eid);
    assert.deepEqual(sorted(stage.values('user', `u-${eid}`)), sent, `u-${eid}`);
  }
  assert.deepEqual(await stage.engine.deadLetters(), []);
  const { threadsRenewed, threadDeaths } = await stage.engine.stats();
  assert.deepEqual({ threadsRenewed, threadDeaths }, { threadsRenewed: 6, threadDeaths: 0 });
});

test('a hook that keeps its thread is not blamed when the thread is ended for another reason', async () => {
  const system = { handlerOverrunMs: Number.POSITIVE_INFINITY };
  stage = await EntityStage.open({ hooks: ['spin'], partitions: 1, threads: 1, system });
  const [flag, calls] = [newFlag(), newFlag()];
  assert.equal(calls, flag + 1);
  await stage.post([hit('a', flag)]);
  const gone = (thread: number): void => stage.engine.forgive(thread);
  for (let time = 1; time <= 3; time++) {
    await until(() => Atomics.load(flags, calls) === time, 'the hook to keep its thread');
    assert.equal((await stage.system.replaceThread(1, { deadlineMs: 0, gone })).outcome, 'killed');
  }
  Atomics.store(flags, flag, 2);
  await stage.engine.idle({ deadlineMs: 60_000 });
  assert.deepEqual(stage.values('host', 'a'), [flag]);
  assert.deepEqual(await stage.engine.deadLetters(), []);
});

test('partitions of a thread that was given up wait for it, and go on when it is tried again', async () => {
  const limits = { appendMs: 100 };
  stage = await EntityStage.open({ hooks: ['derive'], partitions: PARTITIONS, limits });
  const { system, engine } = stage;
  await Promise.all(IDS.map((eid) => insist(eid, 1)));
  while (!engine.restingThreads.includes(1)) {
    system.killThread(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const there = (await system.inspect()).flatMap(
    ({ path }) => /partition-(\d+)$/.exec(path)?.[1] ?? [],
  );
  const isThere = (eid: string): boolean =>
    there.includes(String(partitionOf('host', eid, PARTITIONS)));
  const away = IDS.find((eid) => !isThere(eid));
  assert.ok(away !== undefined, 'a host of the thread that rests');
  const waiting = insist(away, 2);
  const { threadsResting, threadsGivenUp, threadDeaths } = await engine.stats();
  assert.deepEqual([threadsResting, threadsGivenUp, threadDeaths > 20], [1, 1, true]);
  assert.equal((await system.replaceThread(1)).outcome, 'revived');
  await waiting;
  await Promise.all(IDS.map((eid) => insist(eid, 3)));
  await engine.idle({ deadlineMs: 60_000 });
  for (const eid of IDS)
    assert.deepEqual(stage.values('user', `u-${eid}`), eid === away ? [1, 2, 3] : [1, 3], eid);
  assert.deepEqual(await engine.deadLetters(), []);
  assert.equal((await engine.stats()).threadsResting, 0);
});
