/**
 * What happens to a message that no handler can take, and to its neighbours: on real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActorRef, CodedError } from '../../../core/index.js';
import { caller, recorder, registrar, smuggler } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

/** What a type would have stopped. */
interface Loose {
  [handler: string]: (...args: unknown[]) => unknown;
}
const loosely = (ref: unknown): ActorRef<Loose> => ref as ActorRef<Loose>;

class Unregistered {
  value = 1;
}
const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

for (const thread of ['main', 1] as const) {
  const where = thread === 'main' ? 'its own thread' : 'another thread';

  describe(`a message to an actor on ${where}`, () => {
    it('is a dead letter when no handler has its name, and an ask of it is HANDLER_UNKNOWN', () =>
      withSystem({}, async ({ system, lost, accounts }) => {
        const ref = system.spawn(recorder(), { thread });
        assert.equal(loosely(ref).tell('nope', 1), 'accepted');
        assert.equal(loosely(ref).tell('toString'), 'accepted');
        await assert.rejects(loosely(ref).ask('nowhere'), (error: CodedError) => {
          assert.equal(error.code, 'HANDLER_UNKNOWN');
          assert.match(error.message, /note.*got "nowhere"/);
          return true;
        });
        assert.equal(await ref.ask('echo', 'still here'), 'still here');
        await until(() => lost('unknownHandler').length === 3, 'three dead letters');
        assert.deepEqual(lost('unknownHandler'), ['nope', 'toString', 'nowhere']);
        accounts();
      }));

    it('is a dead letter when its schema refuses it, and an ask of it is MESSAGE_REFUSED with the path', () =>
      withSystem({}, async ({ system, lost, deadLetters, accounts }) => {
        const ref = system.spawn(registrar(), { thread });
        assert.equal(loosely(ref).tell('admit', { name: 'x', address: { zip: 'no' } }), 'accepted');
        await assert.rejects(
          loosely(ref).ask('admit', { name: 3, address: { zip: 'no' } }),
          (error: CodedError) => {
            assert.equal(error.code, 'MESSAGE_REFUSED');
            assert.match(error.message, /args\[0\]\.name/);
            assert.match(error.message, /args\[0\]\.address\.zip/);
            assert.equal(error.details.handler, 'admit');
            return true;
          },
        );
        assert.equal(await ref.ask('admit', { name: 'Ada', address: { zip: 1 } }), 1);
        assert.deepEqual(await ref.ask('names'), ['Ada']);
        await until(() => lost('refusedBySchema').length === 2, 'two dead letters');
        assert.deepEqual(deadLetters[0]?.args, [{ name: 'x', address: { zip: 'no' } }]);
        accounts();
      }));

    it('fails its asker and goes to the dead letters when its handler throws; the next one finds a new life', () =>
      withSystem({}, async ({ system, lost, accounts }) => {
        const ref = system.spawn(recorder(), { thread });
        ref.tell('note', 'old');
        await assert.rejects(ref.ask('fail', 'broken'), (error: CodedError) => {
          assert.equal(error.code, 'HANDLER_FAILED');
          assert.equal((error.cause as Error).message, 'broken');
          return true;
        });
        ref.tell('note', 'new');
        assert.deepEqual(await ref.ask('notes'), ['new']);
        assert.equal(await ref.ask('restarts'), 1);
        assert.deepEqual(lost('handlerFailed'), ['fail']);
        accounts();
      }));
  });
}

describe('a message that cannot cross threads', () => {
  const culprits: readonly (readonly [string, unknown, string])[] = [
    ['a function', () => 1, 'args[0]'],
    ['a function deep inside', { a: [{ b: () => 1 }] }, 'args[0].a[0].b'],
    ['a symbol', { tag: Symbol('no') }, 'args[0].tag'],
    ['an instance of a class nobody registered', { it: new Unregistered() }, 'args[0].it'],
    ['a promise', Promise.resolve(1), 'args[0]'],
    ['a weak map', new WeakMap(), 'args[0]'],
  ];
  for (const [what, culprit, path] of culprits) {
    it(`is a dead letter when it holds ${what}; its neighbours in the batch arrive in order`, () =>
      withSystem({}, async ({ system, lost, deadLetters, accounts }) => {
        const ref = system.spawn(recorder(), { thread: 1 });
        const told = [1, culprit, 2, 3].map((value) => ref.tell('note', value));
        assert.deepEqual(told, ['accepted', 'accepted', 'accepted', 'accepted']);
        const asked = ref.ask('echo', culprit);
        ref.tell('note', 4);
        await assert.rejects(asked, (error: CodedError) => {
          assert.equal(error.code, 'MESSAGE_NOT_ENCODABLE');
          assert.equal(error.details.path, path);
          assert.match(error.message, /"echo"/);
          return true;
        });
        assert.deepEqual(await ref.ask('notes'), [1, 2, 3, 4]);
        assert.deepEqual(lost('notEncodable'), ['note', 'echo']);
        assert.equal(deadLetters[0]?.args?.[0], culprit);
        accounts();
      }));
  }

  it('is refused with its path when it holds itself, or comes out as it went in', () =>
    withSystem({}, async ({ system, accounts }) => {
      const ref = system.spawn(recorder(), { thread: 1 });
      const back = (await ref.ask('echo', cyclic).catch((error: CodedError) => error)) as
        | CodedError
        | { self: unknown };
      if (back instanceof Error) assert.equal((back as CodedError).code, 'MESSAGE_NOT_ENCODABLE');
      else assert.equal(back.self, back);
      assert.equal(await ref.ask('echo', 'still here'), 'still here');
      accounts();
    }));

  it('is refused in all of its many arguments by the position of the culprit', () =>
    withSystem({}, async ({ system }) => {
      const ref = loosely(system.spawn(recorder(), { thread: 1 }));
      await assert.rejects(ref.ask('echo', 1, 2, { bad: () => 1 }), {
        code: 'MESSAGE_NOT_ENCODABLE',
        details: { handler: 'echo', path: 'args[2].bad', what: 'function bad' },
      });
    }));

  it('is an error of the asker when it is the reply', () =>
    withSystem({}, async ({ system, accounts }) => {
      const ref = system.spawn(smuggler(), { thread: 1 });
      for (const name of ['aFunction', 'aSymbol', 'anInstance'] as const) {
        await assert.rejects(ref.ask(name), (error: CodedError) => {
          assert.equal(error.code, 'MESSAGE_NOT_ENCODABLE');
          assert.match(error.message, /reply/);
          return true;
        });
      }
      assert.equal(await ref.ask('fine'), 'fine');
      accounts();
    }));

  it('is heard of in the program when an actor on another thread sent it', () =>
    withSystem({}, async ({ system, lost, accounts }) => {
      const from = system.spawn(smuggler(), { thread: 1 });
      const to = system.spawn(recorder(), { thread: 2 });
      from.tell('pass', to);
      assert.equal(await from.ask('ask', to), 'MESSAGE_NOT_ENCODABLE');
      await until(
        async () => (await to.ask('notes')).length === 2 && lost('notEncodable').length === 2,
        'two notes and two dead letters',
      );
      assert.deepEqual(await to.ask('notes'), ['before', 'after']);
      accounts();
    }));

  it('gives its place in the mailbox back to one that waits', () =>
    withSystem({ sendMs: 1_000 }, async ({ system, accounts }) => {
      const ref = system.spawn(recorder(), { thread: 1, mailbox: { capacity: 1 } });
      await system.started(ref);
      assert.equal(
        ref.tell('note', () => 1),
        'accepted',
      );
      await ref.send('note', 'waited');
      assert.deepEqual(await ref.with({ whenFull: 'wait' }).ask('notes'), ['waited']);
      accounts();
    }));

  it('never keeps the actor it was for from ending after what is queued', () =>
    withSystem({}, async ({ system, accounts }) => {
      const ref = system.spawn(recorder(), { thread: 1 });
      const neighbour = system.spawn(recorder(), { thread: 1 });
      const from = system.spawn(smuggler(), { thread: 2 });
      await system.started(ref);
      const flag = newFlag();
      from.tell('passAndHold', ref, flag);
      await until(() => Atomics.load(flags, flag) === 1, 'a message admitted and not sent');
      const stopped = system.stopActor(ref, 'drain');
      assert.equal(await neighbour.ask('echo', 'the stop has come'), 'the stop has come');
      Atomics.store(flags, flag, 2);
      assert.equal((await outcome(stopped)).is, 'resolved');
      accounts();
    }));
});

describe('the names of handlers', () => {
  it('are found only where the author wrote them', () =>
    withSystem({}, async ({ system }) => {
      const ref = loosely(system.spawn(caller(), { thread: 1 }));
      for (const name of ['constructor', '__proto__', 'hasOwnProperty', '']) {
        await assert.rejects(ref.ask(name), { code: 'HANDLER_UNKNOWN' }, name);
      }
    }));
});
