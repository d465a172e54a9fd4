/** An entity is erased: nothing of it is left in the folder, whatever dies meanwhile, and what comes after it was asked stays. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasCode } from '../../../core/index.js';
import { fsck, sweepTask } from '../../../stores/internal.js';
import { EntityStage, hit, type StageOptions } from '../../support/entity-stage.js';
import { ERASE_OTHERS, type EraseState } from '../../support/erase-crash-child.js';
import { eventually } from '../../support/eventually.js';
import { rowsWith } from '../../support/raw-rows.js';
import { storeLetter } from '../../support/stored-letter.js';

const MARKER = 'marker-of-a-person';
const IDLE = { deadlineMs: 60_000 };
const CHILD = fileURLToPath(new URL('../../support/erase-crash-child.js', import.meta.url));
const CHILD_MS_MAX = 60_000;

async function on(options: StageOptions, use: (stage: EntityStage) => Promise<void>) {
  const stage = await EntityStage.open(options);
  try {
    await use(stage);
  } finally {
    await stage.close();
  }
}

/** Erases and waits; answers what that took away. */
async function erased(stage: EntityStage, etype: string, eid: unknown) {
  const done = await stage.engine.erased(await stage.engine.erase(etype, eid));
  assert.equal(done?.state, 'done');
  return done.counts!;
}

/** Everything is applied and agrees, and nothing anywhere names the entity. */
async function assertGone(stage: EntityStage, eid: string | number): Promise<void> {
  await stage.engine.idle(IDLE);
  assert.deepEqual(rowsWith(stage.folder, eid), []);
  const { findings } = await fsck(stage.folder);
  assert.deepEqual(findings, []);
}

function peer(eid: string, target: string) {
  return { type: 'host', id: eid, attr: 'peer', v: { eid: target } };
}

function uses(eid: string, target: string, t1 = Date.now()) {
  return { type: 'host', id: eid, attr: 'users', v: { eid: target }, t1 };
}

describe('erasing an entity', () => {
  it('leaves nothing of it: record, history, links both ways, log, changes', () =>
    on({}, async (stage) => {
      const hits = Array.from({ length: 60 }, (_, n) => hit(MARKER, n));
      await stage.post([
        ...hits,
        hit('other', 1),
        peer('other', MARKER),
        peer(MARKER, 'third'),
        uses(MARKER, 'u1'),
      ]);
      await stage.engine.idle(IDLE);
      assert.notDeepEqual(rowsWith(stage.folder, MARKER), []);
      const counts = await erased(stage, 'host', MARKER);
      assert.ok(counts.entries > 1 && counts.tasks > 1, JSON.stringify(counts));
      await assertGone(stage, MARKER);
      assert.equal(stage.record('host', MARKER), undefined);
      assert.deepEqual(stage.values('host', 'other'), [1]);
      assert.deepEqual(stage.linksInto('host', 'third'), []);
      assert.deepEqual(stage.linksInto('user', 'u1'), []);
    }));

  it('that never was takes away the links that name it', () =>
    on({}, async (stage) => {
      await stage.post([uses('a', MARKER), uses('b', 'u')]);
      await stage.engine.idle(IDLE);
      await erased(stage, 'user', MARKER);
      await assertGone(stage, MARKER);
      assert.deepEqual(stage.items('host', 'a', 'users'), []);
      assert.deepEqual(stage.linksInto('user', 'u'), ['b']);
    }));

  it('of numbers for ids finds them as they are written', () =>
    on({}, async (stage) => {
      const eid = 123_456_789_012;
      await stage.post([hit(eid as unknown as string, 1, 'cell'), hit('h', 1)]);
      await stage.engine.idle(IDLE);
      assert.notDeepEqual(rowsWith(stage.folder, eid), []);
      await erased(stage, 'cell', eid);
      await assertGone(stage, eid);
    }));

  it('that was deleted before leaves no tombstone and no old data-points', () =>
    on({}, async (stage) => {
      await stage.post([hit(MARKER, 1), peer(MARKER, 'a')], true);
      await stage.engine.submit([{ etype: 'host', eid: MARKER, delete: true }]);
      await stage.engine.idle(IDLE);
      assert.notDeepEqual(rowsWith(stage.folder, MARKER), []);
      await erased(stage, 'host', MARKER);
      await assertGone(stage, MARKER);
      await stage.post([hit(MARKER, 2)], true);
      assert.equal(stage.record('host', MARKER)?.incarnation, 1);
    }));

  it('has its data again when there is new data, and only that', () =>
    on({}, async (stage) => {
      await stage.post([hit(MARKER, 1), uses('h', 'x')]);
      const id = await stage.engine.erase('host', MARKER);
      await stage.post([hit(MARKER, 2)]);
      await stage.engine.erased(id);
      await stage.post([hit(MARKER, 3)], true);
      assert.deepEqual(stage.values('host', MARKER), [2, 3]);
      await erased(stage, 'host', MARKER);
      await assertGone(stage, MARKER);
    }));

  it('reaches what waits to be applied, and what hooks derive from it later', () =>
    on({ hooks: ['deriveLater'], limits: { entitiesInFlightMax: 1 } }, async (stage) => {
      const points = Array.from({ length: 200 }, (_, n) => [hit('h', n), uses(`x${n}`, 'u-h')]);
      await stage.post(points.flat());
      await erased(stage, 'user', 'u-h');
      await assertGone(stage, 'u-h');
      assert.equal(stage.values('host', 'h').length, 200);
      await stage.post([hit('h', 1_000)]);
      await stage.engine.idle(IDLE);
      assert.deepEqual(stage.values('user', 'u-h'), [1_000]);
    }));

  it('takes its dead letters along, and links to it out of those of others', () =>
    on({ hooks: ['ping', 'pong'], limits: { derivedDepthMax: 2 } }, async (stage) => {
      await stage.post([hit(MARKER, 1), hit('other', 1)]);
      await stage.engine.idle(IDLE);
      const before = await stage.engine.deadLetters();
      assert.ok(before.some(({ eid }) => eid === MARKER));
      await erased(stage, 'host', MARKER);
      const counts = await erased(stage, 'user', MARKER);
      assert.ok(counts.deadLetters > 0);
      const after = await stage.engine.deadLetters();
      assert.deepEqual(
        after.map(({ id }) => id),
        before.filter(({ eid }) => eid !== MARKER).map(({ id }) => id),
      );
      await assertGone(stage, MARKER);
    }));

  it('leaves a dead letter of piecework that has come to it, which begins anew when it is replayed', () =>
    on({ partitions: 1, hooks: ['create'] }, async (stage) => {
      await stage.post([hit('a', 1), hit(MARKER, 2), hit('z', 3)]);
      await stage.engine.idle(IDLE);
      const host = stage.numbers.etypeNo('host');
      const id = await storeLetter(stage, sweepTask(host, { work: 'sweep', after: MARKER }));
      const counts = await erased(stage, 'host', MARKER);
      assert.equal(counts.deadLetters, 1);
      assert.deepEqual(rowsWith(stage.folder, MARKER), []);
      assert.equal(await stage.engine.replayDeadLetters([id]), 1);
      await stage.engine.idle(IDLE);
      for (const eid of ['a', 'z']) assert.equal(stage.label('host', eid), 'refreshed');
    }));

  it('is not undone by dead letters that are taken in again meanwhile', () =>
    on({ hooks: ['ping', 'pong'], limits: { derivedDepthMax: 2 } }, async (stage) => {
      await stage.post([hit(MARKER, 1)]);
      await stage.engine.idle(IDLE);
      const letters = await stage.engine.deadLetters();
      const ids = letters.map(({ id }) => id);
      const replaying = [stage.engine.replayDeadLetters(ids)];
      const asked = ['host', 'user'].map((etype) => stage.engine.erase(etype, MARKER));
      replaying.push(stage.engine.replayDeadLetters(ids));
      for (const id of await Promise.all(asked)) await stage.engine.erased(id);
      await Promise.all(replaying);
      await assertGone(stage, MARKER);
    }));

  it('asked for twice at once is done once for both, and many share one reading of the log', () =>
    on({}, async (stage) => {
      const people = Array.from({ length: 20 }, (_, n) => `${MARKER}-${n}`);
      await stage.post(people.flatMap((eid) => [hit(eid, 1), peer('h', eid), peer(eid, 'h')]));
      const ids = await Promise.all(
        [...people, ...people].map((eid) => stage.engine.erase('host', eid)),
      );
      for (const id of ids) assert.equal((await stage.engine.erased(id))?.state, 'done');
      await assertGone(stage, MARKER);
    }));

  it('is refused for a type the model does not have, and for what is no id', () =>
    on({}, async (stage) => {
      const refused = (code: string) => (error: unknown) => hasCode(error, code);
      await assert.rejects(stage.engine.erase('nothing', 'a'), refused('ENTITY_UNKNOWN'));
      await assert.rejects(stage.engine.erase('cell', 'a'), refused('ENTITY_ID_INVALID'));
      assert.deepEqual(stage.engine.erasures(), []);
    }));

  it('is refused while as many as may be are under way', () =>
    on({ limits: { erasuresMax: 1 } }, async (stage) => {
      const both = await Promise.allSettled([
        stage.engine.erase('host', 'a'),
        stage.engine.erase('host', 'b'),
      ]);
      const refused = both.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      assert.equal(refused.length, 1);
      assert.ok(hasCode(refused[0]?.reason, 'ERASE_REFUSED'));
    }));
});

describe('an erasure while others send as fast as they can', () => {
  it('loses nothing of theirs', () =>
    on({ hooks: ['derive'] }, async (stage) => {
      const sent: number[] = [];
      const state = { isDone: false };
      const send = async (from: number): Promise<void> => {
        for (let n = from; !state.isDone; n += 4) {
          const answer = await stage.engine.ingest([
            hit(`h${n % 7}`, n),
            hit('marked', n),
            uses(`h${n % 5}`, 'marked', n + 1),
          ]);
          if (answer.status === 200) sent.push(n);
        }
      };
      const senders = [1, 2, 3, 4].map(send);
      await eventually('some to be sent', () => sent.length > 20);
      for (let round = 0; round < 3; round++) await erased(stage, 'user', 'marked');
      state.isDone = true;
      await Promise.all(senders);
      await stage.engine.idle(IDLE);
      const values = [0, 1, 2, 3, 4, 5, 6].flatMap((n) => stage.values('host', `h${n}`));
      const users = [0, 1, 2, 3, 4, 5, 6].flatMap((n) => stage.values('user', `u-h${n}`));
      assert.deepEqual(new Set(values), new Set(sent));
      assert.deepEqual(new Set(users), new Set(sent));
      assert.deepEqual(new Set(stage.values('host', 'marked')), new Set(sent));
      assert.deepEqual((await fsck(stage.folder)).findings, []);
      await erased(stage, 'user', 'marked');
      await assertGoneOf(stage);
    }));
});

/** Links to the user are gone; the host of that name stays. */
async function assertGoneOf(stage: EntityStage): Promise<void> {
  for (const n of [0, 1, 2, 3, 4]) assert.deepEqual(stage.items('host', `h${n}`, 'users'), []);
  assert.deepEqual(stage.linksInto('user', 'marked'), []);
  assert.deepEqual((await fsck(stage.folder)).findings, []);
}

describe('an erasure that does not come to its end', () => {
  it('goes on at the next start when the platform stops', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'troupe-erase-'));
    try {
      const first = await EntityStage.open({ dir });
      await first.post([hit(MARKER, 1), peer('h', MARKER), peer(MARKER, 'h')]);
      const id = await first.engine.erase('host', MARKER);
      const ended = first.engine.erased(id).then(
        (one) => one?.state,
        (error: unknown) => hasCode(error, 'PLATFORM_STOPPED') && 'stopped',
      );
      await first.close();
      assert.ok(['done', 'stopped'].includes(String(await ended)));
      await assert.rejects(first.engine.erase('host', MARKER), (error: unknown) =>
        hasCode(error, 'PLATFORM_STOPPED'),
      );
      await on({ dir }, async (stage) => {
        assert.equal((await stage.engine.erased(id))?.state, 'done');
        await assertGone(stage, MARKER);
      });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('goes on when a thread dies', () =>
    on({ threads: 2, hooks: ['kill'] }, async (stage) => {
      const points = Array.from({ length: 40 }, (_, n) => hit(`h${n}`, n));
      await stage.post([...points, peer('h1', MARKER), hit(MARKER, 2)]);
      await erased(stage, 'host', MARKER);
      await assertGone(stage, MARKER);
      assert.ok((await stage.engine.stats()).partitionRestarts > 0);
    }));

  it('goes on after kill -9 at any instant, and nothing of others is lost', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'troupe-erase-'));
    try {
      await live(dir, 'fill');
      for (const lifeMs of [0, 5, 15, 30, 60]) await live(dir, 'erase', lifeMs);
      const lines = await live(dir, 'check');
      const state = lines.find((line) => line.startsWith('state '))?.slice('state '.length);
      const { rows, findings, hits } = JSON.parse(state ?? '{}') as EraseState;
      assert.deepEqual({ rows, findings }, { rows: [], findings: [] });
      assert.equal(hits, 40 * ERASE_OTHERS);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

/** What a child says until it ends: by itself, or killed so long after it has asked. */
async function live(dir: string, what: string, lifeMs?: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, dir, what], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: CHILD_MS_MAX,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'asked' && lifeMs !== undefined) setTimeout(() => child.kill('SIGKILL'), lifeMs);
  }
  await ended;
  return lines;
}
