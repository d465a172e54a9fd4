import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ActorRef, createSystem, defineActor, silentLogger } from '../../../core/index.js';
import { createProbe, createTestSystem } from '../../../core/testkit/index.js';

interface Listener {
  heard(what: string): void;
  asked(question: string): string;
}

const talker = defineActor(
  import.meta.url,
  'probe-talker',
  (ctx, listener: ActorRef<Listener>) => ({
    talk(words: string[]) {
      for (const word of words) listener.tell('heard', word);
    },
    ask: (question: string) => listener.ask('asked', question),
    later(ms: number) {
      ctx.timers.after('later', ms, () => listener.tell('heard', 'later'));
    },
    leave() {
      listener.tell('heard', 'bye');
      ctx.stop();
    },
  }),
);

describe('a probe in a test system', () => {
  it('expects messages in order, by name, from an actor on another logical thread', async () => {
    const system = await createTestSystem({ threads: 2, seed: 1 });
    const probe = createProbe<Listener>(system);
    const ref = system.spawn(talker(probe.ref), { thread: 2 });
    ref.tell('talk', ['a', 'b', 'c']);
    assert.deepEqual((await probe.expectMessage('heard')).args, ['a']);
    assert.deepEqual(
      (await probe.receive(2)).map(({ args }) => args[0]),
      ['b', 'c'],
    );
    await probe.expectNoMessage();
    await system.stop();
  });

  it('answers asks, sees ends, and says what came instead of what was expected', async () => {
    const system = await createTestSystem({ threads: 1, seed: 2 });
    const probe = createProbe<Listener>(system, 'probe');
    const ref = system.spawn(talker(probe.ref));
    probe.answer('asked', 'yes');
    assert.equal(await ref.ask('ask', 'really?'), 'yes');
    await assert.rejects(probe.expectMessage('heard'), /expected "heard" at \/probe, got "asked"/);
    ref.tell('leave');
    assert.equal((await probe.expectTerminated(ref)).reason, 'stopped');
    assert.deepEqual((await probe.fishFor('heard')).args, ['bye']);
    await assert.rejects(probe.expectMessage(), { code: 'ASSERTION_FAILED' });
    await system.stop();
  });

  it('sees nothing of a timer until manual time has passed it', async () => {
    const system = await createTestSystem({ threads: 1, seed: 3 });
    const probe = createProbe<Listener>(system);
    system.spawn(talker(probe.ref)).tell('later', 60_000);
    await probe.expectNoMessage();
    await system.advance(60_000);
    assert.deepEqual((await probe.expectMessage('heard')).args, ['later']);
    await system.stop();
  });
});

describe('a test system', () => {
  const traceOf = async (seed: number): Promise<string> => {
    const system = await createTestSystem({ threads: 3, seed });
    const probe = createProbe<Listener>(system);
    const refs = [1, 2, 3].map((thread) => system.spawn(talker(probe.ref), { thread }));
    for (const ref of refs) ref.tell('talk', ['x', 'y']);
    await probe.receive(6);
    await system.stop();
    return String(system.trace.hash);
  };

  it('takes the same way for the same seed, and other ways for others', async () => {
    assert.equal(await traceOf(7), await traceOf(7));
    const ways = new Set([await traceOf(1), await traceOf(2), await traceOf(3), await traceOf(4)]);
    assert.ok(ways.size > 1);
  });
});

describe('a probe in a real system', () => {
  it('waits for what comes over threads', async () => {
    const system = await createSystem({ threads: 0, logger: silentLogger, askMs: 60_000 });
    const probe = createProbe<Listener>(system);
    const ref = system.spawn(talker(probe.ref));
    ref.tell('talk', ['hello']);
    assert.deepEqual((await probe.expectMessage('heard')).args, ['hello']);
    await system.stop();
  });
});
