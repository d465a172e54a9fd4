import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ActorSystem, createSystem, hasCode, silentLogger } from '../../../core/index.js';
import { eventually } from '../../support/eventually.js';
import { boss, counter, gate, picky } from '../../support/replica-actors.js';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

for (const threads of [2, 0]) {
  describe(`replicas in a system of ${threads} threads`, () => {
    let system: ActorSystem;
    before(async () => {
      system = await createSystem({
        threads,
        spareThreads: 0,
        logger: silentLogger,
        askMs: 60_000,
      });
    });
    after(() => system.stop());

    it('are spread evenly over the threads of the pool and named by number', () => {
      const set = system.spawn(counter(0), { replicas: 4, name: 'even' });
      assert.equal(set.size, 4);
      const homes = set.refs.map(({ address }) => address.thread);
      assert.deepEqual(homes.toSorted(), threads === 0 ? [0, 0, 0, 0] : [1, 1, 2, 2]);
      assert.deepEqual(
        set.refs.map(({ path }) => path),
        ['/even-0', '/even-1', '/even-2', '/even-3'],
      );
      assert.ok(set.at(2)?.equals(set.refs[2]!));
      assert.equal(set.at(4), undefined);
    });

    it('take turns, each with a state of its own', async () => {
      const set = system.spawn(counter(10), { replicas: 3 });
      for (const _ of upTo(6)) assert.equal(set.tell('add', 1), 'accepted');
      assert.deepEqual(await set.askAll('total'), [12, 12, 12]);
    });

    it('are chosen at random when that is asked for', async () => {
      const set = system.spawn(counter(0), { replicas: 3, routing: 'random' });
      for (const _ of upTo(200)) set.tell('add', 1);
      const totals = await set.askAll('total');
      assert.equal(sum(totals), 200);
      for (const total of totals) assert.ok(total > 20, `a share of ${totals}`);
    });

    it('are passed over by least-loaded routing while they have more to do than others', async () => {
      const set = system.spawn(gate(), { replicas: 3, routing: 'least-loaded' });
      const held = [set.at(1)!.ask('hold'), set.at(1)!.ask('hold')];
      await eventually('both to be in hand', async () => (await set.at(1)!.ask('holding')) === 2);
      for (const _ of upTo(10)) {
        await set.send('add');
        await set.askAll('done');
      }
      assert.deepEqual(await set.askAll('done'), [5, 0, 5]);
      set.broadcast('release');
      await Promise.all(held);
    });

    it('keep a key at one replica, and tell the number 7 from the text "7"', async () => {
      const set = system.spawn(counter(0), { replicas: 4, routing: 'hash' });
      const keys = upTo(40).flatMap((n) => [n, `${n}`]);
      for (const key of keys)
        for (const _ of upTo(3)) set.to(key).tell('note', `${typeof key} ${key}`);
      const seen = await set.askAll('seen');
      for (const key of keys) {
        const owners = seen.filter((notes) => notes.includes(`${typeof key} ${key}`));
        assert.equal(owners.length, 1);
        assert.equal(owners[0]!.filter((note) => note === `${typeof key} ${key}`).length, 3);
      }
      assert.ok(seen.every((notes) => notes.length > 0));
      const where = await Promise.all(keys.map((key) => set.to(key).ask('where')));
      const again = await Promise.all(
        keys.map((key) => set.with({ deadlineMs: 60_000 }).to(key).ask('where')),
      );
      assert.deepEqual(again, where);
    });

    it('send, stream and answer through a proxy as one actor does', async () => {
      const set = system.spawn(counter(1), { replicas: 2 });
      await set.send('add', 1);
      await set.with({ deadlineMs: 60_000 }).send('add', 1);
      assert.deepEqual(await set.askAll('total'), [2, 2]);
      assert.equal(await set.remote().total(), 2);
      assert.equal(await set.to('k').remote().total(), 2);
      const items: number[] = [];
      for await (const n of set.stream('count', 3)) items.push(n);
      for await (const n of set.to('k').stream('count', 2)) items.push(n);
      assert.deepEqual(items, [0, 1, 2, 0, 1]);
    });

    it('all hear a broadcast, in order with what else they are told', async () => {
      const set = system.spawn(counter(0), { replicas: 5 });
      for (const ref of set.refs) ref.tell('note', 'before');
      assert.equal(set.broadcast('note', 'all'), 5);
      for (const ref of set.refs) ref.tell('note', 'after');
      for (const seen of await set.askAll('seen'))
        assert.deepEqual(seen, ['before', 'all', 'after']);
      assert.equal(set.broadcast('add', 3), 5);
      assert.deepEqual(await set.askAll('total'), [3, 3, 3, 3, 3]);
    });

    it('share memory that a broadcast carries', async () => {
      const set = system.spawn(counter(0), { replicas: 4 });
      const memory = new Int32Array(new SharedArrayBuffer(8));
      assert.equal(set.broadcast('mark', memory, 1), 4);
      await set.askAll('total');
      assert.deepEqual([...memory], [0, 4]);
    });

    it('count a broadcast only where the mailbox took it', async () => {
      const set = system.spawn(gate(), { replicas: 3, mailbox: { capacity: 2 } });
      const held = [set.at(0)!.ask('hold'), set.at(0)!.ask('hold')];
      await eventually('a full mailbox', () => set.at(0)!.tell('add') === 'full');
      assert.equal(set.broadcast('release'), 2);
      system.stats();
      await system.stopActor(set.at(0)!, 'kill');
      for (const asked of held) await assert.rejects(asked, { code: 'ACTOR_STOPPED' });
    });

    it('answer together, and the first failure is that of all', async () => {
      const set = system.spawn(counter(0), { replicas: 3 });
      const paths = set.refs.map(({ path }) => path);
      assert.deepEqual(await set.askAll('no', 'nobody'), paths);
      await assert.rejects(set.askAll('no', paths[1]!), { code: 'NO' });
      const settled = await set.askAllSettled('no', paths[1]!);
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
    });

    it('answer first, or by a quorum, or say why there is none', async () => {
      const set = system.spawn(counter(7), { replicas: 3 });
      const paths = set.refs.map(({ path }) => path);
      assert.equal(await set.askFirst('total'), 7);
      assert.notEqual(await set.askFirst('no', paths[0]!), paths[0]);
      const two = await set.askQuorum(2, 'no', paths[2]!);
      assert.deepEqual(two.toSorted(), paths.slice(0, 2));
      const failed = await set.askQuorum(3, 'no', paths[2]!).catch((error: unknown) => error);
      assert.ok(hasCode(failed, 'QUORUM_FAILED'));
      assert.deepEqual(failed.details, {
        definition: 'routing.counter',
        handler: 'no',
        quorum: 3,
        replicas: 3,
        failures: 1,
      });
      assert.ok(failed.cause instanceof AggregateError);
      await assert.rejects(set.askQuorum(4, 'total'), { code: 'QUORUM_FAILED' });
      await assert.rejects(set.askQuorum(0, 'total'), { code: 'CONFIG_INVALID' });
    });

    it('do not wait for answers nobody needs any more', async () => {
      const set = system.spawn(gate(), { replicas: 2 });
      const asked = set.askFirst('hold');
      await eventually('both to be held', async () => sum(await set.askAll('holding')) === 2);
      set.at(1)!.tell('release');
      assert.equal(await asked, set.at(1)!.path);
      const signal = AbortSignal.abort(new Error('enough'));
      await assert.rejects(set.with({ signal }).askQuorum(1, 'done'), { code: 'QUORUM_FAILED' });
      await set.stop('kill');
    });

    it('are replaced when they end, under the same number, and the rest keep serving', async () => {
      const set = system.spawn(counter(0), { replicas: 3, name: 'anew' });
      const first = set.at(1)!;
      first.tell('add', 5);
      first.tell('leave');
      await system.terminated(first);
      await eventually('a fresh replica', () => !set.at(1)!.equals(first));
      assert.equal(set.size, 3);
      assert.equal(set.at(1)!.path, '/anew-1');
      assert.deepEqual(await set.askAll('total'), [0, 0, 0]);
      assert.equal(first.tell('add', 1), 'stopped');
    });

    it('lose nothing that is sent while one of them is replaced', async () => {
      const set = system.spawn(counter(0), { replicas: 2, renewalsMax: 1_000 });
      const ends = [];
      for (const round of upTo(20)) {
        const before = set.at(round % 2)!;
        ends.push(system.stopActor(before, 'drain'));
        for (const key of upTo(20)) assert.equal(set.to(key).tell('add', 1), 'accepted');
        for (const _ of upTo(20)) assert.equal(set.tell('add', 1), 'accepted');
        await eventually('a fresh replica', () => !set.at(round % 2)!.equals(before));
      }
      await Promise.all(ends);
      await set.askAll('total');
      const { accepted, handled, deadLetters, queued, stashed } = system.stats();
      assert.equal(accepted, handled + deadLetters + queued + stashed);
      await set.stop('drain');
    });

    it('are given up one by one when they end too often', async () => {
      const set = system.spawn(counter(0), { replicas: 2, renewalsMax: 2 });
      const keys = upTo(20);
      for (const left of [2, 1]) {
        for (const _ of upTo(3)) {
          const last = set.at(left - 1)!;
          last.tell('leave');
          await eventually(
            'another or none',
            () => set.at(left - 1) === undefined || !set.at(left - 1)!.equals(last),
          );
        }
        await eventually('one less', () => set.size === left - 1);
        if (left === 2) for (const key of keys) assert.equal(await set.to(key).ask('total'), 0);
      }
      assert.equal(set.tell('add', 1), 'stopped');
      assert.equal(set.to('k').tell('add', 1), 'stopped');
      assert.equal(set.broadcast('add', 1), 0);
      for (const asked of [
        set.ask('total'),
        set.send('add', 1),
        set.to('k').ask('total'),
        set.askAll('total'),
        set.askFirst('total'),
      ]) {
        await assert.rejects(asked, { code: 'REPLICAS_NONE' });
      }
      await assert.rejects(set.to('k').stream('count', 1)[Symbol.asyncIterator]().next(), {
        code: 'REPLICAS_NONE',
      });
      await set.resize(2);
      assert.deepEqual(await set.askAll('total'), [0, 0]);
    });

    it('grow and shrink, and those that go finish what they were told', async () => {
      const set = system.spawn(gate(), { replicas: 2, name: 'sized' });
      await set.resize(5);
      assert.deepEqual(
        set.refs.map(({ path }) => path),
        upTo(5).map((n) => `/sized-${n}`),
      );
      const last = set.at(4)!;
      const held = last.ask('hold');
      await eventually('it to be in hand', async () => (await last.ask('holding')) === 1);
      for (const _ of upTo(10)) last.tell('add');
      const done = last.ask('done');
      const shrunk = set.resize(1);
      assert.equal(set.size, 5, 'a resize begins in its turn');
      await eventually('the new size', () => set.size === 1);
      assert.equal(await done, 10);
      await system.stopActor(last, 'kill');
      await assert.rejects(held, { code: 'ACTOR_STOPPED' });
      await shrunk;
      assert.equal(last.tell('add'), 'stopped');
      await set.resize(1);
      await assert.rejects(set.resize(0), { code: 'CONFIG_INVALID' });
    });

    it('stay as they were when a new one does not start', async () => {
      const set = system.spawn(picky('-2'), { replicas: 2, name: 'picky' });
      await assert.rejects(set.resize(4), { code: 'ACTOR_START_FAILED' });
      assert.equal(set.size, 2);
      assert.deepEqual(await set.askAll('path'), ['/picky-0', '/picky-1']);
      await set.resize(1);
    });

    it('all end with stop, after what they have in hand, what is queued, or at once', async () => {
      for (const mode of ['stop', 'drain', 'kill'] as const) {
        const set = system.spawn(counter(0), { replicas: 3 });
        const { refs } = set;
        for (const _ of upTo(9)) set.tell('add', 1);
        const totals = refs.map((ref) => ref.ask('total').catch(() => -1));
        await set.stop(mode);
        for (const ref of refs) assert.equal(ref.tell('add', 1), 'stopped');
        if (mode === 'drain') assert.deepEqual(await Promise.all(totals), [3, 3, 3]);
        assert.equal(set.tell('add', 1), 'stopped');
        await assert.rejects(set.ask('total'), { code: 'REPLICAS_NONE' });
        await assert.rejects(set.resize(2), { code: 'REPLICAS_NONE' });
        await set.stop();
      }
    });

    it('of an actor are its children: they end with its incarnation, and a restart spawns new ones', async () => {
      const owner = system.spawn(boss(3), { name: `boss-${threads}` });
      assert.equal(await owner.ask('add', 4), 3);
      assert.deepEqual(await owner.ask('totals'), [4, 4, 4]);
      await owner.ask('resize', 4);
      const refs = await owner.ask('refs');
      assert.deepEqual(
        refs.map(({ path }) => path),
        upTo(4).map((n) => `/boss-${threads}/hand-${n}`),
      );
      const homes = new Set(refs.map(({ address }) => address.thread));
      assert.deepEqual([...homes].toSorted(), threads === 0 ? [0] : [1, 2]);
      owner.tell('fail');
      for (const ref of refs) await system.terminated(ref);
      assert.deepEqual(await owner.ask('totals'), [0, 0, 0]);
      await system.stopActor(owner);
      const left = (await system.inspect()).filter(({ path }) =>
        path.startsWith(`/boss-${threads}`),
      );
      assert.deepEqual(left, []);
    });

    it('are refused as configured wrongly with every fault named', () => {
      const wrong = { replicas: 0, routing: 'nearest' as 'hash', renewalsMax: -1 };
      const error: unknown = (() => {
        try {
          return system.spawn(counter(0), wrong);
        } catch (thrown) {
          return thrown;
        }
      })();
      assert.ok(hasCode(error, 'CONFIG_INVALID'));
      assert.equal((error.details.faults as string[]).length, 3);
      assert.throws(() => system.spawn(counter(0), { replicas: 2, name: 'a/b' }), {
        code: 'ACTOR_NAME_INVALID',
      });
    });
  });
}
