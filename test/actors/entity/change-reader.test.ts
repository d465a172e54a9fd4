/**
 * Readers of changes: each change once, in the order of its partition, however slow a reader is, whoever stops or dies, and
 * a gap where more happened than is kept.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import type { Change, ChangeGap, ChangeReading } from '../../../actors/entity/change-feed.js';
import { printChangeCursor } from '../../../stores/internal.js';
import { EntityStage, hit, type StageOptions } from '../../support/entity-stage.js';
import { until } from '../../support/until.js';

let stage: EntityStage;
const open = async (options: StageOptions = {}): Promise<EntityStage> => {
  stage = await EntityStage.open(options);
  return stage;
};
const numbers = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, n) => from + n);
const hosts = (count: number, from = 0): unknown[] =>
  numbers(count, from).map((n) => hit(`h${n}`, n));

/** So many items, waiting for what is to come. */
async function read(reading: ChangeReading, count: number): Promise<(Change | ChangeGap)[]> {
  const items: (Change | ChangeGap)[] = [];
  while (items.length < count) {
    const { done, value } = await reading.next();
    if (done === true) break;
    items.push(value);
  }
  return items;
}

const eids = (items: readonly (Change | ChangeGap)[]): unknown[] =>
  items.map((item) => (item.type === 'gap' ? item : item.eid));
const sorted = (list: readonly unknown[]): unknown[] => [...list].sort();
const all = Number.POSITIVE_INFINITY;

/** A folder that outlives its stages. */
async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'troupe-changes-'));
  try {
    await use(dir);
  } finally {
    await stage.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

describe('a reading of changes', () => {
  afterEach(() => stage.close());

  it('begins now, at the oldest that is kept, or where another stood', async () => {
    await open();
    await stage.post(hosts(20), true);
    const now = stage.engine.subscribe();
    const start = stage.engine.subscribe({ after: 'start' });
    assert.deepEqual(await now.take(all), []);
    const first = await start.take(7);
    assert.equal(first.length, 7);
    const rest = await stage.engine.subscribe({ after: start.cursor }).take(all);
    assert.deepEqual(sorted(eids([...first, ...rest])), sorted(numbers(20).map((n) => `h${n}`)));
    // Which partition comes first is each reading's own.
    assert.deepEqual(sorted(eids(await start.take(all))), sorted(eids(rest)));
    await stage.post(hosts(5, 20), true);
    assert.equal((await now.take(all)).length, 5);
    assert.deepEqual(await stage.engine.subscribe({ after: 'now' }).take(all), []);
  });

  it('is told of each task with its kind, attributes, place and time', async () => {
    const began = Date.now();
    await open({ partitions: 1 });
    await stage.post([hit('a', 1), { type: 'host', id: 'a', attr: 'label', v: 'x' }], true);
    await stage.post([{ type: 'host', id: 'b', attr: 'peer', v: { eid: 'a' } }], true);
    await stage.engine.submit([{ etype: 'host', eid: 'a', delete: true }], { isAwaited: true });
    await stage.engine.idle();
    const items = await stage.engine.subscribe({ after: 'start' }).take(all);
    const told = items.map((item) => {
      assert(item.type !== 'gap');
      assert.ok(item.at >= began && item.at <= Date.now());
      const { at: _at, ...rest } = item;
      return rest;
    });
    const { position } = told[3]!;
    assert.deepEqual(told, [
      { type: 'created', etype: 'host', eid: 'a', attrs: ['hits', 'label'], position: [0, 1, 1] },
      { type: 'created', etype: 'host', eid: 'b', attrs: ['peer'], position: [0, 1, 2] },
      { type: 'deleted', etype: 'host', eid: 'a', attrs: [], position: [0, 1, 3] },
      { type: 'changed', etype: 'host', eid: 'b', attrs: ['peer'], position },
    ]);
  });

  it('hears only of the types it asked for, and passes the others over', async () => {
    await open();
    const users = stage.engine.subscribe({ etypes: ['user'] });
    const before = users.cursor;
    await stage.post([...hosts(50), hit('u', 1, 'user')], true);
    const { value } = await users.next();
    assert.equal(value.eid, 'u');
    assert.deepEqual(await users.take(all), []);
    const every = stage.engine.subscribe({ after: before });
    assert.equal((await every.take(all)).length, 51);
    const none = stage.engine.subscribe({ after: users.cursor });
    assert.deepEqual(await none.take(all), [], 'what was passed over is behind the cursor');
  });

  it('is its own: two readings have each change, at the pace of each', async () => {
    await open();
    const [one, other] = [stage.engine.subscribe(), stage.engine.subscribe()];
    const eager = read(one, 60);
    for (const n of numbers(6)) await stage.post(hosts(10, n * 10));
    assert.deepEqual(sorted(eids(await eager)), sorted(numbers(60).map((n) => `h${n}`)));
    assert.deepEqual(sorted(eids(await read(other, 60))), sorted(eids(await eager)));
  });

  it('is in the order of the commits of each partition', async () => {
    await open({ partitions: 2 });
    const reading = stage.engine.subscribe();
    const told = read(reading, 300);
    for (const n of numbers(30)) await stage.post(hosts(10, n * 10), n % 7 === 0);
    for (const partition of [0, 1]) {
      const own = (await told).flatMap((item) =>
        item.type !== 'gap' && item.position[0] === partition ? [item.position[2]] : [],
      );
      assert.deepEqual(own, numbers(own.length, 1));
    }
  });

  it('is woken by every change that comes while it waits', async () => {
    await open();
    const reading = stage.engine.subscribe();
    for (const n of numbers(200)) {
      const next = reading.next();
      await stage.post([hit(`h${n}`, n)]);
      assert.equal((await next).value?.eid, `h${n}`);
    }
  });

  it('may be asked several times at once', async () => {
    await open({ partitions: 1 });
    const reading = stage.engine.subscribe();
    const asked = numbers(10).map(() => reading.next());
    await stage.post(hosts(8));
    await stage.post(hosts(2, 8));
    const got = (await Promise.all(asked)).map(({ value }) => value?.eid);
    assert.deepEqual(
      got,
      numbers(10).map((n) => `h${n}`),
    );
  });

  it('has derived changes too', async () => {
    await open({ hooks: ['derive'] });
    await stage.post(hosts(30), true);
    await stage.engine.idle();
    const items = await stage.engine.subscribe({ after: 'start', etypes: ['user'] }).take(all);
    assert.deepEqual(sorted(eids(items)), sorted(numbers(30).map((n) => `u-h${n}`)));
  });

  it('ends by its signal, by leaving it, and with the engine, and its cursor is good for more', async () => {
    await open();
    await stage.post(hosts(3), true);
    const enough = new AbortController();
    const waiting = stage.engine.subscribe({ signal: enough.signal });
    const next = waiting.next();
    enough.abort();
    assert.equal((await next).done, true);
    assert.equal((await waiting.next()).done, true);
    assert.equal((await stage.engine.subscribe({ signal: enough.signal }).next()).done, true);
    let cursor = '';
    const left = stage.engine.subscribe({ after: 'start' });
    for await (const _ of left) {
      cursor = left.cursor;
      break;
    }
    assert.equal((await left.next()).done, true);
    assert.equal(left.cursor, cursor);
    assert.equal((await stage.engine.subscribe({ after: cursor }).take(all)).length, 2);
    const last = stage.engine.subscribe();
    const ended = read(last, all);
    await stage.post(hosts(40, 3));
    await stage.engine.stop();
    assert.equal((await ended).length, 40, 'who waits hears what a stop applies');
    assert.throws(() => stage.engine.subscribe(), { code: 'PLATFORM_STOPPED' });
  });
});

describe('a reader that comes back', () => {
  afterEach(() => stage.close());

  it('goes on where it was at the next start, with nothing missed and nothing twice', () =>
    inFolder(async (dir) => {
      let cursor = 'start';
      const told: unknown[] = [];
      for (const life of numbers(5)) {
        await open({ dir, threads: 1 + (life % 2), hooks: life === 3 ? ['never'] : ['derive'] });
        await stage.post(hosts(30, life * 30));
        if (life !== 3) await stage.engine.idle();
        const reading = stage.engine.subscribe({ after: cursor });
        for (const item of await reading.take(life === 4 ? all : 23)) {
          assert(item.type !== 'gap');
          told.push(item.position.join());
        }
        cursor = reading.cursor;
        // One of the stops leaves tasks behind: the next life applies them.
        await stage.engine.stop({ deadlineMs: life === 3 ? 20 : 10_000 });
        await stage.close();
      }
      assert.equal(new Set(told).size, told.length, 'each once');
      assert.equal(told.length, 2 * 150);
    }));

  it('is told of a type that the model has no more by the name it had', () =>
    inFolder(async (dir) => {
      await open({ dir });
      await stage.post([hit(7, 1, 'cell'), hit('a', 1)], true);
      await stage.close();
      await open({ dir, without: ['cell'] });
      const items = await stage.engine.subscribe({ after: 'start' }).take(all);
      const cell = items.find((item) => item.type !== 'gap' && item.eid === 7) as Change;
      assert.deepEqual([cell.etype, cell.attrs], ['cell', ['hits']]);
    }));

  it('is refused with what is no cursor of this folder, and with types there are not', () =>
    inFolder(async (dir) => {
      await open({ dir });
      const other = stage.engine.subscribe().cursor;
      await stage.close();
      await open();
      const { engine, folder } = stage;
      const refuse = (after: unknown, message: RegExp): void =>
        assert.throws(() => engine.subscribe({ after: after as string }), {
          code: 'CHANGE_CURSOR_INVALID',
          message,
        });
      refuse(other, /expected a cursor of folder .*, got one of another/);
      const own = engine.subscribe().cursor;
      for (const after of ['', 'soon', own.slice(0, -3), `${own}A`, 7, {}, 'x'.repeat(1e6)])
        refuse(after, /expected 'start', 'now' or the cursor of a reading/);
      refuse(printChangeCursor(folder.id, [1, 1]), /got one of another/);
      refuse(printChangeCursor(folder.id, numbers(8, 1)), /got partition 1 at 2, which is at 1/);
      assert.throws(() => engine.subscribe({ etypes: ['host', 'nothing'] }), {
        code: 'ENTITY_UNKNOWN',
      });
    }));

  it('finds one gap in each partition that has gone beyond what is kept, and the rest behind it', async () => {
    await open({ partitions: 2, changesKeptMax: 128 });
    const reading = stage.engine.subscribe();
    for (const n of numbers(40)) await stage.post(hosts(15, n * 15), true);
    const items = await reading.take(all);
    for (const partition of [0, 1]) {
      const own = items.filter((item) =>
        item.type === 'gap' ? item.partition === partition : item.position[0] === partition,
      );
      const gaps = own.filter(({ type }) => type === 'gap') as ChangeGap[];
      assert.equal(gaps.length, 1);
      assert.equal(own[0], gaps[0], 'the gap comes first');
      assert.ok(own.length - 1 >= 64, `${own.length - 1} kept`);
    }
    const missed = items.reduce((sum, item) => sum + (item.type === 'gap' ? item.missed : 1), 0);
    assert.equal(missed, 600);
    await stage.post(hosts(10, 600), true);
    assert.equal((await reading.take(all)).length, 10);
  });

  it('is told how many were missed while none were kept, by their number', () =>
    inFolder(async (dir) => {
      await open({ dir, partitions: 1 });
      await stage.post(hosts(5), true);
      const { cursor } = stage.engine.subscribe();
      await stage.close();
      await open({ dir, partitions: 1, changesKeptMax: 0 });
      assert.throws(() => stage.engine.subscribe(), { code: 'CHANGES_NOT_KEPT' });
      await stage.post(hosts(7, 5), true);
      await stage.close();
      await open({ dir, partitions: 1 });
      await stage.post(hosts(2, 12), true);
      const items = await stage.engine.subscribe({ after: cursor }).take(all);
      assert.deepEqual(eids(items), [{ type: 'gap', partition: 0, missed: 7 }, 'h12', 'h13']);
    }));
});

describe('when threads die', () => {
  afterEach(() => stage.close());

  it('a reading goes on, and hears of each task once', async () => {
    await open({ hooks: ['derive'] });
    const reading = stage.engine.subscribe();
    const told: string[] = [];
    const listening = (async () => {
      for await (const item of reading) {
        assert(item.type !== 'gap');
        told.push(item.position.join());
      }
    })();
    for (const kill of numbers(8)) {
      const before = told.length;
      const posts = numbers(20).map((n) =>
        stage.engine.ingest(hosts(4, kill * 80 + n * 4), { idempotencyKey: `k${kill}/${n}` }),
      );
      await until(() => stage.system.killThread(1 + (kill % 2)), 'a thread to kill');
      for (const [n, post] of posts.entries()) {
        let answer = await post;
        while (answer.status !== 200)
          answer = await stage.engine.ingest(hosts(4, kill * 80 + n * 4), {
            idempotencyKey: `k${kill}/${n}`,
          });
      }
      await until(() => told.length > before, 'changes to be told');
    }
    await stage.engine.idle({ deadlineMs: 60_000 });
    await until(() => told.length >= 2 * 640, 'all changes to be told');
    assert.equal(new Set(told).size, told.length, 'each once');
    assert.equal(told.length, 2 * 640);
    const again = await stage.engine.subscribe({ after: 'start' }).take(all);
    assert.deepEqual(sorted(again.map((item) => (item as Change).position.join())), sorted(told));
    await reading.return?.();
    await listening;
  });
});
