/**
 * Asks that cannot be answered, come too late, or go in a circle: the asker always hears, by name, on real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CodedError } from '../../../core/index.js';
import {
  type CallerRef,
  caller,
  doubleCaller,
  recorder,
  reentrantCaller,
} from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

/** The asked-in-a-circle error behind whatever the handlers on the way made of it. */
function cycleIn(error: unknown): CodedError {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ((at as CodedError).code === 'ASK_CYCLE') return at as CodedError;
  }
  throw new assert.AssertionError({
    message: `expected ASK_CYCLE, got ${String(error)}`,
    actual: error,
  });
}

for (const thread of ['main', 1] as const) {
  const where = thread === 'main' ? 'its own thread' : 'another thread';

  describe(`an ask of an actor on ${where}`, () => {
    it('that has stopped is ACTOR_STOPPED at once, a send too, and a tell says stopped', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread, name: 'gone' });
        await system.stopActor(ref);
        await assert.rejects(ref.ask('notes'), (error: CodedError) => {
          assert.equal(error.code, 'ACTOR_STOPPED');
          assert.match(error.message, /\/gone/);
          return true;
        });
        await assert.rejects(ref.send('note', 1), { code: 'ACTOR_STOPPED' });
        assert.equal(ref.tell('note', 1), 'stopped');
        assert.equal((await system.terminated(ref)).reason, 'gone');
        await assert.rejects(system.started(ref), { code: 'ACTOR_STOPPED' });
        accounts();
      }));

    it('that stops before it answers is ACTOR_STOPPED', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread });
        const asked = ref.ask('never');
        const queued = ref.ask('notes');
        const stopped = system.stopActor(ref, 'kill');
        await assert.rejects(asked, { code: 'ACTOR_STOPPED' });
        await assert.rejects(queued, { code: 'ACTOR_STOPPED' });
        await stopped;
        accounts();
      }));

    it('is ASK_TIMEOUT when its deadline has passed; the late answer is nobody’s, and the next ask gets its own', () =>
      withSystem({}, async ({ system, accounts }) => {
        const ref = system.spawn(recorder(), { thread, name: 'slow' });
        const flag = newFlag();
        const late = ref.with({ deadlineMs: 20 }).ask('holdSoftly', flag);
        const behind = ref.ask('echo', 'mine');
        await assert.rejects(late, (error: CodedError) => {
          assert.equal(error.code, 'ASK_TIMEOUT');
          assert.match(error.message, /"holdSoftly" from \/slow within 20 ms/);
          return true;
        });
        Atomics.store(flags, flag, -1);
        assert.equal(await behind, 'mine');
        assert.equal(await ref.ask('echo', 'next'), 'next');
        assert.equal(system.stats().handled, system.stats().accepted);
        accounts();
      }));

    it('is ASK_ABORTED by its signal, before or after it was sent', () =>
      withSystem({}, async ({ system }) => {
        const ref = system.spawn(recorder(), { thread });
        const control = new AbortController();
        const asked = ref.with({ signal: control.signal }).ask('never');
        control.abort(new Error('enough'));
        await assert.rejects(asked, (error: CodedError) => {
          assert.equal(error.code, 'ASK_ABORTED');
          assert.equal((error.cause as Error).message, 'enough');
          return true;
        });
        await assert.rejects(ref.with({ signal: control.signal }).ask('notes'), {
          code: 'ASK_ABORTED',
        });
        await system.stopActor(ref, 'kill');
      }));
  });
}

const layouts: readonly (readonly [string, readonly (number | 'main')[]])[] = [
  ['on one thread', [1, 1, 1]],
  ['over two threads', [1, 2, 1]],
  ['over three threads', ['main', 1, 2]],
];
for (const [where, [first, second, third]] of layouts) {
  describe(`a circle of asks ${where}`, () => {
    it('of two is ASK_CYCLE with the names along it', () =>
      withSystem({}, async ({ system, lost, accounts }) => {
        const a = system.spawn(caller(), { thread: first ?? 1, name: 'a' }) as CallerRef;
        const b = system.spawn(caller(), { thread: second ?? 1, name: 'b' }) as CallerRef;
        const end = await outcome(a.ask('through', [b, a]));
        assert.equal(end.is, 'rejected');
        const error = cycleIn(end.is === 'rejected' ? end.error : undefined);
        assert.deepEqual(error.details.paths, ['/a', '/b', '/a']);
        assert.match(error.message, /\/a → \/b → \/a/);
        assert.equal(await a.ask('ping'), 'pong');
        assert.equal(await b.ask('ping'), 'pong');
        await until(() => lost('askCycle').length === 1, 'one dead letter');
        accounts();
      }));

    it('of three is ASK_CYCLE too', () =>
      withSystem({}, async ({ system }) => {
        const a = system.spawn(caller(), { thread: first ?? 1, name: 'a' }) as CallerRef;
        const b = system.spawn(caller(), { thread: second ?? 1, name: 'b' }) as CallerRef;
        const c = system.spawn(caller(), { thread: third ?? 1, name: 'c' }) as CallerRef;
        const end = await outcome(a.ask('through', [b, c, a]));
        assert.equal(end.is, 'rejected');
        const error = cycleIn(end.is === 'rejected' ? end.error : undefined);
        assert.deepEqual(error.details.paths, ['/a', '/b', '/c', '/a']);
      }));

    it('is let in by an actor that is reentrant', () =>
      withSystem({}, async ({ system, accounts }) => {
        const a = system.spawn(reentrantCaller(), { thread: first ?? 1 }) as CallerRef;
        const b = system.spawn(caller(), { thread: second ?? 1 }) as CallerRef;
        assert.equal(await a.ask('through', [b, a]), 'pong');
        assert.equal(await a.ask('ping'), 'pong');
        accounts();
      }));

    it('is served by an actor that may have a second message in flight', () =>
      withSystem({}, async ({ system, accounts }) => {
        const a = system.spawn(doubleCaller(), { thread: first ?? 1 }) as CallerRef;
        const b = system.spawn(caller(), { thread: second ?? 1 }) as CallerRef;
        assert.equal(await a.ask('through', [b, a]), 'pong');
        accounts();
      }));

    it('that waits for room is ASK_CYCLE', () =>
      withSystem({ sendMs: 60_000 }, async ({ system }) => {
        const a = system.spawn(caller(), {
          thread: first ?? 1,
          name: 'a',
          mailbox: { capacity: 1 },
        }) as CallerRef;
        const b = system.spawn(caller(), { thread: second ?? 1, name: 'b' }) as CallerRef;
        const end = await outcome(a.ask('throughSend', b));
        assert.equal(end.is, 'rejected');
        cycleIn(end.is === 'rejected' ? end.error : undefined);
      }));
  });
}

describe('two that ask each other, each in a message of its own,', () => {
  it('wait for a deadline: no chain holds both', () =>
    withSystem({ askMs: 50 }, async ({ system }) => {
      // On one thread each has its message before either asks.
      const [a, b] = ['a', 'b'].map((name) => system.spawn(caller(), { thread: 'main', name }));
      const [first, second] = [a, b] as [CallerRef, CallerRef];
      const patient = { deadlineMs: Number.POSITIVE_INFINITY };
      const ends = await Promise.all([
        outcome(first.with(patient).ask('through', [second])),
        outcome(second.with(patient).ask('through', [first])),
      ]);
      const errors = ends.flatMap((end) => (end.is === 'rejected' ? [end.error as Error] : []));
      // Once one has given up, it is free to answer the other.
      assert.ok(errors.length > 0 && ends.every((end) => end.is !== 'pending'));
      for (const { cause } of errors) assert.equal((cause as CodedError).code, 'ASK_TIMEOUT');
    }));

  it('are answered when they may have a second message in flight', () =>
    withSystem({}, async ({ system }) => {
      const a = system.spawn(doubleCaller(), { thread: 'main' }) as CallerRef;
      const b = system.spawn(doubleCaller(), { thread: 'main' }) as CallerRef;
      const asked = [a.ask('through', [b]), b.ask('through', [a])];
      assert.deepEqual(await Promise.all(asked), ['pong', 'pong']);
    }));
});

describe('an actor that asks itself', () => {
  for (const how of ['self', 'selfLater'] as const) {
    const when = how === 'self' ? 'in the synchronous part of its handler' : 'after an await';
    it(`${when} hears ASK_CYCLE at once`, () =>
      withSystem({}, async ({ system, accounts }) => {
        const a = system.spawn(caller(), { thread: 1, name: 'a' }) as CallerRef;
        const end = await outcome(a.ask(how));
        assert.equal(end.is, 'rejected');
        const error = cycleIn(end.is === 'rejected' ? end.error : undefined);
        assert.deepEqual(error.details.paths, ['/a', '/a']);
        assert.equal(await a.ask('ping'), 'pong');
        accounts();
      }));

    it(`${when} is answered when it is reentrant, or has two messages in flight`, () =>
      withSystem({}, async ({ system, accounts }) => {
        for (const definition of [reentrantCaller, doubleCaller]) {
          const a = system.spawn(definition(), { thread: 1 }) as CallerRef;
          const end = await outcome(a.ask(how));
          assert.deepEqual(end, { is: 'resolved', value: 'pong' });
        }
        accounts();
      }));
  }

  it('by a promise it returns, not being async itself, hears ASK_CYCLE too', () =>
    withSystem({}, async ({ system }) => {
      const a = system.spawn(caller(), { thread: 1, name: 'a' }) as CallerRef;
      const end = await outcome(a.ask('throughSync', [a]));
      assert.equal(end.is, 'rejected');
      cycleIn(end.is === 'rejected' ? end.error : undefined);
    }));
});

describe('a chain of asks that is no circle', () => {
  it('may be sixteen long over two threads, and one longer is named', () =>
    withSystem({}, async ({ system }) => {
      const chain = Array.from({ length: 17 }, (_, i) =>
        system.spawn(caller(), { thread: 1 + (i % 2), name: `c${i}` }),
      ) as CallerRef[];
      const [head, ...rest] = chain.slice(0, 16) as [CallerRef, ...CallerRef[]];
      assert.equal(await head.ask('through', rest), 'pong');
      const [first, ...all] = [...chain, ...chain.slice(0, 1)] as [CallerRef, ...CallerRef[]];
      await assert.rejects(
        first.ask('through', all),
        /expected a chain of at most 16 asks, got \/c0 → .* → \/c0/,
      );
    }));
});
