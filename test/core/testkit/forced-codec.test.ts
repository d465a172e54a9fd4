import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestSystem, deadLettersOf, type TestSystem } from '../../../core/testkit/index.js';
import { keeper } from './stepped-actors.js';

const onOneThread = (forceCodec = true): Promise<TestSystem> =>
  createTestSystem({ threads: 0, forceCodec });

describe('what stays within a logical thread', () => {
  it('is copied all the same: start arguments, messages and answers', async () => {
    const system = await onOneThread();
    const box = { value: 1 };
    const ref = system.spawn(keeper(box));
    const first = await ref.ask('kept');
    assert.deepEqual(first, box);
    assert.notEqual(first, box);
    ref.tell('put', box);
    ref.tell('spoil');
    assert.deepEqual(await ref.ask('kept'), { value: -1 });
    assert.deepEqual(box, { value: 1 });
    await system.stop();
  });

  it('is shared when the codec is not forced', async () => {
    const system = await onOneThread(false);
    const box = { value: 1 };
    const ref = system.spawn(keeper({}));
    ref.tell('put', box);
    assert.equal(await ref.ask('kept'), box);
    await system.stop();
  });

  it('carries refs, which stay the same actor', async () => {
    const system = await onOneThread();
    const ref = system.spawn(keeper({}));
    const other = system.spawn(keeper({}));
    ref.tell('put', { value: 1, other } as never);
    const kept = (await ref.ask('kept')) as { other: typeof other };
    assert.equal(kept.other.equals(other), true);
    await system.stop();
  });

  it('is refused if it could not cross threads, as it would be there', async () => {
    const system = await onOneThread();
    const letters = deadLettersOf(system);
    const ref = system.spawn(keeper({}), { name: 'keeper' });
    const bad = { value: 1, callback: () => {} } as never;
    assert.equal(ref.tell('put', bad), 'accepted');
    await assert.rejects(ref.ask('put', bad), {
      code: 'MESSAGE_NOT_ENCODABLE',
      message: /callback/,
    });
    assert.throws(() => system.spawn(keeper(bad)), { code: 'MESSAGE_NOT_ENCODABLE' });
    assert.deepEqual(
      letters.map(({ reason, handler }) => [reason, handler]),
      [
        ['notEncodable', 'put'],
        ['notEncodable', 'put'],
      ],
    );
    const { accepted, handled, deadLetters } = system.stats();
    assert.deepEqual([accepted, handled, deadLetters], [2, 0, 2]);
    await system.stop();
  });

  it('is frozen when it was published: members of one thread share it', async () => {
    const system = await onOneThread();
    const [ref, other] = [system.spawn(keeper({})), system.spawn(keeper({}))];
    await system.run();
    ref.tell('publish', { value: 1 });
    await system.run();
    const failed = system.events.once('actorFailed');
    other.tell('spoil');
    assert.match(String((await system.until(failed)).error), /read only|not extensible|assign/);
    await system.stop();
  });

  it('is frozen when it was broadcast to replicas, there or from another thread', async () => {
    for (const thread of ['main', 1] as const) {
      const system = await createTestSystem({ threads: 1 });
      const set = system.spawn(keeper({}), { replicas: 2, thread });
      set.broadcast('put', { value: 1, text: 'x'.repeat(2_000) } as never);
      await system.run();
      const failed = system.events.once('actorFailed');
      set.at(0)?.tell('spoil');
      assert.match(String((await system.until(failed)).error), /read only|not extensible|assign/);
      set.at(0)?.tell('put', { value: 1 });
      set.at(0)?.tell('spoil');
      assert.deepEqual(await set.at(0)?.ask('kept'), { value: -1 });
      await system.stop();
    }
  });
});
