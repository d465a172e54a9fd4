import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystem, silentLogger } from '../../../core/index.js';
import { createTestSystem } from '../../../core/testkit/index.js';
import { eventually } from '../../support/eventually.js';
import { counter, cruncher } from '../../support/replica-actors.js';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

describe('replicas on threads', () => {
  it('of a thread that is killed are restarted, while the rest keep serving', async () => {
    const system = await createSystem({ threads: 2, logger: silentLogger, askMs: 60_000 });
    const set = system.spawn(counter(0), { replicas: 4, routing: 'least-loaded' });
    for (const _ of upTo(40)) set.tell('add', 1);
    const { refs } = set;
    assert.equal(sum(await set.askAll('total')), 40);
    const died = system.events.once('threadDied');
    const replaced = system.events.once('threadReplaced');
    assert.ok(system.killThread(1));
    await died;
    const served = await Promise.all(upTo(50).map(() => set.ask('where')));
    assert.deepEqual([...new Set(served.map(({ thread }) => thread))], [2]);
    await replaced;
    const where = await set.askAll('where');
    assert.deepEqual(
      where.map(({ thread, restarts }) => [thread, restarts]),
      [
        [1, 1],
        [2, 0],
        [1, 1],
        [2, 0],
      ],
    );
    for (const [at, ref] of refs.entries())
      assert.ok(ref.equals(set.at(at)!), 'a restart keeps the ref');
    await system.stop();
  });

  for (const text of ['four', 'x'.repeat(5_000)]) {
    it(`hear a broadcast of ${text.length} bytes that their thread had not begun when it died, each once`, async () => {
      const system = await createSystem({ threads: 2, logger: silentLogger, askMs: 60_000 });
      const set = system.spawn(cruncher(), { replicas: 6 });
      const memory = new Int32Array(new SharedArrayBuffer(8));
      await set.askAll('runs');
      const spin = set.at(0)!.ask('spin', memory);
      const outcome = assert.rejects(spin, { code: 'ACTOR_THREAD_DIED' });
      await eventually('it to compute', () => Atomics.load(memory, 0) === 1);
      assert.equal(set.broadcast('setUp', text), 6);
      for (const ref of set.refs) assert.equal(ref.tell('square', 2), 'accepted');
      const runs = text.length + 1;
      await eventually('the others', async () => (await set.at(1)!.ask('runs')) === runs);
      const replaced = system.events.once('threadReplaced');
      assert.ok(system.killThread(set.at(0)!.address.thread));
      await Promise.all([replaced, outcome]);
      assert.deepEqual(await set.askAll('runs'), [runs, runs, runs, runs, runs, runs]);
      const { accepted, handled, deadLetters, queued, stashed } = system.stats();
      assert.equal(accepted, handled + deadLetters + queued + stashed);
      assert.equal(deadLetters, 1);
      await system.stop();
    });
  }

  it('are replaced by fresh ones when their supervisor gives them up with their thread', async () => {
    const system = await createTestSystem({ seed: 11 });
    const set = system.spawn(counter(0), { replicas: 4, supervision: { decide: 'stop' } });
    set.broadcast('add', 1);
    assert.deepEqual(await set.askAll('total'), [1, 1, 1, 1]);
    const lost = set.refs.filter(({ address }) => address.thread === 1);
    assert.ok(system.killThread(1));
    await system.run();
    assert.deepEqual((await set.askAll('total')).toSorted(), [0, 0, 1, 1]);
    for (const ref of lost) assert.equal(ref.tell('add', 1), 'stopped');
    await system.stop();
  });

  it('go on with other threads when one dies too often to be replaced', async () => {
    const system = await createTestSystem({ seed: 12 });
    const set = system.spawn(counter(0), { replicas: 4, renewalsMax: 100 });
    await set.askAll('total');
    for (let deaths = 0; system.killThread(1); deaths++) {
      assert.ok(deaths < 100);
      await system.run();
    }
    const where = await set.askAll('where');
    assert.deepEqual(
      where.map(({ thread }) => thread),
      [2, 2, 2, 2],
    );
    await system.stop();
  });

  it('are refused what only one of them could have, before anyone got it', async () => {
    const system = await createSystem({
      threads: 2,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 60_000,
    });
    const set = system.spawn(counter(0), { replicas: 4 });
    const { port1, port2 } = new MessageChannel();
    assert.throws(() => set.broadcast('note', port1 as unknown as string), {
      code: 'MESSAGE_NOT_ENCODABLE',
    });
    assert.throws(() => set.broadcast('note', (() => {}) as unknown as string), {
      code: 'MESSAGE_NOT_ENCODABLE',
    });
    assert.deepEqual(await set.askAll('seen'), [[], [], [], []]);
    port2.close();
    await system.stop();
  });
});
