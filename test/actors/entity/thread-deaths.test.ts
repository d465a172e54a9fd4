/**
 * Threads that die in the middle of their work, and tasks that kill them.
 */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { IngestAnswer, IngestOptions } from '../../../actors/entity/entity-engine.js';
import { EntityStage, hit } from '../../support/entity-stage.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { until } from '../../support/until.js';

const KILLS = 16;
const HOSTS = 12;
const PARTITIONS = 8;

describe('when threads die', () => {
  let stage: EntityStage;
  let acks = 0;
  afterEach(() => stage.close());

  /** Posts single hits until told to stop; answers those that were acknowledged, and those that may be stored. */
  const postUntil = async (
    isOver: () => boolean,
    first: number,
    step: number,
    optionsOf: (v: number) => IngestOptions,
    isRepeated: boolean,
  ): Promise<{ acked: number[]; unknown: number[] }> => {
    const acked: number[] = [];
    const unknown: number[] = [];
    for (let v = first; !isOver(); v += step) {
      const points = [hit(`h${v % HOSTS}`, v), hit(`g${v % 7}`, v)];
      let answer = await stage.engine.ingest(points, optionsOf(v));
      while (isRepeated && answer.status !== 200) {
        await pause(1);
        answer = await stage.engine.ingest(points, optionsOf(v));
      }
      if (answer.status === 200) acks++;
      if (answer.status === 200) acked.push(v);
      else if (storedOf(answer) !== 'none') unknown.push(v);
      if (answer.status !== 200) await pause(1);
    }
    return { acked, unknown };
  };

  for (const hook of ['derive', 'deriveLater']) {
    it(`everything acknowledged has its effect exactly once (${hook})`, async () => {
      stage = await EntityStage.open({ hooks: [hook], partitions: PARTITIONS });
      let isOver = false;
      const plain = postUntil(
        () => isOver,
        100,
        2,
        () => ({}),
        false,
      );
      const keyed = postUntil(
        () => isOver,
        101,
        2,
        (v) => ({ idempotencyKey: `k${v}` }),
        true,
      );
      for (let kill = 0; kill < KILLS; kill++) {
        const before = acks;
        await until(() => acks >= before + 5 + kill, 'requests to be taken', 20_000);
        await until(() => stage.system.killThread(1 + (kill % 2)), 'a thread to kill', 20_000);
      }
      await pause(30);
      isOver = true;
      const [plainOnes, keyedOnes] = await Promise.all([plain, keyed]);
      await stage.engine.idle({ deadlineMs: 60_000 });
      const stats = await stage.engine.stats();
      assert.ok(
        stats.partitionRestarts >= (KILLS * PARTITIONS) / 4,
        `${stats.partitionRestarts} restarts`,
      );
      assert.deepEqual(await stage.engine.deadLetters(), []);
      const acked = new Set([...plainOnes.acked, ...keyedOnes.acked]);
      const unknown = new Set(plainOnes.unknown);
      assert.ok(acked.size > 50, `${acked.size} acknowledged`);
      for (const [etype, ids] of [
        ['host', (v: number) => [`h${v % HOSTS}`, `g${v % 7}`]],
        ['user', (v: number) => [`u-h${v % HOSTS}`, `u-g${v % 7}`]],
      ] as const) {
        const seen = new Map<string, unknown[]>();
        const valuesOf = (eid: string): unknown[] => {
          let values = seen.get(eid);
          if (values === undefined) {
            values = stage.values(etype, eid);
            assert.equal(new Set(values).size, values.length, `${etype} ${eid}: each once`);
            seen.set(eid, values);
          }
          return values;
        };
        for (const v of acked)
          for (const eid of ids(v)) assert.ok(valuesOf(eid).includes(v), `${v} at ${etype} ${eid}`);
        for (const values of seen.values())
          for (const v of values)
            assert.ok(acked.has(v as number) || unknown.has(v as number), `${v} was sent`);
      }
    });
  }

  it('a request that awaits its effect is answered when the thread of its partition dies meanwhile', async () => {
    stage = await EntityStage.open({ hooks: ['holdTwice'], partitions: 1, threads: 2 });
    const flag = newFlag();
    // Actors on both threads take requests in, in turn: of two in a row one is not of the partition's thread.
    const asked = [
      stage.engine.ingest([hit('a', flag)], { isAwaited: true }),
      stage.engine.ingest([hit('b', flag)], { isAwaited: true }),
    ];
    await until(() => flags[flag] === 2, 'both to be held by their hooks', 20_000);
    const [partition] = (await stage.system.inspect()).filter(({ path }) =>
      path.endsWith('partition-0'),
    );
    assert.ok(stage.system.killThread(partition!.thread));
    const answers = await Promise.all(asked);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 503]);
    const lost = answers.find(({ status }) => status === 503)!;
    assert.equal(storedOf(lost), 'unknown');
    assert.match(Buffer.from(lost.body).toString(), /counts twice.*Idempotency-Key/);
    await stage.engine.idle({ deadlineMs: 60_000 });
    assert.deepEqual([stage.values('host', 'a'), stage.values('host', 'b')], [[flag], [flag]]);
  });

  it('a task at which a thread dies twice is a dead letter, and the rest goes on', async () => {
    stage = await EntityStage.open({ hooks: ['kill', 'derive'], partitions: 2 });
    for (const n of [11, 12, 13, 14, 15]) {
      // The thread may die with a request in hand: it is told 503, and its key makes the repetition safe.
      const options = { idempotencyKey: `hit ${n}` };
      const isStored = async (): Promise<boolean> =>
        (await stage.engine.ingest([hit('a', n)], options)).status === 200;
      await until(isStored, `hit ${n} to be stored`);
    }
    await stage.engine.idle({ deadlineMs: 60_000 });
    assert.deepEqual(stage.values('host', 'a'), [11, 12, 14, 15]);
    const letters = await stage.engine.deadLetters();
    assert.deepEqual(
      letters.map(({ reason, eid }) => [reason, eid]),
      [['poison', 'a']],
    );
    assert.match(letters[0]!.message, /the hook that began last: [\w.]*kill /);
    assert.deepEqual(stage.values('user', 'u-a'), [11, 12, 14, 15]);
  });

  it('a death between the commit of a derived task and its delivery loses nothing', async () => {
    stage = await EntityStage.open({ hooks: ['derive'], partitions: 2, threads: 2 });
    for (let round = 0; round < 8; round++) {
      const from = 100 + round * 10;
      const posting = Array.from({ length: 10 }, (_, n) => stage.post([hit('a', from + n)], true));
      await Promise.allSettled(posting);
      // What was awaited is applied; what it derived may be anywhere on its way.
      stage.system.killThread(1 + (round % 2));
    }
    await until(
      () =>
        stage.engine.idle({ deadlineMs: 500 }).then(
          () => true,
          () => false,
        ),
      'rest',
      30_000,
    );
    assert.deepEqual(stage.values('user', 'u-a'), stage.values('host', 'a'));
    assert.equal(new Set(stage.values('user', 'u-a')).size, stage.values('user', 'u-a').length);
  });
});

/** What an answer says is stored of a request that was not taken; one that does not say is at fault. */
function storedOf({ status, body }: IngestAnswer): 'none' | 'part' | 'unknown' {
  const { stored } = JSON.parse(Buffer.from(body).toString());
  assert.ok(status === 503 && ['none', 'part', 'unknown'].includes(stored), `${status} ${stored}`);
  return stored;
}
