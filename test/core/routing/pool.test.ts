import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ActorSystem, createSystem, hasCode, silentLogger } from '../../../core/index.js';
import { createTestSystem } from '../../../core/testkit/index.js';
import { eventually } from '../../support/eventually.js';
import { counter, cruncher, gate, picky } from '../../support/replica-actors.js';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

for (const threads of [2, 0]) {
  describe(`a pool in a system of ${threads} threads`, () => {
    let system: ActorSystem;
    before(async () => {
      system = await createSystem({ threads, logger: silentLogger, askMs: 60_000 });
    });
    after(() => system.stop());

    it('has a replica per thread, and runs handlers on whichever is free', async () => {
      const pool = system.pool(cruncher(), { name: 'squares' });
      assert.equal(pool.size, Math.max(1, threads));
      const squares = await Promise.all(upTo(50).map((n) => pool.run('square', n)));
      assert.deepEqual(
        squares,
        upTo(50).map((n) => n * n),
      );
      const runs = await Promise.all(pool.refs.map((ref) => ref.ask('runs')));
      assert.equal(
        runs.reduce((sum, count) => sum + count),
        50,
      );
      for (const count of runs) assert.ok(count > 0);
      const { done, queued, running, failed } = pool.stats();
      assert.deepEqual(
        { done, queued, running, failed },
        { done: 50, queued: 0, running: 0, failed: 0 },
      );
    });

    it('lets runs wait, in order, and gives a replica no more at once than its capacity', async () => {
      const pool = system.pool(gate(), { size: 2, capacity: 3 });
      const order: number[] = [];
      const runs = upTo(10).map((n) => pool.run('hold').then(() => order.push(n)));
      const { queued, running, replicas } = pool.stats();
      assert.deepEqual({ queued, running }, { queued: 4, running: 6 });
      assert.deepEqual(
        replicas.map((replica) => replica.running),
        [3, 3],
      );
      while (order.length < 10) {
        pool.broadcast('release');
        await pool.at(0)!.ask('done');
      }
      await Promise.all(runs);
      // Six at once: when run n begins, at least n - 5 have ended.
      for (const n of upTo(10)) assert.ok(order.indexOf(n) >= n - 5, `${order}`);
    });

    it('gives a replica as many runs as its definition handles at once, unless told otherwise', () => {
      const pool = system.pool(gate(), { size: 1 });
      for (const _ of upTo(101)) pool.run('hold').catch(() => {});
      assert.equal(pool.stats().running, 100);
      return pool.stop('kill');
    });

    it('hands on what a handler throws, and goes on', async () => {
      const pool = system.pool(cruncher(), { size: 1 });
      const failed = await pool.run('fail').catch((error: unknown) => error);
      assert.ok(hasCode(failed, 'HANDLER_FAILED'));
      assert.equal((failed.cause as Error).message, 'as asked');
      await assert.rejects(pool.run('no'), { code: 'NO' });
      assert.equal(await pool.run('square', 3), 9);
      assert.equal(await pool.run('restarts'), 1);
      assert.deepEqual([pool.stats().done, pool.stats().failed], [2, 2]);
    });

    it('speaks to every replica, to a given one, and to the one that has a key', async () => {
      const pool = system.pool(counter(0), { size: 4 });
      assert.equal(pool.broadcast('add', 2), 4);
      assert.equal(pool.at(3)!.tell('add', 5), 'accepted');
      const totals = await Promise.all(pool.refs.map((ref) => ref.ask('total')));
      assert.deepEqual(totals, [2, 2, 2, 7]);
      assert.equal(pool.at(4), undefined);
      const owner = await pool.to('session 1').run('where');
      for (const n of upTo(20)) pool.to('session 1').tell('note', `${n}`);
      assert.deepEqual(await pool.to('session 1').run('seen'), upTo(20).map(String));
      assert.deepEqual(
        await pool
          .with({ timeoutMs: 9_000 })
          .run('total')
          .then(() => pool.to('session 1').run('where')),
        owner,
      );
    });

    it('keeps the order of the runs of a key through a resize, and loses none', async () => {
      const pool = system.pool(counter(0), { size: 2, capacity: 10 });
      const runs = upTo(100).map((n) => pool.to(n % 7).run('note', `${n}`));
      const resized = pool.resize(5);
      const more = upTo(100).map((n) => pool.to(n % 7).run('note', `${100 + n}`));
      const any = upTo(100).map(() => pool.run('add', 1));
      await Promise.all([...runs, resized, ...more, ...any]);
      assert.equal(pool.size, 5);
      await pool.resize(2);
      assert.equal(pool.stats().done, 300);
    });

    it('takes a run that is aborted out of the queue, and disturbs no other', async () => {
      const pool = system.pool(gate(), { size: 1, capacity: 1 });
      const first = pool.run('hold');
      const given = new AbortController();
      const second = pool.with({ signal: given.signal }).run('hold');
      const third = pool.run('done');
      assert.equal(pool.stats().queued, 2);
      given.abort(new Error('not needed'));
      await assert.rejects(second, { code: 'ASK_ABORTED' });
      assert.equal(pool.stats().queued, 1);
      await eventually('the first in hand', async () => (await pool.at(0)!.ask('holding')) === 1);
      pool.broadcast('release');
      assert.equal(await first, pool.at(0)!.path);
      assert.equal(await third, 0);
      await assert.rejects(pool.with({ signal: given.signal }).run('done'), {
        code: 'ASK_ABORTED',
      });
      assert.deepEqual([pool.stats().aborted, pool.stats().done], [2, 2]);
    });

    it('tells the caller of an aborted run at once, and the replica is free when it is really done', async () => {
      const pool = system.pool(gate(), { size: 1, capacity: 1 });
      const given = new AbortController();
      const run = pool.with({ signal: given.signal }).run('hold');
      await eventually('it to be in hand', async () => (await pool.at(0)!.ask('holding')) === 1);
      given.abort();
      await assert.rejects(run, { code: 'ASK_ABORTED' });
      const next = pool.run('done');
      assert.deepEqual([pool.stats().running, pool.stats().queued], [1, 1]);
      pool.broadcast('release');
      assert.equal(await next, 0);
    });

    it('finishes what it was given when it drains, and takes no more', async () => {
      const pool = system.pool(cruncher(), { size: 2 });
      const runs = upTo(30).map((n) => pool.run('square', n));
      const drained = pool.drain();
      await assert.rejects(pool.run('square', 1), { code: 'REPLICAS_NONE' });
      await drained;
      assert.equal((await Promise.all(runs)).length, 30);
      assert.equal(pool.stats().done, 30);
      await pool.stop();
      await pool.drain();
    });

    it('rejects the runs that wait when it stops', async () => {
      const pool = system.pool(gate(), { size: 1, capacity: 1 });
      const runs = upTo(3).map(() =>
        pool.run('hold').catch((error: { code: string }) => error.code),
      );
      await pool.stop('kill');
      assert.deepEqual(await Promise.all(runs), [
        'ACTOR_STOPPED',
        'REPLICAS_NONE',
        'REPLICAS_NONE',
      ]);
      await assert.rejects(pool.run('done'), { code: 'REPLICAS_NONE' });
    });

    it('rejects its runs when none of its replicas starts', async () => {
      const pool = system.pool(picky('-0'), { size: 1, name: 'none' });
      const code = await pool.run('path').catch((error: { code: string }) => error.code);
      assert.ok(['ACTOR_START_FAILED', 'REPLICAS_NONE'].includes(code), code);
      await eventually('none left', () => pool.size === 0);
      await assert.rejects(pool.run('path'), { code: 'REPLICAS_NONE' });
    });

    it('names every fault of its options', () => {
      const wrong = { capacity: 0, runMs: 0 };
      assert.throws(
        () => system.pool(cruncher(), wrong),
        (error) =>
          hasCode(error, 'CONFIG_INVALID') && (error.details.faults as string[]).length === 2,
      );
      assert.throws(() => system.pool(cruncher(), { size: 1.5 }), { code: 'CONFIG_INVALID' });
      const pool = system.pool(cruncher(), { size: 1 });
      return assert.rejects(pool.with({ timeoutMs: Number.NaN }).run('runs'), {
        code: 'CONFIG_INVALID',
      });
    });
  });
}

/** Two words of shared memory: a replica that computes sets the first, and goes on until the second is set. */
const flags = () => new Int32Array(new SharedArrayBuffer(8));
const computing = (memory: Int32Array) =>
  eventually('a run that computes', () => Atomics.load(memory, 0) === 1);

describe('a pool on threads', () => {
  it('lets no run wait behind a long one while another replica is free', async () => {
    const system = await createSystem({
      threads: 2,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 60_000,
    });
    const pool = system.pool(cruncher());
    const memory = flags();
    const long = pool.run('spin', memory);
    await computing(memory);
    assert.equal((await Promise.all(upTo(100).map((n) => pool.run('square', n)))).length, 100);
    assert.equal(pool.stats().running, 1);
    assert.equal(pool.broadcast('setUp', 'four'), 2);
    Atomics.store(memory, 1, 1);
    await long;
    assert.deepEqual(await Promise.all(pool.refs.map((ref) => ref.ask('runs'))), [4, 4]);
    await system.stop();
  });

  it('rejects the caller of a run that computes past its limit, and the rest goes on', async () => {
    const system = await createSystem({
      threads: 2,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 60_000,
    });
    const pool = system.pool(cruncher(), { name: 'limited' });
    const memory = flags();
    await assert.rejects(pool.with({ timeoutMs: 20 }).run('spin', memory), { code: 'ASK_TIMEOUT' });
    assert.equal(await pool.run('square', 5), 25);
    assert.deepEqual([pool.stats().running, pool.stats().timedOut], [1, 1]);
    Atomics.store(memory, 1, 1);
    await eventually('the late one to be done', () => pool.stats().running === 0);
    assert.deepEqual(await Promise.all(pool.refs.map((ref) => ref.ask('restarts'))), [0, 0]);
    await system.stop();
  });

  it('replaces the thread of a run that computes past its limit while the other replicas keep serving', async () => {
    const system = await createSystem({ threads: 2, logger: silentLogger, askMs: 60_000 });
    const pool = system.pool(cruncher(), { runMs: 50, replaceOnTimeout: true, capacity: 4 });
    const died = system.events.once('threadDied');
    const replaced = system.events.once('threadReplaced');
    const memory = flags();
    const stuck = pool.at(0)!;
    assert.deepEqual(await Promise.all(pool.refs.map((ref) => ref.ask('restarts'))), [0, 0]);
    const spin = assert.rejects(pool.run('spin', memory), { code: 'ASK_TIMEOUT' });
    await computing(memory);
    const { thread } =
      pool.refs[pool.stats().replicas.findIndex(({ running }) => running === 1)]!.address;
    const others = upTo(40).map((n) => pool.run('square', n));
    await spin;
    assert.equal((await died).thread, thread);
    assert.deepEqual(
      await Promise.all(others),
      upTo(40).map((n) => n * n),
    );
    assert.equal((await replaced).thread, thread);
    assert.deepEqual(
      (await Promise.all(pool.refs.map((ref) => ref.ask('restarts')))).toSorted(),
      [0, 1],
    );
    assert.ok(pool.at(0)!.equals(stuck));
    const { accepted, handled, deadLetters, queued, stashed } = system.stats();
    assert.equal(accepted, handled + deadLetters + queued + stashed);
    await system.stop();
  });

  it('rejects the runs that a dying thread had begun, and runs the others', async () => {
    const system = await createSystem({ threads: 2, logger: silentLogger, askMs: 60_000 });
    const pool = system.pool(cruncher(), { capacity: 20 });
    const memory = [flags(), flags()];
    const spins = memory.map((words, at) => pool.at(at)!.ask('spin', words));
    const outcome = Promise.allSettled(spins);
    for (const words of memory) await computing(words);
    const runs = upTo(40).map((n) => pool.run('square', n));
    const replaced = system.events.once('threadReplaced');
    assert.ok(system.killThread(pool.at(0)!.address.thread));
    Atomics.store(memory[1]!, 1, 1);
    await replaced;
    assert.deepEqual(
      await Promise.all(runs),
      upTo(40).map((n) => n * n),
    );
    const [first, second] = await outcome;
    assert.equal(second?.status, 'fulfilled');
    assert.ok(first?.status === 'rejected' && hasCode(first.reason, 'ACTOR_THREAD_DIED'));
    await system.stop();
  });

  it('has a thread for each replica when that is asked for', async () => {
    const system = await createSystem({
      threads: 1,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 60_000,
    });
    const pool = system.pool(cruncher(), { size: 2, thread: 'dedicated' });
    const threads = await Promise.all(pool.refs.map((ref) => ref.ask('thread')));
    assert.deepEqual(threads.toSorted(), [2, 3]);
    assert.equal(await pool.run('square', 4), 16);
    await system.stop();
  });

  it('has run all it was given when its system has stopped', async () => {
    const system = await createSystem({
      threads: 2,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 60_000,
    });
    const pool = system.pool(cruncher(), { size: 2 });
    const runs = upTo(200).map((n) => pool.run('square', n));
    const stopped = system.stop();
    await assert.rejects(pool.run('square', 1), { code: 'SYSTEM_STOPPED' });
    assert.equal((await Promise.all(runs)).length, 200);
    assert.deepEqual(await stopped, { drained: true, left: 0 });
    await assert.rejects(pool.run('square', 1), { code: 'SYSTEM_STOPPED' });
  });
});

describe('the time limit of a run', () => {
  for (const thread of ['main', 1] as const) {
    it(`counts from its start, not from when it was asked for (on ${thread})`, async () => {
      const system = await createTestSystem({ seed: 7 });
      const pool = system.pool(gate(), { size: 1, capacity: 1, thread });
      const outcomes: string[] = [];
      const note = (name: string, run: Promise<unknown>) =>
        void run.then(
          () => outcomes.push(`${name} done`),
          (error: { code: string }) => outcomes.push(`${name} ${error.code}`),
        );
      note('first', pool.run('hold'));
      note('second', pool.with({ timeoutMs: 100 }).run('hold'));
      await system.advance(10_000);
      assert.deepEqual(outcomes, []);
      pool.broadcast('release');
      await system.advance(90);
      assert.deepEqual(outcomes, ['first done']);
      await system.advance(30);
      assert.deepEqual(outcomes, ['first done', 'second ASK_TIMEOUT']);
      assert.equal(pool.stats().running, 1);
      await pool.stop('kill');
      await system.stop();
    });

    it(`restarts a replica that only waits, when it is to be replaced (on ${thread})`, async () => {
      const system = await createTestSystem({ seed: 8 });
      const pool = system.pool(cruncher(), { size: 1, thread, runMs: 100, replaceOnTimeout: true });
      const codes: string[] = [];
      pool.run('forever').catch((error: { code: string }) => codes.push(error.code));
      const next = pool.run('square', 2);
      await system.advance(200);
      assert.deepEqual(codes, ['ASK_TIMEOUT']);
      assert.equal(await next, 4);
      assert.equal(await pool.at(0)!.ask('restarts'), 1);
      await system.stop();
    });
  }
});
